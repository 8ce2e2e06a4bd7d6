// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/dsp/wavelet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/dsp/sensors.h"
#include "tinyml/ops/wavelet_filters.h"

namespace tinyml {
namespace {

using testing::HasSubstr;

enum Feature {
  entropy,
  zero_crossings,
  mean_crossings,
  n5,
  mean = 8,
  variance = 10,
  skewness = 12,
  kurtosis
};

Wavelet wavelet_of(const std::string& family, int32_t levels, int32_t samples, int32_t channels = 1) {
  Wavelet op;
  op.family = family;
  op.levels = levels;
  op.frame.channels = channels;
  op.frame.samples = op.frame.hop = samples;
  return op;
}

/// Expects each fixed-point feature of one frame within bound(feature, exact, deviation of its band) of
/// `exact`, through an affine step whose zero is `exact` and whose 100 counts are the bound.
template <class Bound>
void expect_fixed_near(Wavelet op, const std::vector<int16_t>& samples, const std::vector<float>& exact,
                       const std::string& what, Bound&& bound) {
  op.offset = exact;
  op.scale.resize(exact.size());
  for (size_t i = 0; i < exact.size(); ++i) {
    const size_t feature = i % device::kWaveletStatistics, band = i - feature;
    op.scale[i] = static_cast<float>(bound(feature, exact[i], exact[band + 9], exact[band + 11]) / 100);
  }
  const std::vector<int8_t> counts = fixed_features(op, samples);
  for (size_t i = 0; i < counts.size(); ++i) {
    EXPECT_LE(std::abs(counts[i]), 100)
        << what << ", " << op.family << " " << op.levels << ", band " << i / device::kWaveletStatistics
        << ", feature " << i % device::kWaveletStatistics << " of " << exact[i];
  }
}

/// The filter by which samples become an approximation.
std::vector<double> cascade_of(const std::string& family, int32_t levels) {
  const std::vector<double> low = ops::wavelet_filters(family).analysis_low;
  std::vector<double> cascade = {1};
  for (int32_t level = 0; level < levels; ++level) {
    const size_t step = size_t{1} << level;
    std::vector<double> next(cascade.size() + (low.size() - 1) * step);
    for (size_t k = 0; k < low.size(); ++k) {
      for (size_t i = 0; i < cascade.size(); ++i) next[k * step + i] += low[k] * cascade[i];
    }
    cascade = next;
  }
  return cascade;
}

/// The bounds that tinyml/device/dsp/wavelet.h states, in units of one LSB, and the rounding of float32.
struct StatedBounds {
  explicit StatedBounds(const Wavelet& op) {
    double growth = 0;
    for (const double tap : cascade_of(op.family, op.levels)) growth += std::abs(tap);
    for (const ops::Parameter& p :
         FeatureGraph(op, op.frame.samples * op.frame.channels).lower().parameters) {
      if (p.name == "fraction_bits") position = 2 * growth * std::ldexp(1, static_cast<int>(-p.value));
      if (p.name == "taps") largest_band = (op.frame.samples + static_cast<double>(p.value)) / 2;
    }
  }

  double operator()(size_t feature, double exact, double deviation, double rms) const {
    const double rounding = 0x1p-22 * std::abs(exact);
    if (feature == entropy) return 0.02;
    if (feature == zero_crossings || feature == mean_crossings) return 0.5 / largest_band;
    if (feature < 9) return position + rounding;
    if (feature == variance) return 0x1p-13 * exact + 2 * position * deviation + position * position;
    if (feature < skewness) return 0x1p-14 * rms + position;
    const double relative = position / std::max(deviation, position);
    if (feature == skewness) {
      return 0x1p-12 + 0x1p-14 * std::sqrt(largest_band) + 4 * relative * (1 + std::abs(exact));
    }
    return 0x1p-12 + 0x1p-13 * std::abs(exact) + 8 * relative * (3 + std::abs(exact));
  }

  double position = 0, largest_band = 0;
};

struct Golden {
  std::string name;
  Wavelet op;
  std::vector<int16_t> samples;
  std::vector<float> features;
};

template <class T>
std::vector<T> next_numbers(std::istream& in) {
  std::string line;
  std::getline(in, line);
  std::istringstream words(line);
  std::vector<T> numbers;
  for (T number; words >> number;) numbers.push_back(number);
  return numbers;
}

std::vector<Golden> golden_cases() {
  std::ifstream in(TINYML_SOURCE_DIR "/tests/dsp/golden/wavelets.txt");
  std::vector<Golden> cases;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string keyword;
    if (!(words >> keyword) || keyword != "case") continue;
    Golden& golden = cases.emplace_back();
    words >> golden.name >> golden.op.family >> golden.op.levels >> golden.op.frame.channels >>
        golden.op.frame.samples;
    golden.op.frame.hop = golden.op.frame.samples;
    golden.op.frame.unit = next_numbers<float>(in);
    golden.samples = next_numbers<int16_t>(in);
    golden.features = next_numbers<float>(in);
  }
  return cases;
}

TEST(GoldenWavelet, FloatFeaturesAgreeWithPyWavelets) {
  const std::vector<Golden> cases = golden_cases();
  ASSERT_EQ(cases.size(), 12u);
  for (const Golden& golden : cases) {
    const std::vector<float> features = physical_features(golden.op, golden.samples);
    ASSERT_EQ(features.size(), golden.features.size()) << golden.name;
    const float unit = *std::ranges::max_element(golden.op.frame.unit);
    for (size_t i = 0; i < features.size(); ++i) {
      EXPECT_NEAR(features[i], golden.features[i], 2e-6 * std::abs(golden.features[i]) + 1e-3 * unit)
          << golden.name << " " << golden.op.family << " " << i;
    }
  }
}

TEST(GoldenWavelet, FixedFeaturesAgreeWithPyWavelets) {
  for (const Golden& golden : golden_cases()) {
    const float unit = *std::ranges::max_element(golden.op.frame.unit);
    const StatedBounds bounds(golden.op);
    expect_fixed_near(golden.op, golden.samples, golden.features, golden.name,
                      [&](size_t feature, double exact, double deviation, double rms) {
                        const double lsb = feature < n5 || feature >= skewness ? 1
                                           : feature == variance               ? unit * unit
                                                                               : unit;
                        return bounds(feature, exact / lsb, deviation / unit, rms / unit) * lsb;
                      });
  }
}

TEST(FixedWavelet, StaysWithinItsBounds) {
  Random random(21);
  for (const char* family : {"haar", "db4", "coif3", "bior3.1", "rbio6.8", "db20"}) {
    for (const int32_t levels : {1, 2, 5}) {
      const int32_t count = 1300 + static_cast<int32_t>(random.below(60));
      const Wavelet op = wavelet_of(family, levels, count);
      const StatedBounds bounds(op);
      // Values on the edge of a bin, or on the level that they cross, may fall to either side.
      const auto expect_near = [&](const std::string& what, bool on_edges,
                                   const std::function<double(size_t)>& signal) {
        const std::vector<int16_t> samples = samples_of(static_cast<size_t>(count), signal);
        expect_fixed_near(op, samples, physical_features(op, samples), what,
                          [&](size_t feature, double exact, double deviation, double rms) {
                            return on_edges && feature < n5 ? 10 : bounds(feature, exact, deviation, rms);
                          });
      };
      for (const double amplitude : {1.0, 3.0, 200.0, 5000.0, 100000.0}) {
        const std::string size = std::to_string(amplitude);
        const bool on_edges = amplitude < 100 || amplitude > 32767 || op.family == "haar";
        expect_near("noise " + size, on_edges, [&](size_t) { return amplitude * random.normal(); });
        expect_near("sine " + size, true,
                    [&](size_t i) { return amplitude * std::sin(0.37 * static_cast<double>(i)); });
        expect_near("steps " + size, true, [&](size_t i) { return i % 90 < 45 ? amplitude : -amplitude; });
      }
      expect_near("impulse", true, [&](size_t i) { return i == 700 ? 32767 : 0; });
      expect_near("constant", false, [](size_t) { return -32768; });
      expect_near("one step over the whole range", true, [](size_t i) { return i < 400 ? -32768 : 32767; });
      expect_near("bits", true, [&](size_t) { return random.below(2) ? 32767 : -32768; });
    }
  }
}

TEST(FixedWavelet, CoefficientsReachTheirBoundWithoutWrapping) {
  // The signs of the cascaded filter, about the middle of the frame, drive one approximation to its extreme.
  const int32_t count = 1024;
  for (const char* family : {"haar", "db4", "bior3.1", "rbio3.1", "coif5"}) {
    for (int32_t levels = 1; levels <= 4; ++levels) {
      const std::vector<double> cascade = cascade_of(family, levels);
      const Wavelet op = wavelet_of(family, levels, count);
      const StatedBounds bounds(op);
      for (size_t shift = 0; shift < size_t{1} << levels; ++shift) {
        const std::vector<int16_t> samples = samples_of(static_cast<size_t>(count), [&](size_t i) {
          const size_t at = i - 256 + shift;
          return at < cascade.size() && cascade[cascade.size() - 1 - at] > 0 ? 32767 : -32768;
        });
        expect_fixed_near(op, samples, physical_features(op, samples), "extreme",
                          [&](size_t feature, double exact, double deviation, double rms) {
                            return feature < n5 ? 10 : bounds(feature, exact, deviation, rms);
                          });
      }
    }
  }
}

TEST(FixedWavelet, EveryFamilyLeavesFractionBits) {
  for (const std::string& family : ops::wavelet_families()) {
    for (const int32_t levels : {1, 5, 11}) {
      const Wavelet op = wavelet_of(family, levels, 16384);
      try {
        const FeatureGraph graph(op, 16384);
        for (const ops::Parameter& parameter : graph.lower().parameters) {
          if (parameter.name != "fraction_bits") continue;
          EXPECT_GE(parameter.value, family == "bior3.1" ? 2 : 6) << family << " " << levels;
        }
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("take fewer levels"));
        EXPECT_GT(levels, 8) << family;
      }
    }
  }
}

TEST(Wavelet, FramesAreCutByTheHop) {
  Random random(4);
  Wavelet op = wavelet_of("db4", 2, 64, 3);
  op.frame.hop = 16;
  const auto samples = samples_of(3 * 160, [&](size_t) { return 3000 * random.normal(); });
  op.scale.assign(3 * 3 * device::kWaveletStatistics, 100);
  const std::vector<int8_t> whole = fixed_features(op, samples);
  ASSERT_EQ(whole.size(), 7u * 126);
  std::vector<int8_t> frames;
  for (size_t first = 0; first + 3 * 64 <= samples.size(); first += 3 * 16) {
    const auto start = samples.begin() + static_cast<ptrdiff_t>(first);
    const std::vector<int8_t> frame = fixed_features(op, std::vector<int16_t>(start, start + 3 * 64));
    frames.insert(frames.end(), frame.begin(), frame.end());
  }
  EXPECT_EQ(whole, frames);
}

TEST(Wavelet, SortsLikeTheLibrary) {
  Random random(6);
  for (int32_t count = 0; count < 400; count = count * 5 / 4 + 1) {
    for (const uint64_t kinds : {2, 10, 1 << 30}) {
      std::vector<int32_t> values;
      for (int32_t i = 0; i < count; ++i) values.push_back(static_cast<int32_t>(random.below(kinds)) - 5);
      std::vector<int32_t> sorted = values;
      std::ranges::sort(sorted);
      device::detail::sort_ascending(values.data(), count);
      ASSERT_EQ(values, sorted);
    }
  }
}

template <class Change>
std::string error_of(Change change) {
  Wavelet op = wavelet_of("db4", 2, 100);
  change(op);
  try {
    FeatureGraph(op, 1000 * op.frame.channels);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    return error.what();
  }
  return "";
}

TEST(WaveletAttributes, WrongOnesAreNamed) {
  EXPECT_EQ(error_of([](Wavelet&) {}), "");
  EXPECT_THAT(error_of([](Wavelet& op) { op.family = "db99"; }), HasSubstr("wavelet: no wavelet \"db99\""));
  EXPECT_THAT(error_of([](Wavelet& op) { op.levels = 0; }), HasSubstr("0 levels: give 1 .. 12"));
  EXPECT_THAT(error_of([](Wavelet& op) { op.levels = 13; }), HasSubstr("13 levels: give 1 .. 12"));
  EXPECT_THAT(error_of([](Wavelet& op) { op.frame.samples = 6; }),
              HasSubstr("level 1 of db4 gets 6 values and needs 7: lengthen the frame of 6 samples"));
  EXPECT_THAT(error_of([](Wavelet& op) { op.frame.samples = 16385; }), HasSubstr("give at most 16384"));
  EXPECT_THAT(error_of([](Wavelet& op) { op.scale = {1}; }), HasSubstr("1 scales for 42 features"));
  EXPECT_THAT(error_of([](Wavelet& op) { op.frame.channels = 0; }), HasSubstr("0 channels"));
}

}  // namespace
}  // namespace tinyml
