// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/dsp/wavelet.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "tinyml/ops/fft_tables.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/sensor_frame.h"
#include "tinyml/ops/wavelet_filters.h"

namespace tinyml::ops {
namespace {

constexpr int32_t kLongestFrame = 16384, kMostLevels = 12;
constexpr int32_t kShortestInput = 4;  // of a level, so that every band has a variance

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

int32_t features_of(const Wavelet& op) {
  return op.frame.channels * (op.levels + 1) * device::kWaveletStatistics;
}

/// Coefficients of each band, from the approximation to the finest details.
std::vector<int32_t> band_sizes(const Wavelet& op, int32_t taps) {
  std::vector<int32_t> sizes;
  int32_t count = op.frame.samples;
  for (int32_t level = 0; level < op.levels; ++level) {
    count = device::wavelet_band_size(count, taps);
    sizes.push_back(count);
  }
  sizes.push_back(count);
  std::ranges::reverse(sizes);
  return sizes;
}

void check(const Wavelet& op) {
  check_frame(op.frame, op.kName);
  if (op.frame.samples > kLongestFrame) {
    reject(fmt::format("wavelet: a frame of {} samples a channel: give at most {}", op.frame.samples,
                       kLongestFrame));
  }
  if (op.levels < 1 || op.levels > kMostLevels) {
    reject(fmt::format("wavelet: {} levels: give 1 .. {}", op.levels, kMostLevels));
  }
  const FilterBank bank = with_context("wavelet", [&] { return wavelet_filters(op.family); });
  const auto taps = static_cast<int32_t>(bank.analysis_low.size());
  const int32_t needed = std::max(taps - 1, kShortestInput);
  int32_t count = op.frame.samples;
  for (int32_t level = 1; level <= op.levels; ++level) {
    if (count < needed) {
      reject(
          fmt::format("wavelet: level {} of {} gets {} values and needs {}: lengthen the frame of {} samples "
                      "or take fewer levels",
                      level, op.family, count, needed, op.frame.samples));
    }
    count = device::wavelet_band_size(count, taps);
  }
  check_standardisation(op.offset, op.scale, features_of(op), op.kName);
}

/// One band of one level, extended at the edges as the device does. What cancels to less than rounding is 0:
/// antisymmetric filters meet such sums at every edge, and their sign counts as a crossing.
std::vector<double> band_of(std::span<const double> values, const std::vector<double>& filter) {
  const auto count = static_cast<int64_t>(values.size()), taps = static_cast<int64_t>(filter.size());
  std::vector<double> band(static_cast<size_t>((count + taps - 1) / 2));
  for (int64_t o = 0; o < static_cast<int64_t>(band.size()); ++o) {
    double sum = 0, size = 0;
    for (int64_t k = 0; k < taps; ++k) {
      int64_t i = 2 * o + 1 - k;
      i = i < 0 ? -1 - i : i >= count ? 2 * count - 1 - i : i;
      const double product = filter[static_cast<size_t>(k)] * values[static_cast<size_t>(i)];
      sum += product;
      size += std::abs(product);
    }
    band[static_cast<size_t>(o)] = std::abs(sum) < 1e-12 * size ? 0 : sum;
  }
  return band;
}

/// Shannon's, in nats, of the sorted values' shares of kWaveletBins bins of one width.
double entropy_of(std::span<const double> sorted) {
  const double first = sorted.front(), range = sorted.back() - first;
  if (range == 0) return 0;
  std::vector<double> counts(device::kWaveletBins);
  for (const double value : sorted) {
    const double bin = std::floor((value - first) / range * device::kWaveletBins);
    counts[static_cast<size_t>(std::min(bin, device::kWaveletBins - 1.0))] += 1;
  }
  double entropy = 0;
  for (const double count : counts) {
    const double share = count / static_cast<double>(sorted.size());
    if (count > 0) entropy -= share * std::log(share);
  }
  return entropy;
}

void append_features(std::vector<double> band, std::vector<double>& features) {
  const auto count = static_cast<double>(band.size());
  const ExactStatistics s = exact_statistics(band);
  const auto crossings = [&](double level) {
    int changes = 0;
    for (size_t i = 1; i < band.size(); ++i) changes += (band[i] > level) != (band[i - 1] > level);
    return changes / count;
  };
  const double zero_crossings = crossings(0), mean_crossings = crossings(s.mean);
  std::ranges::sort(band);
  features.insert(features.end(), {entropy_of(band), zero_crossings, mean_crossings});
  for (const size_t percent : {5u, 25u, 75u, 95u, 50u}) {
    features.push_back(band[((band.size() - 1) * percent + 50) / 100]);
  }
  features.insert(features.end(), {s.mean, s.deviation, s.deviation * s.deviation * count / (count - 1),
                                   s.root_mean_square, s.skewness, s.kurtosis});
}

/// The most fraction bits for which no coefficient, each a sum of samples less their mean, reaches 2^30. The
/// extension at the edges repeats samples and adds nothing to the bound.
int32_t fraction_bits_of(const FilterBank& bank, int32_t levels) {
  constexpr double kRoom = 0x1p30 * 0.999;  // for rounding
  const auto absolute_sum = [](const std::vector<double>& taps) {
    double sum = 0;
    for (const double tap : taps) sum += std::abs(tap);
    return sum;
  };
  double largest = 1;
  std::vector<double> cascade = {1};
  for (int32_t level = 0; level < levels; ++level) {
    const size_t step = size_t{1} << level;
    const auto through = [&](const std::vector<double>& filter) {
      std::vector<double> next(cascade.size() + (filter.size() - 1) * step);
      for (size_t k = 0; k < filter.size(); ++k) {
        for (size_t i = 0; i < cascade.size(); ++i) next[k * step + i] += filter[k] * cascade[i];
      }
      return next;
    };
    largest = std::max(largest, absolute_sum(through(bank.analysis_high)));
    cascade = through(bank.analysis_low);
    largest = std::max(largest, absolute_sum(cascade));
  }
  return static_cast<int32_t>(std::floor(std::log2(kRoom / (65536 * largest))));
}

/// Low-pass and high-pass for the device.
std::vector<int32_t> fixed_filters(const FilterBank& bank) {
  std::vector<int32_t> taps;
  for (const std::vector<double>* filter : {&bank.analysis_low, &bank.analysis_high}) {
    for (auto tap = filter->rbegin(); tap != filter->rend(); ++tap) {
      taps.push_back(static_cast<int32_t>(std::lround(std::ldexp(*tap, device::kWaveletFilterBits))));
    }
  }
  return taps;
}

std::vector<FeatureAffine> affine_of(const Wavelet& op, int32_t taps, int32_t fraction_bits) {
  std::vector<FeatureAffine> affine;
  const auto put = [&](double gain, double bias = 0) {
    affine.push_back(
        feature_affine(gain, bias, offset_of(op.offset, affine.size()), scale_of(op.scale, affine.size())));
  };
  const auto put_magnitude = [&](double gain) {
    affine.push_back(
        magnitude_affine(gain, offset_of(op.offset, affine.size()), scale_of(op.scale, affine.size())));
  };
  for (int32_t c = 0; c < op.frame.channels; ++c) {
    const double value = std::ldexp(unit_of(op.frame, c), -fraction_bits);
    for (const int32_t size : band_sizes(op, taps)) {
      put(std::ldexp(std::numbers::ln2, -device::kWaveletEntropyBits) / size, std::log(size));
      for (int crossings = 0; crossings < 2; ++crossings) put(1.0 / size);
      for (int position = 0; position < 6; ++position) put(value);
      put_magnitude(value);
      put_magnitude(value * value * size / (size - 1));
      put_magnitude(value);
      for (int moment = 0; moment < 2; ++moment) put(std::ldexp(1, -device::kMomentBits));
    }
  }
  return affine;
}

}  // namespace

void infer(const Wavelet& op, Graph& graph, const Node& node) {
  check(op);
  infer_sensor(op.frame, features_of(op), op.kName, graph, node);
}

int64_t macs(const Wavelet& op, const Graph& graph, const Node& node) {
  constexpr int64_t kPowers = 3;
  const auto taps = static_cast<int32_t>(wavelet_filters(op.family).analysis_low.size());
  const std::vector<int32_t> sizes = band_sizes(op, taps);
  int64_t coefficients = kPowers * sizes[0];
  for (size_t band = 1; band < sizes.size(); ++band) coefficients += sizes[band] * (2 * taps + kPowers);
  return graph[node.outputs.at(0)].shape.at(1) * op.frame.channels * coefficients;
}

void forward(const Wavelet& op, FloatForward& pass) {
  check(op);
  const FilterBank bank = wavelet_filters(op.family);
  for_each_channel(op.frame, pass, [&](std::span<const double> samples, std::vector<double>& features) {
    std::vector<double> approximation(samples.begin(), samples.end());
    const double mean = exact_statistics(samples).mean;
    for (double& value : approximation) value -= mean;
    std::vector<std::vector<double>> bands;
    for (int32_t level = 0; level < op.levels; ++level) {
      bands.push_back(band_of(approximation, bank.analysis_high));
      approximation = band_of(approximation, bank.analysis_low);
    }
    append_features(std::move(approximation), features);
    for (auto band = bands.rbegin(); band != bands.rend(); ++band)
      append_features(std::move(*band), features);
  });
}

KernelCall lower(const Wavelet& op, const Graph& graph, const Node& node, const Target&) {
  check(op);
  const FilterBank bank = wavelet_filters(op.family);
  device::WaveletParams params{};
  params.frames = graph[node.outputs.at(0)].shape.at(1);
  params.channels = op.frame.channels;
  params.frame_samples = op.frame.samples;
  params.hop_samples = op.frame.hop;
  params.levels = op.levels;
  params.taps = static_cast<int32_t>(bank.analysis_low.size());
  params.fraction_bits = fraction_bits_of(bank, op.levels);

  KernelCall call;
  call.header = "tinyml/device/dsp/wavelet.h";
  call.function = "wavelet";
  call.parameters = list_parameters(params);
  call.tables = {make_table("filters", fixed_filters(bank)), make_table("log2_table", log2_table()),
                 affine_table(affine_of(op, params.taps, params.fraction_bits))};
  call.scratch_bytes = device::wavelet_scratch_bytes(params.frame_samples, params.taps);
  call.run = [params, tables = std::make_shared<const std::vector<Table>>(call.tables)](
                 std::span<const void* const> inputs, std::span<void* const> outputs, void* scratch) {
    const std::vector<Table>& t = *tables;
    device::wavelet(params, static_cast<const int16_t*>(inputs[0]), values_of<int32_t>(t[0]),
                    values_of<uint16_t>(t[1]), values_of<int32_t>(t[2]), static_cast<int8_t*>(outputs[0]),
                    scratch);
  };
  return call;
}

}  // namespace tinyml::ops
