// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numbers>

#include "tests/dsp/features.h"
#include "tinyml/data/audio.h"
#include "tinyml/device/dsp/mfcc.h"
#include "tinyml/ops/mfe_tables.h"

namespace tinyml {
namespace {

using testing::Each;

std::vector<int16_t> sine(const Mfe& op, size_t count, double hz, double amplitude) {
  return samples_of(count, [&](size_t i) {
    return std::round(amplitude *
                      std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / op.sample_rate_hz));
  });
}

/// The bound that tinyml/device/dsp/mfe.h states, against the float chain.
void expect_within_bound(const Mfe& op, const std::vector<int16_t>& samples, const std::string& what) {
  const std::vector<int8_t> fixed = fixed_features(op, samples);
  const std::vector<float> exact = float_features(op, samples);
  const Quantization q = ops::quantization_of(op);
  for (size_t frame = 0; frame < fixed.size(); frame += static_cast<size_t>(op.bands)) {
    const float loudest = *std::max_element(exact.begin() + static_cast<ptrdiff_t>(frame),
                                            exact.begin() + static_cast<ptrdiff_t>(frame) + op.bands);
    for (size_t i = frame; i < frame + static_cast<size_t>(op.bands); ++i) {
      if (exact[i] <= -90 || exact[i] < loudest - 80) continue;
      const double count = std::clamp(exact[i] / q.scale() + q.zero_point(), -128.0f, 127.0f);
      ASSERT_LE(std::abs(fixed[i] - std::round(count)), 1) << what << ", element " << i << ", " << exact[i];
    }
  }
}

std::vector<Mfe> shapes() {
  std::vector<Mfe> shapes(6);
  shapes[1].fft_size = 256, shapes[1].frame_samples = 240, shapes[1].hop_samples = 100, shapes[1].bands = 20;
  shapes[2].fft_size = 1024, shapes[2].frame_samples = 1024, shapes[2].hop_samples = 333,
  shapes[2].bands = 64;
  shapes[3].sample_rate_hz = 8000, shapes[3].fft_size = 256, shapes[3].frame_samples = 201,
  shapes[3].hop_samples = 77, shapes[3].bands = 20, shapes[3].low_hz = 0, shapes[3].high_hz = 4000;
  shapes[4].floor_db = -72.5f, shapes[4].ceiling_db = 6;
  shapes[5].fft_size = 2048, shapes[5].frame_samples = 1500, shapes[5].hop_samples = 1700;
  return shapes;
}

TEST(FixedMfe, StaysWithinItsBound) {
  Random random(11);
  for (const Mfe& op : shapes()) {
    const auto count = static_cast<size_t>(op.frame_samples + 5 * op.hop_samples);
    const std::string name = "fft " + std::to_string(op.fft_size);
    for (const double amplitude : {1.0, 3.0, 40.0, 900.0, 20000.0, 32767.0}) {
      for (const double part : {0.013, 0.11, 0.251, 0.6, 0.93}) {
        expect_within_bound(op, sine(op, count, part * op.sample_rate_hz / 2, amplitude), name + " sine");
      }
      expect_within_bound(op, samples_of(count, [&](size_t) { return amplitude * random.normal(); }),
                          name + " noise");
      expect_within_bound(op, samples_of(count, [&](size_t i) { return i % 401 ? 0 : amplitude; }),
                          name + " impulses");
      expect_within_bound(op,
                          samples_of(count, [&](size_t i) { return i % 90 < 45 ? amplitude : -amplitude; }),
                          name + " square");
    }
    expect_within_bound(op, sine(op, count, 440, 200000), name + " clipped sine");
    expect_within_bound(op, samples_of(count, [&](size_t) { return random.below(2) ? 32767 : -32768; }),
                        name + " full-scale bits");
    expect_within_bound(op, samples_of(count, [](size_t) { return -32768; }), name + " constant");
  }
}

TEST(FixedMfe, RoundsToNearest) {
  Random random(13);
  const auto samples = samples_of(160000, [&](size_t) { return 2000 * random.normal(); });
  const std::vector<int8_t> fixed = fixed_features(Mfe{}, samples);
  const std::vector<float> exact = float_features(Mfe{}, samples);
  const Quantization q = ops::quantization_of(Mfe{});
  int different = 0;
  double bias = 0;
  for (size_t i = 0; i < fixed.size(); ++i) {
    const double error = fixed[i] - (exact[i] / q.scale() + q.zero_point());
    different += std::abs(error) > 0.5;
    bias += error;
  }
  EXPECT_LT(different, static_cast<int>(fixed.size() / 200));
  EXPECT_NEAR(bias / static_cast<double>(fixed.size()), 0, 0.01);
}

TEST(FixedMfe, StaysWithinItsBoundOnRecordings) {
  const char* named = std::getenv("TINYML_SHARED");
  const std::filesystem::path folder =
      std::filesystem::path(named ? named : TINYML_SOURCE_DIR "/../shared") / "data/kws-speech-commands";
  if (!std::filesystem::is_directory(folder / "yes")) {
    GTEST_SKIP() << "skipped: no recordings in " << folder;
  }
  int clips = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "yes")) {
    expect_within_bound(Mfe{}, data::read_audio(entry.path(), 16000).samples, entry.path().filename());
    if (++clips == 20 || HasFatalFailure()) break;
  }
}

TEST(FixedMfcc, StaysWithinOneCount) {
  Random random(12);
  for (const Mfe& mfe : shapes()) {
    const Mfcc op{mfe, 13};
    const auto count = static_cast<size_t>(mfe.frame_samples + 5 * mfe.hop_samples);
    for (const double amplitude : {3.0, 900.0, 32767.0}) {
      const auto samples = samples_of(count, [&](size_t) { return amplitude * random.normal(); });
      const std::vector<int8_t> fixed = fixed_features(op, samples);
      const std::vector<float> exact = float_features(op, samples);
      for (size_t i = 0; i < fixed.size(); ++i) {
        EXPECT_LE(std::abs(fixed[i] - std::round(exact[i] / ops::quantization_of(op).scale())), 1)
            << mfe.fft_size << " " << i;
      }
    }
  }
}

TEST(Mfe, SilenceIsTheFloor) {
  for (const Mfe& op : shapes()) {
    const std::vector<int16_t> silence(static_cast<size_t>(op.frame_samples + op.hop_samples));
    EXPECT_THAT(fixed_features(op, silence), Each(-128));
    EXPECT_THAT(float_features(op, silence), Each(op.floor_db));
  }
}

TEST(Mfe, BandsOfAFullScaleSineAddUpToZeroDecibels) {
  const Mfe op;
  const std::vector<float> db = float_features(op, sine(op, 480, 2000, 32767));
  double power = 0;
  for (const float band : db) power += std::pow(10, band / 10);
  EXPECT_NEAR(10 * std::log10(power), 0, 0.02);
}

TEST(Mfcc, ReachesItsExtremesWithoutWrapping) {
  Mfcc op;
  op.coefficients = 40;
  EXPECT_EQ(fixed_features(op, std::vector<int16_t>(480))[0], -127);
  op.mfe.floor_db = -189, op.mfe.ceiling_db = 0;
  EXPECT_EQ(fixed_features(op, std::vector<int16_t>(480))[0], -127);
}

TEST(Streaming, FrameByFrameGivesTheBytesOfTheWholeWindow) {
  const Mfe op;
  const ops::MfeTables tables = ops::mfe_tables(op);
  Random random(5);
  const auto samples = samples_of(16000, [&](size_t) { return 3000 * random.normal(); });
  const FeatureGraph graph(op, 16000);
  const std::vector<int8_t> whole = fixed_features(op, samples);

  device::MfeParams params{};
  for (const ops::Parameter& parameter : graph.lower().parameters) {
    if (parameter.name == "reference") params.reference = static_cast<int32_t>(parameter.value);
    if (parameter.name == "gain") params.gain = static_cast<int32_t>(parameter.value);
    if (parameter.name == "gain_shift") params.gain_shift = static_cast<int32_t>(parameter.value);
  }
  ops::set_frame_params(op, 1, params);
  std::vector<int8_t> streamed;
  std::vector<int32_t> scratch(512);
  for (size_t at = 0; at + 480 <= samples.size(); at += 320) {
    streamed.resize(streamed.size() + 40);
    device::mfe_frame(params, samples.data() + at, tables.window.data(), tables.twiddles.data(),
                      tables.mel_starts.data(), tables.mel_weights.data(), tables.log2.data(),
                      streamed.data() + streamed.size() - 40, scratch.data());
  }
  EXPECT_EQ(streamed, whole);
}

}  // namespace
}  // namespace tinyml
