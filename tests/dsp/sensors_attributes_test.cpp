// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/dsp/sensors.h"
#include "tinyml/ops/front_end.h"

namespace tinyml {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The error of a changed, otherwise sound operator on a window of `values`.
template <class Op, class Change>
std::string error_of(Change change, int64_t values = 384) {
  Op op;
  op.frame.channels = 3;
  op.frame.rate_hz = 62.5f;
  if constexpr (!std::is_same_v<Op, Raw>) op.frame.samples = 128;
  change(op);
  try {
    FeatureGraph(op, values);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    return error.what();
  }
  return "";
}

TEST(SensorAttributes, WrongFramesAreNamed) {
  const auto error = [](auto change) { return error_of<FlattenStatistics>(change); };
  EXPECT_EQ(error([](auto&) {}), "");
  EXPECT_THAT(error([](auto& op) { op.frame.channels = 0; }), HasSubstr("0 channels"));
  EXPECT_THAT(error([](auto& op) { op.frame.samples = 0; }), HasSubstr("frame of 0 samples"));
  EXPECT_THAT(error([](auto& op) { op.frame.samples = 65537; }), HasSubstr("give 1 .. 65536"));
  EXPECT_THAT(error([](auto& op) { op.frame.hop = -1; }), HasSubstr("hop of -1"));
  EXPECT_THAT(error([](auto& op) { op.frame.rate_hz = NAN; }), HasSubstr("rate of nan"));
  EXPECT_THAT(error([](auto& op) { op.frame.unit = {1, 1}; }), HasSubstr("2 units for 3 channels"));
  EXPECT_THAT(error([](auto& op) { op.frame.unit = {1, 0, 1}; }), HasSubstr("unit of 0"));
  EXPECT_THAT(error([](auto& op) { op.offset = {1}; }), HasSubstr("1 offsets for 21 features"));
  EXPECT_THAT(error([](auto& op) { op.scale.assign(21, 0.0f); }), HasSubstr("scale of 0"));
  EXPECT_THAT(error([](auto& op) { op.offset.assign(21, INFINITY); }), HasSubstr("not finite"));
  EXPECT_THAT(error([](auto& op) { op.frame.channels = 5; }), HasSubstr("384 values"));
  EXPECT_THAT(error([](auto& op) { op.frame.samples = 129; }), HasSubstr("128 samples a channel are fewer"));
  EXPECT_THAT(error([](auto& op) {
                op.average = op.minimum = op.maximum = op.root_mean_square = false;
                op.standard_deviation = op.skewness = op.kurtosis = false;
              }),
              HasSubstr("no statistic is chosen"));
  EXPECT_THAT(error_of<Raw>([](Raw& op) { op.frame.samples = 2; }), HasSubstr("single samples"));
}

TEST(SensorAttributes, WrongSpectraAreNamed) {
  const auto error = [](auto change) { return error_of<Spectral>(change); };
  EXPECT_EQ(error([](Spectral&) {}), "");
  EXPECT_THAT(error([](Spectral& op) { op.fft_size = 8; }), HasSubstr("fft_size 8"));
  EXPECT_THAT(error([](Spectral& op) { op.fft_size = 48; }), HasSubstr("power of two"));
  const auto filtered = [&](float cutoff_hz, int32_t order) {
    return error(
        [=](Spectral& op) { op.filter = FilterKind::low_pass, op.cutoff_hz = cutoff_hz, op.order = order; });
  };
  EXPECT_EQ(filtered(3, 6), "");
  EXPECT_THAT(filtered(31.25f, 6), HasSubstr("below 31.25"));
  EXPECT_THAT(filtered(NAN, 6), HasSubstr("cutoff of nan"));
  EXPECT_THAT(filtered(0.001f, 6), HasSubstr("cutoff of 0.001"));
  EXPECT_THAT(filtered(3, 33), HasSubstr("order 33"));
  EXPECT_THAT(filtered(1, 6), HasSubstr("leaves none of the FFT's bins"));
}

TEST(SensorShape, IsFramesByFeatures) {
  Spectral spectral;
  spectral.frame = {3, 125, 25, 62.5f, {}};
  const FeatureGraph graph(spectral, 3 * 175);
  EXPECT_EQ(graph.output().shape, (Shape{1, 3, 39, 1}));
  EXPECT_EQ(graph.output().dtype, DType::int8);
  EXPECT_EQ(FeatureGraph(spectral, 3 * 125, DType::float32).output().dtype, DType::float32);
  spectral.filter = FilterKind::low_pass;
  EXPECT_EQ(FeatureGraph(spectral, 3 * 125).output().shape, (Shape{1, 1, 3 * 6, 1}));
  spectral.filter = FilterKind::high_pass;
  EXPECT_EQ(FeatureGraph(spectral, 3 * 125).output().shape, (Shape{1, 1, 39, 1}));
  spectral.cutoff_hz = 10;
  EXPECT_EQ(FeatureGraph(spectral, 3 * 125).output().shape, (Shape{1, 1, 3 * 11, 1}));
}

TEST(SensorShape, FramesOfEveryFrontEndAreKnown) {
  const auto raw = ops::frame_of(Raw{.frame = {.channels = 6, .rate_hz = 62.5f}});
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->channels, 6);
  EXPECT_EQ(raw->frame_values, 6);
  EXPECT_EQ(raw->hop_values, 6);
  EXPECT_EQ(raw->rate_hz, 62.5);
  const auto spectral = ops::frame_of(Spectral{.frame = {.channels = 3, .samples = 128, .hop = 32}});
  ASSERT_TRUE(spectral);
  EXPECT_EQ(spectral->frame_values, 384);
  EXPECT_EQ(spectral->hop_values, 96);
  const auto mfcc = ops::frame_of(Mfcc{});
  ASSERT_TRUE(mfcc);
  EXPECT_EQ(mfcc->frame_values, 480);
  EXPECT_EQ(mfcc->hop_values, 320);
  EXPECT_FALSE(ops::frame_of(Relu{}));
}

TEST(Raw, StandardisesRoundsAndSaturates) {
  Raw op;
  op.frame.channels = 2;
  op.frame.unit = {0.5f, 1e-3f};
  op.offset = {10, 0};
  op.scale = {0.25f, 1e-3f};
  const std::vector<int16_t> samples = {20, 0, 21, 1, 22, -2, -32768, 32767};
  EXPECT_THAT(fixed_features(op, samples), ElementsAre(0, 0, 2, 1, 4, -2, -128, 127));
  EXPECT_THAT(physical_features(op, {21, -2}), ElementsAre(10.5f, -2e-3f));
}

TEST(Raw, ExtremeScalesSaturate) {
  Raw op;
  op.scale = {std::numeric_limits<float>::min()};
  EXPECT_THAT(fixed_features(op, {-1, 0, 1}), ElementsAre(-128, 0, 127));
  op.scale = {std::numeric_limits<float>::max()};
  EXPECT_THAT(fixed_features(op, {-32768, 0, 32767}), ElementsAre(0, 0, 0));
  op.scale = {1};
  op.offset = {std::numeric_limits<float>::max()};
  EXPECT_THAT(fixed_features(op, {-32768, 0, 32767}), ElementsAre(-128, -128, -128));
}

}  // namespace
}  // namespace tinyml
