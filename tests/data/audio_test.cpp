// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/audio.h"

#include <sndfile.h>

#include <cstring>
#include <limits>

#include "tests/data/clips.h"

/// libsndfile 1.2 does not free all of a malformed Ogg stream that it refuses to open.
extern "C" const char* __lsan_default_suppressions() { return "leak:libvorbis.so\nleak:libogg.so\n"; }

namespace tinyml::data {
namespace {

namespace fs = std::filesystem;

/// A file written by libsndfile: `channels` interleaved.
void write_with_sndfile(const fs::path& path, int format, int rate_hz, int channels,
                        const std::vector<float>& interleaved) {
  SF_INFO info{};
  info.samplerate = rate_hz;
  info.channels = channels;
  info.format = format;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  ASSERT_NE(file, nullptr) << sf_strerror(nullptr);
  sf_writef_float(file, interleaved.data(), static_cast<sf_count_t>(interleaved.size()) / channels);
  sf_close(file);
}

std::vector<float> float_sine(size_t count, int channels, float amplitude = 0.5f) {
  std::vector<float> samples;
  for (size_t i = 0; i < count; ++i) {
    const float s = amplitude * std::sin(0.05f * static_cast<float>(i));
    for (int c = 0; c < channels; ++c) samples.push_back(c == 0 ? s : -s / 2);
  }
  return samples;
}

TEST(Audio, RoundTripsWavExactly) {
  Random random(1);
  TemporaryFolder folder;
  for (const size_t count : {size_t{1}, size_t{2}, size_t{4095}, size_t{4096}, size_t{16001}}) {
    const Audio audio{random_samples(count, random), 8000};
    write_wav(folder.path() / "a.wav", audio);
    const Audio read = read_audio(folder.path() / "a.wav");
    EXPECT_EQ(read.samples, audio.samples);
    EXPECT_EQ(read.sample_rate_hz, 8000);
  }
}

TEST(Audio, ReadsEveryFormatDepthAndChannelCount) {
  TemporaryFolder folder;
  const std::vector<float> mono = float_sine(5000, 1);
  struct Case {
    const char* name;
    int format;
    double tolerance;
  };
  const Case cases[] = {{"u8.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 256},
                        {"s16.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1},
                        {"s24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 1},
                        {"s32.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_32, 1},
                        {"f32.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1},
                        {"f64.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 1},
                        {"ulaw.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 600},
                        {"rf64.wav", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 1},
                        {"s16.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1},
                        {"s24.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 1},
                        {"vorbis.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 2500}};
  for (const Case& c : cases) {
    for (const int channels : {1, 2}) {
      SCOPED_TRACE(std::string(c.name) + " x " + std::to_string(channels));
      const fs::path path = folder.path() / c.name;
      write_with_sndfile(path, c.format, 22050, channels, float_sine(5000, channels));
      const Audio audio = read_audio(path);
      EXPECT_EQ(audio.sample_rate_hz, 22050);
      ASSERT_EQ(audio.samples.size(), 5000u);
      double worst = 0;
      for (size_t i = 0; i < 5000; ++i) {
        const double want = channels == 1 ? mono[i] : mono[i] / 4;
        worst = std::max(worst, std::abs(audio.samples[i] - want * 32768));
      }
      EXPECT_LE(worst, c.tolerance);
    }
  }
}

TEST(Audio, ResamplesToTheBandLimitedSignal) {
  for (const auto& [from, to] :
       {std::pair{44100, 16000}, {8000, 16000}, {22050, 16000}, {48000, 16000}, {16000, 11025}}) {
    SCOPED_TRACE(std::to_string(from) + " -> " + std::to_string(to));
    const std::vector<int16_t> result = resample(sine(1234.5, from, static_cast<size_t>(from)), from, to);
    const std::vector<int16_t> ideal = sine(1234.5, to, static_cast<size_t>(to));
    ASSERT_EQ(result.size(), ideal.size());
    int worst = 0;
    for (size_t i = 400; i + 400 < ideal.size(); ++i) worst = std::max(worst, std::abs(result[i] - ideal[i]));
    EXPECT_LE(worst, 3);
  }
  const std::vector<int16_t> removed = resample(sine(11000, 44100, 44100), 44100, 16000);
  for (size_t i = 400; i + 400 < removed.size(); ++i) ASSERT_LE(std::abs(removed[i]), 2) << i;
}

TEST(Audio, ResamplingClampsAndKeepsLength) {
  std::vector<int16_t> square(4000);
  for (size_t i = 0; i < square.size(); ++i) square[i] = i / 20 % 2 ? 32767 : -32768;
  const std::vector<int16_t> result = resample(square, 8000, 16000);
  EXPECT_EQ(result.size(), 8000u);
  EXPECT_EQ(*std::max_element(result.begin(), result.end()), 32767);
  EXPECT_EQ(*std::min_element(result.begin(), result.end()), -32768);
  EXPECT_EQ(resample(square, 16000, 16000), square);
  EXPECT_TRUE(resample({}, 8000, 16000).empty());
  EXPECT_EQ(resample(std::vector<int16_t>{1, 2, 3}, 8000, 16000).size(), 6u);
}

TEST(Audio, ToInt16RoundsAndClamps) {
  const std::vector<float> floats{0, 1, -1, 0.5f, -0.5f, 2, -2, 1.0f / 32768, 0.6f / 32768};
  EXPECT_EQ(to_int16(floats), (std::vector<int16_t>{0, 32767, -32768, 16384, -16384, 32767, -32768, 1, 1}));
  for (const float wrong :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    expect_error(ErrorKind::invalid_argument, {"sample 1"}, [&] { to_int16(std::vector<float>{0, wrong}); });
  }
}

TEST(Audio, RefusesRatesThatAreNone) {
  const std::vector<int16_t> samples(10);
  for (const int32_t rate : {0, -1, 800000}) {
    expect_error(ErrorKind::invalid_argument, {std::to_string(rate)},
                 [&] { resample(samples, rate, 16000); });
    expect_error(ErrorKind::invalid_argument, {std::to_string(rate)},
                 [&] { resample(samples, 16000, rate); });
  }
  expect_error(ErrorKind::invalid_argument, {"-5"}, [&] { read_audio("x.wav", -5); });
}

TEST(Audio, RefusesBadFilesInOneLine) {
  TemporaryFolder folder;
  const fs::path path = folder.path() / "clip.wav";
  const Bytes good = encode_wav({sine(440, 16000, 1000), 16000});
  const auto bad = [&](std::string_view case_name, const Bytes& bytes,
                       const std::vector<std::string>& parts) {
    SCOPED_TRACE(case_name);
    write_bytes(path, bytes);
    std::vector<std::string> all = parts;
    all.push_back(path.string());
    expect_error(ErrorKind::bad_file, all, [&] { read_audio(path, 16000); });
  };
  const auto bytes_of = [](std::string_view text) { return Bytes(text.begin(), text.end()); };

  bad("empty", {}, {"empty"});
  bad("text", bytes_of("this is no sound at all\nreally\n"), {"neither WAV, FLAC nor OGG"});
  bad("no samples", encode_wav({{}, 16000}), {"no samples"});
  bad("header only", Bytes(good.begin(), good.begin() + 44), {"truncated", "2000"});
  bad("truncated", Bytes(good.begin(), good.begin() + 1000), {"truncated", "2000", "956"});
  bad("RIFF alone", bytes_of({"RIFF\x24\0\0\0WAVE", 12}), {"cannot read"});

  Bytes huge = good;
  const uint32_t claimed = 0x7FFFFF00;
  std::memcpy(huge.data() + 40, &claimed, 4);
  bad("huge claim", huge, {"truncated", "2147483392"});
  Bytes silent_rate = good;
  std::memset(silent_rate.data() + 24, 0, 4);
  bad("rate 0", silent_rate, {});
  Bytes slow = good;
  slow[24] = 1;
  slow[25] = 0;
  bad("rate 1", slow, {"sample rate"});

  for (const float wrong :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    write_with_sndfile(path, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16000, 1, {0, 0.5f, wrong, 0});
    bad("not finite", read_bytes(path), {"sample 2", "finite"});
  }
  for (const int format : {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS}) {
    write_with_sndfile(path, format, 16000, 1, float_sine(16000, 1));
    Bytes whole = read_bytes(path);
    whole.resize(format & SF_FORMAT_FLAC ? whole.size() / 2 : 100);
    bad("truncated, compressed", whole, {});
  }
  expect_error(ErrorKind::not_found, {"missing.wav"}, [&] { read_audio(folder.path() / "missing.wav"); });
  expect_error(ErrorKind::bad_file, {"folder"}, [&] { read_audio(folder.path()); });
}

TEST(Audio, TakesStreamsOfUnknownLength) {
  const std::vector<int16_t> samples = sine(440, 16000, 1000);
  for (const uint32_t unknown : {0xFFFFFFFFu, 0x7FFFF000u}) {
    Bytes stream = encode_wav({samples, 16000});
    std::memcpy(stream.data() + 40, &unknown, 4);
    EXPECT_EQ(decode_audio(stream, "pipe").samples, samples);
  }
}

TEST(Audio, AFailedWriteLeavesTheOldFile) {
  TemporaryFolder folder;
  const Audio audio{sine(440, 16000, 100), 16000};
  fs::create_directory(folder.path() / "a.wav");
  fs::create_directory(folder.path() / "a.wav" / "inside");
  expect_error(ErrorKind::io, {"a.wav"}, [&] { write_wav(folder.path() / "a.wav", audio); });
  EXPECT_TRUE(fs::exists(folder.path() / "a.wav" / "inside"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace tinyml::data
