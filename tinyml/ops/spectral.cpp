// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/dsp/spectral.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <numbers>

#include "tinyml/ops/butterworth.h"
#include "tinyml/ops/fft_tables.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/sensor_frame.h"

namespace tinyml::ops {
namespace {

constexpr int32_t kSmallestFft = 16, kLargestFft = 8192, kMostPoles = 32;
constexpr int32_t kStatistics = 5;  // a channel, before its bins
constexpr double kSilentLog = -10;

struct Bins {
  int32_t first, last;
  int32_t count() const { return last - first + 1; }
};

/// Those of which a part lies within the filter's pass band.
Bins bins_of(const Spectral& op) {
  const double spacing = static_cast<double>(op.frame.rate_hz) / op.fft_size, cutoff = op.cutoff_hz;
  Bins bins{1, op.fft_size / 2};
  if (op.filter == FilterKind::low_pass) {
    while (bins.last >= 1 && bins.last * spacing - spacing / 2 > cutoff) --bins.last;
  }
  if (op.filter == FilterKind::high_pass) {
    while (bins.first <= bins.last && bins.first * spacing + spacing / 2 < cutoff) ++bins.first;
  }
  return bins;
}

int32_t features_of(const Spectral& op) { return op.frame.channels * (kStatistics + bins_of(op).count()); }

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

void check_filter(const Spectral& op) {
  // Nearer to 0 the poles' rounding to 2^-30 would show.
  constexpr double kLowestCutoff = 1.0 / 2000;
  const double rate = op.frame.rate_hz, cutoff = op.cutoff_hz;
  if (!(cutoff >= rate * kLowestCutoff && cutoff < rate / 2)) {
    reject(fmt::format("spectral: a cutoff of {} Hz at {} Hz: give one from {} to below {}, half the rate",
                       cutoff, rate, rate * kLowestCutoff, rate / 2));
  }
  if (op.order < 0 || op.order > kMostPoles) {
    reject(fmt::format("spectral: a filter of order {}: give 0 .. {}", op.order, kMostPoles));
  }
  if (bins_of(op).count() < 1) {
    reject(fmt::format("spectral: a cutoff of {} Hz leaves none of the FFT's bins of {} Hz: raise fft_size",
                       cutoff, rate / op.fft_size));
  }
}

void check(const Spectral& op) {
  check_frame(op.frame, op.kName);
  if (op.fft_size < kSmallestFft || op.fft_size > kLargestFft ||
      !std::has_single_bit(static_cast<uint32_t>(op.fft_size))) {
    reject(fmt::format("spectral: fft_size {} is not a power of two from {} to {}", op.fft_size, kSmallestFft,
                       kLargestFft));
  }
  if (op.filter != FilterKind::none) check_filter(op);
  check_standardisation(op.offset, op.scale, features_of(op), op.kName);
}

std::vector<FilterSection> sections_of(const Spectral& op) {
  if (op.filter == FilterKind::none || op.order == 0) return {};
  return butterworth(op.order, op.cutoff_hz, op.frame.rate_hz, op.filter == FilterKind::high_pass);
}

int32_t block_step(const Spectral& op) { return op.overlap ? op.fft_size / 2 : op.fft_size; }

struct DoubleArithmetic {
  using Value = double;
  using Twiddle = double;
  static double half(double a) { return 0.5 * a; }
  static double dot(double a, double c, double b, double d) { return a * c + b * d; }
  static double cross(double a, double c, double b, double d) { return a * c - b * d; }
};

/// The largest power of each bin 0 .. fft_size / 2 over the blocks.
std::vector<double> held_spectrum(const Spectral& op, std::span<const double> values,
                                  const std::vector<double>& twiddles) {
  const int32_t n = op.fft_size / 2;
  std::vector<double> held(static_cast<size_t>(n) + 1);
  std::vector<device::Complex<DoubleArithmetic>> z(static_cast<size_t>(n));
  for (size_t start = 0; start < values.size(); start += static_cast<size_t>(block_step(op))) {
    const auto at = [&](size_t t) { return t < values.size() ? values[t] : 0.0; };
    device::BitReversedIndex index(n);
    for (size_t i = 0; i < z.size(); ++i, index.next()) {
      z[static_cast<size_t>(index.value())] = {at(start + 2 * i), at(start + 2 * i + 1)};
    }
    device::complex_fft(z.data(), n, twiddles.data());
    device::split_real_spectrum(z.data(), n, twiddles.data());
    const auto hold = [&](size_t k, double re, double im) {
      held[k] = std::max(held[k], (re * re + im * im) / op.fft_size);
    };
    hold(0, z[0].re + z[0].im, 0);
    hold(z.size(), z[0].re - z[0].im, 0);
    for (size_t k = 1; k < z.size(); ++k) hold(k, z[k].re, z[k].im);
  }
  return held;
}

/// log10 of a bin's power is kLog10 times the device's level plus this.
double log_bias(const Spectral& op, int32_t channel, int32_t fraction_bits) {
  return 2 * std::log10(std::ldexp(unit_of(op.frame, channel), -fraction_bits)) - std::log10(op.fft_size);
}
constexpr double kLog10 = std::numbers::ln2 / std::numbers::ln10 / 32768;

std::vector<FeatureAffine> affine_of(const Spectral& op, int32_t fraction_bits) {
  std::vector<FeatureAffine> affine;
  const auto offset = [&] { return offset_of(op.offset, affine.size()); };
  const auto scale = [&] { return scale_of(op.scale, affine.size()); };
  const auto put_moments = [&] {
    for (int i = 0; i < 2; ++i) {
      affine.push_back(feature_affine(std::ldexp(1, -device::kMomentBits), 0, offset(), scale()));
    }
  };
  for (int32_t c = 0; c < op.frame.channels; ++c) {
    const double value = std::ldexp(unit_of(op.frame, c), -fraction_bits);
    affine.push_back(magnitude_affine(value, offset(), scale()));
    put_moments();
    put_moments();
    for (int32_t bin = 0; bin < bins_of(op).count(); ++bin) {
      affine.push_back(op.log ? feature_affine(kLog10, log_bias(op, c, fraction_bits), offset(), scale())
                              : magnitude_affine(value * value / op.fft_size, offset(), scale()));
    }
  }
  return affine;
}

std::vector<int32_t> silence_of(const Spectral& op, int32_t fraction_bits) {
  std::vector<int32_t> silence;
  for (int32_t c = 0; c < op.frame.channels; ++c) {
    silence.push_back(
        static_cast<int32_t>(std::lround((kSilentLog - log_bias(op, c, fraction_bits)) / kLog10)));
  }
  return silence;
}

}  // namespace

void infer(const Spectral& op, Graph& graph, const Node& node) {
  check(op);
  infer_sensor(op.frame, features_of(op), op.kName, graph, node);
}

int64_t macs(const Spectral& op, const Graph& graph, const Node& node) {
  const int64_t half = op.fft_size / 2, stages = std::countr_zero(static_cast<uint32_t>(half));
  const int64_t block = 3 * half * stages / 2 + 2 * half + 2 * half;
  const int64_t blocks = (op.frame.samples + block_step(op) - 1) / block_step(op);
  const int64_t sections = op.filter == FilterKind::none ? 0 : (op.order + 1) / 2;
  const int64_t sample = 3 * sections + 3;
  return graph[node.outputs.at(0)].shape.at(1) * op.frame.channels *
         (op.frame.samples * sample + blocks * block);
}

void forward(const Spectral& op, FloatForward& pass) {
  check(op);
  const std::vector<FilterSection> sections = sections_of(op);
  const std::vector<double> twiddles = quarter_circle<double>(op.fft_size, 1);
  const Bins bins = bins_of(op);
  for_each_channel(op.frame, pass, [&](std::span<const double> samples, std::vector<double>& features) {
    std::vector<double> values(samples.begin(), samples.end());
    filter(sections, values);
    const ExactStatistics wave = exact_statistics(values);
    for (double& value : values) value -= wave.mean;
    features.insert(features.end(), {wave.deviation, wave.skewness, wave.kurtosis});
    const std::vector<double> held = held_spectrum(op, values, twiddles);
    const ExactStatistics spectrum = exact_statistics(held);
    features.insert(features.end(), {spectrum.skewness, spectrum.kurtosis});
    for (int32_t k = bins.first; k <= bins.last; ++k) {
      const double power = held[static_cast<size_t>(k)];
      features.push_back(!op.log ? power : power == 0 ? kSilentLog : std::log10(power));
    }
  });
}

KernelCall lower(const Spectral& op, const Graph& graph, const Node& node, const Target&) {
  check(op);
  const bool high_pass = op.filter == FilterKind::high_pass;
  const std::vector<FilterSection> sections = sections_of(op);
  FixedFilter filter = fixed_filter(sections, high_pass, op.frame.samples);
  if (filter.sections.empty()) filter.sections.resize(device::kSectionSize);
  const Bins bins = bins_of(op);
  device::SpectralParams params{};
  params.frames = graph[node.outputs.at(0)].shape.at(1);
  params.channels = op.frame.channels;
  params.frame_samples = op.frame.samples;
  params.hop_samples = op.frame.hop;
  params.fraction_bits = filter.fraction_bits;
  params.order = sections.empty() ? 0 : op.order;
  params.high_pass = high_pass;
  params.fft_size = op.fft_size;
  params.normalised_bits = 30 - std::countr_zero(static_cast<uint32_t>(op.fft_size));
  params.block_step = block_step(op);
  params.first_bin = bins.first;
  params.last_bin = bins.last;
  params.log = op.log;

  KernelCall call;
  call.header = "tinyml/device/dsp/spectral.h";
  call.function = "spectral";
  call.parameters = list_parameters(params);
  call.tables = {make_table("sections", filter.sections),
                 make_table("twiddles", quarter_circle<int16_t>(op.fft_size, 32768)),
                 make_table("log2_table", log2_table()),
                 make_table("silence", silence_of(op, filter.fraction_bits)),
                 affine_table(affine_of(op, filter.fraction_bits))};
  call.scratch_bytes = device::spectral_scratch_bytes(op.frame.samples, op.fft_size);
  call.run = [params, tables = std::make_shared<const std::vector<Table>>(call.tables)](
                 std::span<const void* const> inputs, std::span<void* const> outputs, void* scratch) {
    const std::vector<Table>& t = *tables;
    device::spectral(params, static_cast<const int16_t*>(inputs[0]), values_of<int32_t>(t[0]),
                     values_of<int16_t>(t[1]), values_of<uint16_t>(t[2]), values_of<int32_t>(t[3]),
                     values_of<int32_t>(t[4]), static_cast<int8_t*>(outputs[0]), scratch);
  };
  return call;
}

}  // namespace tinyml::ops
