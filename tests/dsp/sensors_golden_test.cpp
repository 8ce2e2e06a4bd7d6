// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/dsp/sensors.h"
#include "tinyml/device/dsp/butterworth.h"
#include "tinyml/ops/butterworth.h"

namespace tinyml {
namespace {

std::vector<double> numbers_of(std::istream& in) {
  std::string line;
  std::getline(in, line);
  std::istringstream words(line);
  std::vector<double> values;
  for (double value; words >> value;) values.push_back(value);
  return values;
}

/// Calls `read` with the rest of each line of tools/golden_sensors.py that starts with `keyword`, and with
/// the lines that follow it. Returns how many there were.
int for_each_golden(const std::string& keyword,
                    const std::function<void(std::istream& head, std::istream& lines)>& read) {
  std::ifstream in(TINYML_SOURCE_DIR "/tests/dsp/golden/sensors.txt");
  int count = 0;
  for (std::string line, word; std::getline(in, line);) {
    std::istringstream head(line);
    if (!(head >> word) || word != keyword) continue;
    read(head, in);
    ++count;
  }
  return count;
}

struct GoldenFilter {
  std::string kind;
  int32_t order = 0;
  double cutoff = 0, rate = 0;
  std::vector<double> input, output;
  bool high_pass() const { return kind == "high"; }
};

int for_each_filter(const std::function<void(const GoldenFilter&)>& check) {
  return for_each_golden("filter", [&](std::istream& head, std::istream& lines) {
    GoldenFilter golden;
    head >> golden.kind >> golden.order >> golden.cutoff >> golden.rate;
    golden.input = numbers_of(lines);
    golden.output = numbers_of(lines);
    SCOPED_TRACE(golden.kind + " pass of order " + std::to_string(golden.order));
    check(golden);
  });
}

TEST(GoldenFilters, FloatAgreesWithScipy) {
  EXPECT_EQ(for_each_filter([](const GoldenFilter& golden) {
              std::vector<double> values = golden.input;
              ops::filter(ops::butterworth(golden.order, golden.cutoff, golden.rate, golden.high_pass()),
                          values);
              for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], golden.output[i], 1e-6) << i;
            }),
            10);
}

TEST(GoldenFilters, FixedAgreesWithScipy) {
  for_each_filter([](const GoldenFilter& golden) {
    const auto sections = ops::butterworth(golden.order, golden.cutoff, golden.rate, golden.high_pass());
    const auto count = static_cast<int32_t>(golden.input.size());
    const ops::FixedFilter fixed = ops::fixed_filter(sections, golden.high_pass(), count);
    EXPECT_GE(fixed.fraction_bits, 10);
    std::vector<int32_t> values;
    for (const double x : golden.input) values.push_back(static_cast<int32_t>(x) << fixed.fraction_bits);
    struct {
      int32_t order, high_pass;
    } const params{golden.order, golden.high_pass()};
    device::butterworth(params, values.data(), count, fixed.sections.data());
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_NEAR(std::ldexp(values[i], -fixed.fraction_bits), golden.output[i], 0x1p-7) << i;
    }
  });
}

struct GoldenCase {
  Spectral spectral;
  FlattenStatistics flatten;
  std::vector<int16_t> samples;
  std::vector<double> statistics, spectrum;
};

int for_each_case(const std::function<void(const GoldenCase&)>& check) {
  return for_each_golden("case", [&](std::istream& head, std::istream& lines) {
    GoldenCase golden;
    Spectral& op = golden.spectral;
    std::string name, filter;
    head >> name >> op.frame.channels >> op.frame.samples >> op.frame.rate_hz >> filter >> op.order >>
        op.cutoff_hz >> op.fft_size >> op.overlap >> op.log;
    op.filter = filter == "low"    ? FilterKind::low_pass
                : filter == "high" ? FilterKind::high_pass
                                   : FilterKind::none;
    for (const double unit : numbers_of(lines)) op.frame.unit.push_back(static_cast<float>(unit));
    golden.flatten.frame = op.frame;
    for (const double sample : numbers_of(lines)) golden.samples.push_back(static_cast<int16_t>(sample));
    golden.statistics = numbers_of(lines);
    golden.spectrum = numbers_of(lines);
    SCOPED_TRACE(name + ", filter " + filter + ", fft " + std::to_string(op.fft_size));
    check(golden);
  });
}

template <class Op>
void expect_float(const Op& op, const GoldenCase& golden, const std::vector<double>& expected) {
  const std::vector<float> features = physical_features(op, golden.samples);
  ASSERT_EQ(features.size(), expected.size());
  for (size_t i = 0; i < features.size(); ++i) {
    EXPECT_NEAR(features[i], expected[i], 1e-6 * (1 + std::abs(expected[i]))) << i;
  }
}

/// int8 with steps of 1/512 of a feature's size around the golden value: at most one step of difference.
template <class Op>
void expect_fixed(Op op, const GoldenCase& golden, const std::vector<double>& expected) {
  for (const double feature : expected) {
    op.offset.push_back(static_cast<float>(feature));
    op.scale.push_back(static_cast<float>((1 + std::abs(feature)) / 512));
  }
  const std::vector<int8_t> features = fixed_features(op, golden.samples);
  for (size_t i = 0; i < features.size(); ++i) EXPECT_LE(std::abs(features[i]), 1) << i << " " << expected[i];
}

TEST(GoldenSensors, FloatFeaturesAgreeWithScipy) {
  EXPECT_EQ(for_each_case([](const GoldenCase& golden) {
              expect_float(golden.flatten, golden, golden.statistics);
              expect_float(golden.spectral, golden, golden.spectrum);
            }),
            6);
}

TEST(GoldenSensors, FixedFeaturesAgreeWithScipy) {
  for_each_case([](const GoldenCase& golden) {
    expect_fixed(golden.flatten, golden, golden.statistics);
    expect_fixed(golden.spectral, golden, golden.spectrum);
  });
}

}  // namespace
}  // namespace tinyml
