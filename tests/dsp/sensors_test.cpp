// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/dsp/sensors.h"
#include "tinyml/device/dsp/butterworth.h"
#include "tinyml/ops/butterworth.h"

namespace tinyml {
namespace {

/// The bounds that tinyml/device/dsp/statistics.h states, for a feature f of n samples, after float32 took f.
double value_tolerance(double f) { return 0x1p-14 + 0x1p-22 * std::abs(f); }
double root_tolerance(double f) { return 0x1p-14 + 0x1p-14 * f; }
double skewness_tolerance(size_t n) { return 0x1p-12 + 0x1p-14 * std::sqrt(static_cast<double>(n)); }
double kurtosis_tolerance(double f) { return 0x1p-12 + 0x1p-14 * std::abs(f); }

TEST(FixedFlattenStatistics, StaysWithinTheBoundsOfStatistics) {
  for (const size_t count : {2, 3, 16, 125, 1000, 65536}) {
    for (const NamedSignal& signal : sensor_signals(count, count)) {
      FlattenStatistics op;
      op.frame.samples = static_cast<int32_t>(count);
      const std::vector<float> f = physical_features(op, signal.samples);
      const std::vector<double> errors = magnified_errors(
          op, signal.samples,
          {value_tolerance(f[0]), value_tolerance(f[1]), value_tolerance(f[2]), root_tolerance(f[3]),
           root_tolerance(f[4]), skewness_tolerance(count), kurtosis_tolerance(f[6])});
      for (size_t i = 0; i < errors.size(); ++i) {
        EXPECT_LE(std::abs(errors[i]), 1) << signal.name << ", " << count << " samples, feature " << i;
      }
    }
  }
}

std::vector<Spectral> spectral_shapes() {
  std::vector<Spectral> shapes(11);
  for (Spectral& op : shapes) op.frame.samples = op.frame.hop = 128, op.frame.rate_hz = 62.5f;
  shapes[1].filter = FilterKind::low_pass;
  shapes[2].filter = FilterKind::high_pass;
  shapes[3].frame.samples = 75, shapes[3].fft_size = 32, shapes[3].overlap = false;
  shapes[4].frame.samples = 1000, shapes[4].fft_size = 1024;
  shapes[5].frame.samples = 600, shapes[5].fft_size = 512, shapes[5].filter = FilterKind::low_pass,
  shapes[5].cutoff_hz = 0.1f, shapes[5].order = 3;
  shapes[6].filter = FilterKind::high_pass, shapes[6].cutoff_hz = 0.05f, shapes[6].order = 4;
  shapes[7].filter = FilterKind::low_pass, shapes[7].cutoff_hz = 30, shapes[7].order = 12;
  shapes[8].frame.samples = 512, shapes[8].fft_size = 64, shapes[8].filter = FilterKind::high_pass,
  shapes[8].cutoff_hz = 29, shapes[8].order = 7;
  shapes[9].frame.samples = 6000, shapes[9].fft_size = 4096, shapes[9].filter = FilterKind::low_pass,
  shapes[9].cutoff_hz = 0.04f, shapes[9].order = 8;
  shapes[10].log = false;
  return shapes;
}

/// The bounds that tinyml/device/dsp/spectral.h states, for the features of one channel with a unit of 1.
std::vector<double> spectral_tolerances(const Spectral& op, const std::vector<float>& f) {
  const double small = 0x1p-10 / (f[0] + 0x1p-10);
  std::vector<double> tolerances = {
      0x1p-12 * f[0] + 0x1p-10, 0x1p-9 * (1 + std::abs(f[1])) + small, 0x1p-9 * (1 + std::abs(f[2])) + small,
      0x1p-7 * (1 + std::abs(f[3])) + 2 * small, 0x1p-7 * (1 + std::abs(f[4])) + 2 * small};
  for (size_t i = tolerances.size(); i < f.size(); ++i)
    tolerances.push_back(op.log ? 0x1p-8 : f[i] / 100 + 1e-9);
  return tolerances;
}

/// Which features the bounds cover.
std::vector<bool> heard_features(const Spectral& op, const std::vector<float>& f) {
  std::vector<double> log10;
  for (size_t i = 5; i < f.size(); ++i) log10.push_back(op.log ? f[i] : std::log10(f[i] + 1e-30));
  const double loudest = *std::max_element(log10.begin(), log10.end());
  std::vector<bool> heard(5, f[0] >= 0x1p-8);
  heard[0] = true;
  for (const double level : log10) heard.push_back(heard[1] && level > -5 && level > loudest - 6);
  return heard;
}

TEST(FixedSpectral, StaysWithinItsBounds) {
  const std::vector<Spectral> shapes = spectral_shapes();
  for (size_t shape = 0; shape < shapes.size(); ++shape) {
    const Spectral& op = shapes[shape];
    for (const NamedSignal& signal : sensor_signals(static_cast<size_t>(op.frame.samples), 3)) {
      const std::vector<float> f = physical_features(op, signal.samples);
      const std::vector<bool> heard = heard_features(op, f);
      const std::vector<double> errors = magnified_errors(op, signal.samples, spectral_tolerances(op, f));
      for (size_t i = 0; i < errors.size(); ++i) {
        if (!heard[i]) continue;
        EXPECT_LE(std::abs(errors[i]), 1) << "shape " << shape << ", " << signal.name << ", feature " << i
                                          << ", " << f[i] << " at " << f[0];
      }
    }
  }
}

TEST(FixedFilter, TheWorstInputDoesNotOverflow) {
  constexpr int32_t kCount = 2000;
  for (const bool high_pass : {false, true}) {
    for (const int32_t order : {1, 2, 5, 8, 16, 32}) {
      for (const double cutoff : {0.0006, 0.02, 0.2, 0.45, 0.49}) {
        const auto sections = ops::butterworth(order, cutoff, 1, high_pass);
        const ops::FixedFilter fixed = ops::fixed_filter(sections, high_pass, kCount);
        std::vector<double> response(kCount);
        response[0] = 1;
        ops::filter(sections, response);
        std::vector<double> exact;
        std::vector<int32_t> values;
        for (size_t i = 0; i < response.size(); ++i) {
          const int32_t sample = response[response.size() - 1 - i] < 0 ? -32768 : 32767;
          exact.push_back(sample);
          values.push_back(sample * (1 << fixed.fraction_bits));
        }
        ops::filter(sections, exact);
        const struct { int32_t order, high_pass; } params{order, high_pass};
        device::butterworth(params, values.data(), kCount, fixed.sections.data());
        for (size_t i = 0; i < exact.size(); ++i) {
          ASSERT_NEAR(std::ldexp(values[i], -fixed.fraction_bits), exact[i], 32)
              << order << " at " << cutoff << (high_pass ? ", high" : ", low") << " pass, sample " << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace tinyml
