// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/synth.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/base/folder_draft.h"
#include "tinyml/base/random.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/data/audio.h"
#include "tinyml/data/echo.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/data/noise.h"
#include "tinyml/data/split.h"
#include "tinyml/data/voices.h"

namespace tinyml::data {
namespace fs = std::filesystem;
namespace {

struct Clip {
  std::string path, label, word;
  Split split;
  Voice voice;  // none for silence
};

constexpr int64_t kMostClips = 100000;

int64_t unknown_clips(const SynthOptions& options) {
  return options.unknown_clips < 0 ? int64_t{options.clips_per_keyword} * 5 / 2 : options.unknown_clips;
}
int64_t silence_clips(const SynthOptions& options) {
  return options.silence_clips < 0 ? options.clips_per_keyword : options.silence_clips;
}

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

void check_word(const std::string& word) {
  const bool control =
      std::any_of(word.begin(), word.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (word.find_first_not_of(' ') == std::string::npos || control || word.find('/') != std::string::npos ||
      word[0] == '.' || word.size() > 100) {
    invalid(fmt::format("\"{}\" cannot be a keyword: it has to be words to speak and a folder's name",
                        one_line(word)));
  }
}

void check_options(const SynthOptions& options) {
  if (options.keywords.empty()) invalid("no keywords to speak");
  std::set<std::string> seen;
  for (const std::string& keyword : options.keywords) {
    check_word(keyword);
    for (const char* reserved : {"unknown", "silence", "background", "_background_noise_", "labels.csv"}) {
      if (keyword == reserved) invalid(fmt::format("\"{}\" is reserved and cannot be a keyword", keyword));
    }
    if (!seen.insert(keyword).second) invalid(fmt::format("keyword \"{}\" is given twice", keyword));
  }
  for (const std::string& word : options.unknown_words) check_word(word);
  if (options.clips_per_keyword < 3) {
    invalid(fmt::format("{} clips a keyword; the three splits need at least 3", options.clips_per_keyword));
  }
  const int64_t clips = static_cast<int64_t>(options.keywords.size()) * options.clips_per_keyword +
                        unknown_clips(options) + silence_clips(options);
  if (clips > kMostClips) {
    invalid(fmt::format("{} clips of {} keywords, the unknown words and silence are {} in all; at most {}",
                        options.clips_per_keyword, options.keywords.size(), clips, kMostClips));
  }
  if (options.sample_rate_hz < 4000 || options.sample_rate_hz > 192000) {
    invalid(fmt::format("sample rate {} Hz is not within 4000 to 192000 Hz", options.sample_rate_hz));
  }
}

/// Clips a split: 70, 15 and 15 %, at least one each of three or more.
std::array<int32_t, 3> shares(int32_t clips) {
  const int32_t part = clips < 3 ? 0 : std::max<int32_t>(1, static_cast<int32_t>(std::lround(clips * 0.15)));
  return {clips - 2 * part, part, part};
}

/// The unknown words of each split: a quarter of them, by hash, is never trained on.
std::array<std::vector<std::string>, 3> unknown_words(const SynthOptions& options, ThreadPool& pool) {
  std::vector<std::string> words =
      options.unknown_words.empty() ? default_unknown_words() : options.unknown_words;
  std::vector<std::string> asked = options.keywords;
  asked.insert(asked.end(), words.begin(), words.end());
  std::vector<std::string> sounds(asked.size());
  pool.run(asked.size(), [&](size_t i, int) { sounds[i] = phonemes(asked[i]); });
  const auto keywords_end = sounds.begin() + static_cast<ptrdiff_t>(options.keywords.size());

  std::array<std::vector<std::string>, 3> by_split;
  for (size_t i = 0; i < words.size(); ++i) {
    if (std::find(sounds.begin(), keywords_end, sounds[options.keywords.size() + i]) != keywords_end)
      continue;
    if (stable_hash(words[i]) % 4 != 0) by_split[0].push_back(words[i]);
    by_split[1].push_back(words[i]);
    by_split[2].push_back(words[i]);
  }
  if (by_split[0].empty()) by_split[0] = by_split[1];
  return by_split;
}

std::vector<Clip> plan_clips(const SynthOptions& options, const std::array<std::vector<Voice>, 3>& all_voices,
                             std::array<std::vector<std::string>, 3> unknown) {
  std::vector<Clip> clips;
  std::map<std::string, int> numbers;
  Random random(options.seed);
  const auto add = [&](const std::string& label, int64_t count, const auto& word_of) {
    const std::array<int32_t, 3> share = shares(static_cast<int32_t>(count));
    for (size_t s = 0; s < 3; ++s) {
      std::vector<Voice> voices = all_voices[s];
      shuffle(voices, random);
      for (int32_t i = 0; i < share[s]; ++i) {
        const Voice voice = label == "silence" ? Voice{} : voices[static_cast<size_t>(i) % voices.size()];
        const std::string name = label == "silence"
                                     ? fmt::format("noise_{}", i + static_cast<int32_t>(s) * 100000)
                                     : voice.speaker;
        const int number = label == "silence" ? 0 : numbers[label + "/" + name]++;
        clips.push_back({label == "silence" ? fmt::format("silence/{}.wav", name)
                                            : fmt::format("{}/{}_nohash_{}.wav", label, name, number),
                         label, word_of(s, i), static_cast<Split>(s), voice});
      }
    }
  };
  for (const std::string& keyword : options.keywords) {
    add(keyword, options.clips_per_keyword, [&](size_t, int32_t) { return keyword; });
  }
  for (std::vector<std::string>& words : unknown) shuffle(words, random);
  if (!unknown[0].empty()) {
    add("unknown", unknown_clips(options),
        [&](size_t s, int32_t i) { return unknown[s][static_cast<size_t>(i) % unknown[s].size()]; });
  }
  add("silence", silence_clips(options), [](size_t, int32_t) { return std::string("generated noise"); });
  return clips;
}

/// The spoken part, mono in [-1, 1].
std::vector<float> speak(const Clip& clip, int32_t sample_rate_hz, Random& random) {
  // espeak-ng 1.51 aborts at some pairs of speed and pitch.
  constexpr int kAttempts = 4;
  ProcessResult spoken;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const uint64_t words_per_minute = 125 + random.below(91);
    const uint64_t pitch = 20 + random.below(61);
    spoken = run_process(
        {"espeak-ng", "-b", "1", "-v", clip.voice.espeak, "-s", fmt::format("{}", words_per_minute), "-p",
         fmt::format("{}", pitch), "--stdout", "--", clip.word},
        60);
    if (spoken.exit_code == 0) break;
  }
  if (spoken.exit_code != 0) {
    throw Error(ErrorKind::io,
                fmt::format("espeak-ng {} on \"{}\" as {}", spoken.ending(), clip.word, clip.voice.espeak));
  }
  const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(spoken.output.data()),
                                       spoken.output.size());
  const std::vector<int16_t> samples = decode_audio(bytes, "espeak-ng's output", sample_rate_hz).samples;
  int32_t peak = 0;
  for (const int16_t s : samples) peak = std::max(peak, std::abs(int32_t{s}));
  if (peak < 100) invalid(fmt::format("espeak-ng says nothing for \"{}\"", clip.word));
  const auto loud = [&](int16_t s) { return std::abs(int32_t{s}) * 50 > peak; };
  const auto first = std::find_if(samples.begin(), samples.end(), loud);
  const auto last = std::find_if(samples.rbegin(), samples.rend(), loud).base();
  std::vector<float> speech;
  for (auto s = first; s != last; ++s) speech.push_back(static_cast<float>(*s) / 32768.0f);
  return speech;
}

/// Speech at a random place of a clip, with echo, level and noise.
std::vector<float> render(const Clip& clip, int32_t sample_rate_hz, Random& random) {
  const size_t second = static_cast<size_t>(sample_rate_hz);
  if (clip.label == "silence") {
    std::vector<float> noise(second);
    generate_noise(random_color(random), noise, random);
    const float level = static_cast<float>(from_decibels(random.uniform(-70, -20)));
    for (float& sample : noise) sample *= level;
    return noise;
  }
  const std::vector<float> speech = speak(clip, sample_rate_hz, random);
  std::vector<float> signal(std::max(second, speech.size() + second / 10), 0.0f);
  const size_t spare = signal.size() - speech.size();
  const size_t start = static_cast<size_t>(static_cast<double>(spare) * random.uniform(0.15, 0.85));
  std::copy(speech.begin(), speech.end(), signal.begin() + static_cast<ptrdiff_t>(start));
  if (random.uniform() < 0.8) add_echo(signal, sample_rate_hz, random);

  const double speech_power = mean_power(speech);
  const double level = from_decibels(random.uniform(-34, -14));
  const float gain = static_cast<float>(level / std::sqrt(speech_power));
  std::vector<float> noise(signal.size());
  generate_noise(random_color(random), noise, random);
  const float noise_level = static_cast<float>(level / from_decibels(random.uniform(5, 40)));
  for (size_t i = 0; i < signal.size(); ++i) {
    signal[i] = std::clamp(signal[i] * gain + noise[i] * noise_level, -1.0f, 1.0f);
  }
  return signal;
}

/// No sync: the folder is renamed as a whole when everything is written.
void write_plain(const fs::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) {
    throw Error(ErrorKind::io, fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  }
}

void check_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && (!fs::is_directory(folder, error) || !fs::is_empty(folder, error))) {
    invalid(fmt::format("{} exists and is not empty; name a new folder or delete it first", folder.string()));
  }
}

}  // namespace

void synthesize(const fs::path& out_folder, const SynthOptions& options) {
  check_options(options);
  const std::array<std::vector<Voice>, 3> voices = find_voices();
  check_folder(out_folder);
  FolderDraft folder(out_folder);
  ThreadPool pool(options.threads);
  const std::vector<Clip> clips = plan_clips(options, voices, unknown_words(options, pool));

  std::set<std::string> labels;
  std::string csv = "path,label,word,speaker,split\n";
  for (const Clip& clip : clips) {
    labels.insert(clip.label);
    csv += fmt::format("{},{},{},{},{}\n", csv_field(clip.path), csv_field(clip.label), csv_field(clip.word),
                       clip.voice.speaker.empty() ? "-" : clip.voice.speaker, name_of(clip.split));
  }
  std::error_code error;
  for (const std::string& label : labels) fs::create_directory(folder.path() / label, error);
  write_plain(folder.path() / "labels.csv", csv);

  const Random seed = Random(options.seed).fork(1);
  std::atomic<int64_t> done{0};
  pool.run(clips.size(), [&](size_t i, int thread) {
    check_interrupt();
    Random random = seed.fork(i);
    const std::vector<float> signal = render(clips[i], options.sample_rate_hz, random);
    const Bytes wav = encode_wav({to_int16(signal), options.sample_rate_hz});
    write_plain(folder.path() / clips[i].path, {reinterpret_cast<const char*>(wav.data()), wav.size()});
    const int64_t count = ++done;
    if (thread == 0 && options.progress) {
      options.progress({"speaking", count, static_cast<int64_t>(clips.size()), -1, clips[i].word});
    }
  });
  folder.publish();
}

}  // namespace tinyml::data
