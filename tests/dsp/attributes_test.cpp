// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/dsp/features.h"

namespace tinyml {
namespace {

using testing::HasSubstr;

template <class Op>
std::string error_of(const Op& op, int64_t samples = 16000) {
  try {
    FeatureGraph(op, samples);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    return error.what();
  }
  return "";
}

template <class Change>
Mfe changed(Change change) {
  Mfe op;
  change(op);
  return op;
}

TEST(MfeAttributes, WrongOnesAreNamed) {
  EXPECT_EQ(error_of(Mfe{}), "");
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.sample_rate_hz = 0; })), HasSubstr("sample rate of 0"));
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.fft_size = 500; })), HasSubstr("fft_size 500"));
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.fft_size = 1 << 20; })), HasSubstr("fft_size 1048576"));
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.frame_samples = 513; })), HasSubstr("frames of 513"));
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.hop_samples = 0; })), HasSubstr("hop of 0"));
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.bands = 0; })), HasSubstr("0 bands"));
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.low_hz = 7600; })), HasSubstr("low_hz < high_hz"));
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.high_hz = 8001; })), HasSubstr("<= 8000"));
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.low_hz = NAN; })), HasSubstr("low_hz < high_hz"));
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.ceiling_db = -10; })), HasSubstr("floor_db < 0"));
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.floor_db = NAN; })), HasSubstr("floor_db < 0"));
  EXPECT_THAT(error_of(changed([](Mfe& op) { op.floor_db = -300; })), HasSubstr("190 dB"));
}

TEST(MfeAttributes, AnEmptyBandNamesTheRemedy) {
  const std::string message = error_of(changed([](Mfe& op) {
    op.fft_size = 256;
    op.frame_samples = 256;
    op.bands = 80;
  }));
  EXPECT_THAT(message, HasSubstr("band 2 (127 to 177 Hz) is narrower than the FFT's bins of 62.5 Hz"));
  EXPECT_THAT(message, HasSubstr("fewer bands than 80, an fft_size above 256"));
}

TEST(MfeAttributes, AWindowShorterThanAFrameIsAnError) {
  EXPECT_THAT(error_of(Mfe{}, 479), HasSubstr("479 samples are fewer than one frame of 480"));
  EXPECT_EQ(error_of(Mfe{}, 480), "");
}

TEST(MfccAttributes, WrongOnesAreNamed) {
  EXPECT_EQ(error_of(Mfcc{}), "");
  EXPECT_THAT(error_of(Mfcc{{}, 0}), HasSubstr("0 coefficients"));
  EXPECT_THAT(error_of(Mfcc{{}, 41}), HasSubstr("give 1 .. 40"));
  EXPECT_THAT(error_of(Mfcc{{.sample_rate_hz = 0}, 10}), HasSubstr("mfcc: mfe: a sample rate"));
}

TEST(MfeShape, IsFramesByBandsWithDecibelsAsRealValues) {
  const FeatureGraph graph(Mfe{}, 16000);
  EXPECT_EQ(graph.output().shape, (Shape{1, 49, 40, 1}));
  EXPECT_EQ(graph.output().dtype, DType::int8);
  EXPECT_FLOAT_EQ(graph.output().quantization.scale(), 100.0f / 255);
  EXPECT_EQ(graph.output().quantization.zero_point(), 127);
  EXPECT_EQ(FeatureGraph(Mfcc{}, 16000).output().shape, (Shape{1, 49, 10, 1}));
  EXPECT_EQ(FeatureGraph(Mfe{}, 16000, DType::float32).output().dtype, DType::float32);
}

}  // namespace
}  // namespace tinyml
