// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/audio.h"

#include <fmt/core.h>
#include <sndfile.h>
#include <soxr.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>

#include "tinyml/base/error.h"

namespace tinyml::data {
namespace {

constexpr int32_t kHighestRate = 768000;
constexpr int32_t kLowestFileRate = 100;
constexpr int64_t kMostFrames = int64_t{1} << 27;
constexpr size_t kBlockFrames = 4096;

int16_t quantize(float sample) {
  return static_cast<int16_t>(std::lrintf(std::clamp(sample * 32768.0f, -32768.0f, 32767.0f)));
}

/// Feeds floats through soxr, or unchanged where the rates agree, into int16 samples.
class Resampler {
 public:
  Resampler(int32_t from_hz, int32_t to_hz) {
    if (from_hz == to_hz) return;
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_error_t error = nullptr;
    soxr_.reset(soxr_create(from_hz, to_hz, 1, &error, &io, &quality, &runtime));
    if (error || !soxr_) {
      throw Error(ErrorKind::invalid_argument, fmt::format("cannot resample from {} Hz to {} Hz: {}", from_hz,
                                                           to_hz, error ? error : "not enough memory"));
    }
  }

  void push(std::span<const float> input) {
    if (!soxr_) {
      append(input);
      return;
    }
    while (!input.empty()) {
      size_t taken = 0, made = 0;
      check(soxr_process(soxr_.get(), input.data(), input.size(), &taken, buffer_, kBlockFrames, &made));
      append({buffer_, made});
      input = input.subspan(taken);
    }
  }

  std::vector<int16_t> finish() {
    for (size_t made = soxr_ ? 1 : 0; made > 0;) {
      check(soxr_process(soxr_.get(), nullptr, 0, nullptr, buffer_, kBlockFrames, &made));
      append({buffer_, made});
    }
    return std::move(output_);
  }

  size_t size() const { return output_.size(); }

 private:
  struct Delete {
    void operator()(soxr_t soxr) const { soxr_delete(soxr); }
  };

  void check(soxr_error_t error) {
    if (error) throw Error(ErrorKind::io, fmt::format("cannot resample: {}", error));
  }
  void append(std::span<const float> samples) {
    for (const float sample : samples) output_.push_back(quantize(sample));
  }

  std::unique_ptr<std::remove_pointer_t<soxr_t>, Delete> soxr_;
  std::vector<int16_t> output_;
  float buffer_[kBlockFrames];
};

[[noreturn]] void bad(std::string_view name, std::string_view what) {
  throw Error(ErrorKind::bad_file, fmt::format("{}: {}", name, what));
}

struct Memory {
  std::span<const uint8_t> bytes;
  sf_count_t at = 0;
};

SF_VIRTUAL_IO memory_io() {
  SF_VIRTUAL_IO io{};
  io.get_filelen = [](void* user) {
    return static_cast<sf_count_t>(static_cast<Memory*>(user)->bytes.size());
  };
  io.seek = [](sf_count_t offset, int whence, void* user) {
    Memory& m = *static_cast<Memory*>(user);
    const sf_count_t size = static_cast<sf_count_t>(m.bytes.size());
    const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? m.at : size;
    m.at = offset < -base ? 0 : offset > size - base ? size : base + offset;
    return m.at;
  };
  io.read = [](void* to, sf_count_t count, void* user) {
    Memory& m = *static_cast<Memory*>(user);
    const sf_count_t got = std::clamp<sf_count_t>(count, 0, static_cast<sf_count_t>(m.bytes.size()) - m.at);
    if (got > 0) std::memcpy(to, m.bytes.data() + m.at, static_cast<size_t>(got));
    m.at += got;
    return got;
  };
  io.write = [](const void*, sf_count_t, void*) { return sf_count_t{0}; };
  io.tell = [](void* user) { return static_cast<Memory*>(user)->at; };
  return io;
}

bool has_tag(std::span<const uint8_t> bytes, size_t at, const char* tag) {
  return bytes.size() >= at + 4 && std::memcmp(bytes.data() + at, tag, 4) == 0;
}

uint64_t little_endian(std::span<const uint8_t> bytes, size_t at, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) value |= uint64_t{bytes[at + i]} << (8 * i);
  return value;
}

/// libsndfile silently shortens a data chunk that is longer than the file; a truncated copy must not train.
/// Programs that write to a pipe put 0xFFFFFFFF or 0x7FFFF000 where they cannot know the length.
void check_wav_is_whole(std::span<const uint8_t> bytes, std::string_view name) {
  uint64_t size_64 = 0;
  for (size_t at = 12; at + 8 <= bytes.size();) {
    uint64_t size = little_endian(bytes, at + 4, 4);
    const uint64_t rest = bytes.size() - at - 8;
    if (has_tag(bytes, at, "ds64") && rest >= 16) size_64 = little_endian(bytes, at + 16, 8);
    if (has_tag(bytes, at, "data")) {
      if (size == 0x7FFFF000 || (size == 0xFFFFFFFF && size_64 == 0)) return;
      if (size == 0xFFFFFFFF) size = size_64;
      if (size > rest) {
        bad(name,
            fmt::format("truncated: its header promises {} bytes of samples, the file holds {}", size, rest));
      }
      return;
    }
    if (size > rest) return;
    at += 8 + size + (size & 1);
  }
}

std::string reason(SNDFILE* file) {
  std::string text = sf_strerror(file);
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  return text;
}

void check_rate(int32_t rate_hz, int32_t lowest) {
  if (rate_hz < lowest || rate_hz > kHighestRate) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("sample rate {} Hz is not within 1 to {} Hz", rate_hz, kHighestRate));
  }
}

}  // namespace

Audio read_audio(const std::filesystem::path& path, int32_t sample_rate_hz) {
  check_rate(sample_rate_hz, 0);
  return decode_audio(read_bytes(path), path.string(), sample_rate_hz);
}

Audio decode_audio(std::span<const uint8_t> bytes, std::string_view name, int32_t sample_rate_hz) {
  check_rate(sample_rate_hz, 0);
  if (bytes.empty()) bad(name, "the file is empty");
  const bool wav = (has_tag(bytes, 0, "RIFF") || has_tag(bytes, 0, "RF64")) && has_tag(bytes, 8, "WAVE");
  if (!wav && !has_tag(bytes, 0, "fLaC") && !has_tag(bytes, 0, "OggS")) {
    bad(name, "not audio: neither WAV, FLAC nor OGG");
  }
  if (wav) check_wav_is_whole(bytes, name);

  Memory memory{bytes};
  SF_VIRTUAL_IO io = memory_io();
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open_virtual(&io, SFM_READ, &info, &memory),
                                                         &sf_close);
  if (!file) bad(name, fmt::format("cannot read this audio: {}", reason(nullptr)));
  if (info.samplerate < kLowestFileRate || info.samplerate > kHighestRate) {
    bad(name, fmt::format("its sample rate is {} Hz, outside {} to {} Hz", info.samplerate, kLowestFileRate,
                          kHighestRate));
  }
  if (info.channels < 1) bad(name, "it has no channels");

  const size_t channels = static_cast<size_t>(info.channels);
  const int32_t rate_hz = sample_rate_hz ? sample_rate_hz : info.samplerate;
  const auto resampler = std::make_unique<Resampler>(info.samplerate, rate_hz);
  std::vector<float> block(kBlockFrames * channels);
  std::vector<float> mono(kBlockFrames);
  sf_count_t frames = 0;
  for (;;) {
    const sf_count_t got = sf_readf_float(file.get(), block.data(), kBlockFrames);
    if (got <= 0) break;
    for (size_t i = 0; i < static_cast<size_t>(got); ++i) {
      float sum = 0;
      for (size_t c = 0; c < channels; ++c) sum += block[i * channels + c];
      mono[i] = sum / static_cast<float>(channels);
      if (!std::isfinite(mono[i])) {
        bad(name, fmt::format("sample {} is not a finite number", frames + static_cast<sf_count_t>(i)));
      }
    }
    resampler->push({mono.data(), static_cast<size_t>(got)});
    frames += got;
    if (std::max(frames, static_cast<sf_count_t>(resampler->size())) > kMostFrames) {
      bad(name, fmt::format("longer than {} samples; cut it into shorter files", kMostFrames));
    }
  }
  if (sf_error(file.get()) != SF_ERR_NO_ERROR) bad(name, fmt::format("damaged: {}", reason(file.get())));
  if (frames == 0) bad(name, "it has no samples");
  if (info.frames != SF_COUNT_MAX && frames < info.frames) {
    bad(name,
        fmt::format("truncated: its header promises {} frames, the file holds {}", info.frames, frames));
  }
  return {resampler->finish(), rate_hz};
}

std::vector<int16_t> to_int16(std::span<const float> samples) {
  std::vector<int16_t> result(samples.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    if (!std::isfinite(samples[i])) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("sample {} is {}, not a finite number", i, samples[i]));
    }
    result[i] = quantize(samples[i]);
  }
  return result;
}

std::vector<int16_t> resample(std::span<const int16_t> samples, int32_t from_hz, int32_t to_hz) {
  check_rate(from_hz, 1);
  check_rate(to_hz, 1);
  if (from_hz == to_hz || samples.empty()) return {samples.begin(), samples.end()};
  const auto resampler = std::make_unique<Resampler>(from_hz, to_hz);
  float block[kBlockFrames];
  for (size_t at = 0; at < samples.size(); at += kBlockFrames) {
    const size_t count = std::min(kBlockFrames, samples.size() - at);
    for (size_t i = 0; i < count; ++i) block[i] = static_cast<float>(samples[at + i]) / 32768.0f;
    resampler->push({block, count});
  }
  return resampler->finish();
}

Bytes encode_wav(const Audio& audio) {
  TINYML_CHECK(audio.sample_rate_hz > 0 && audio.samples.size() < (size_t{1} << 30));
  const uint32_t data_bytes = static_cast<uint32_t>(audio.samples.size() * 2);
  Bytes file;
  file.reserve(44 + data_bytes);
  const auto tag = [&](const char* text) { file.insert(file.end(), text, text + 4); };
  const auto number = [&](uint32_t value, int count) {
    for (int i = 0; i < count; ++i) file.push_back(static_cast<uint8_t>(value >> (8 * i)));
  };
  const uint32_t rate = static_cast<uint32_t>(audio.sample_rate_hz);
  tag("RIFF");
  number(36 + data_bytes, 4);
  tag("WAVE");
  tag("fmt ");
  number(16, 4);
  number(1, 2);
  number(1, 2);
  number(rate, 4);
  number(rate * 2, 4);
  number(2, 2);
  number(16, 2);
  tag("data");
  number(data_bytes, 4);
  for (const int16_t sample : audio.samples) number(static_cast<uint16_t>(sample), 2);
  return file;
}

void write_wav(const std::filesystem::path& path, const Audio& audio) {
  write_bytes(path, encode_wav(audio));
}

}  // namespace tinyml::data
