// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/dataset.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/data/audio.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/data/scan.h"
#include "tinyml/data/silence.h"
#include "tinyml/data/split.h"

namespace tinyml::data {
namespace fs = std::filesystem;
namespace {

constexpr int32_t kLowestRate = 100;
constexpr int32_t kHighestRate = 768000;

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

std::string listed(const std::set<std::string>& names) {
  constexpr size_t kMost = 20;
  std::string text;
  size_t count = 0;
  for (const std::string& name : names) {
    if (++count > kMost) return text + ", …";
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

void check_options(const LoadOptions& options) {
  if (options.sample_rate_hz < kLowestRate || options.sample_rate_hz > kHighestRate) {
    invalid(fmt::format("sample rate {} Hz is not within {} to {} Hz", options.sample_rate_hz, kLowestRate,
                        kHighestRate));
  }
  check_fractions(options.validation_fraction, options.test_fraction);
  std::set<std::string> seen;
  for (const std::string& keyword : options.keywords) {
    if (keyword.empty()) invalid("a keyword is empty");
    if (options.unknown_and_silence && (keyword == "unknown" || keyword == "silence")) {
      invalid(fmt::format("\"{}\" is a class of its own and cannot be a keyword", keyword));
    }
    if (!seen.insert(keyword).second) invalid(fmt::format("keyword \"{}\" is given twice", keyword));
  }
}

void label_keywords(std::vector<Recording>& recordings, std::vector<std::string>& keywords,
                    const std::string& where) {
  std::set<std::string> words;
  for (const Recording& r : recordings) {
    if (r.label != "unknown" && r.label != "silence") words.insert(r.label);
    if (r.label == "unknown" && !r.word.empty() && std::count(keywords.begin(), keywords.end(), r.word)) {
      words.insert(r.word);
    }
  }
  if (keywords.empty()) keywords.assign(words.begin(), words.end());
  const std::set<std::string> wanted(keywords.begin(), keywords.end());
  for (const std::string& keyword : keywords) {
    if (words.count(keyword)) continue;
    for (const Recording& r : recordings) {
      if (r.label != "silence") words.insert(r.word.empty() ? r.label : r.word);
    }
    invalid(fmt::format("keyword \"{}\" has no clips in {}; it has: {}", keyword, where, listed(words)));
  }
  for (Recording& r : recordings) {
    if (r.label == "silence" || wanted.count(r.label)) continue;
    if (r.label != "unknown") {
      if (r.word.empty()) r.word = r.label;
      r.label = "unknown";
    } else if (wanted.count(r.word)) {
      r.label = r.word;
    }
  }
}

void keep_labels(std::vector<Recording>& recordings, std::vector<bool>& fixed,
                 std::vector<std::string>& labels, const std::string& where) {
  std::set<std::string> there;
  for (const Recording& r : recordings) there.insert(r.label);
  if (labels.empty()) labels.assign(there.begin(), there.end());
  for (const std::string& label : labels) {
    if (!there.count(label)) {
      invalid(fmt::format("label \"{}\" has no clips in {}; it has: {}", label, where, listed(there)));
    }
  }
  size_t kept = 0;
  for (size_t i = 0; i < recordings.size(); ++i) {
    if (std::find(labels.begin(), labels.end(), recordings[i].label) == labels.end()) continue;
    if (kept != i) recordings[kept] = std::move(recordings[i]);
    fixed[kept++] = fixed[i];
  }
  recordings.resize(kept);
  fixed.resize(kept);
}

void check_classes(const Dataset& dataset, const std::string& where) {
  std::map<std::string, size_t> clips;
  for (const Recording& r : dataset.recordings) ++clips[r.label];
  for (const auto& [label, count] : clips) {
    if (is_plain_text(label)) continue;
    invalid(fmt::format("label \"{}\" in {} is not UTF-8 or holds control characters: rename it",
                        one_line(label), one_line(where)));
  }
  if (clips.size() + (dataset.background.empty() ? 0 : 1) < 2) {
    invalid(fmt::format("{} has one class only (\"{}\"); add clips of something else", where,
                        clips.empty() ? "" : clips.begin()->first));
  }
  for (const auto& [label, count] : clips) {
    if (count < 2) {
      invalid(
          fmt::format("class \"{}\" has one clip in {}; training and testing need at least 2", label, where));
    }
  }
}

/// Recordings with fixed[i] have their split; splits that no fixed recording has are taken from training.
void split_recordings(Dataset& dataset, std::vector<bool> fixed, const LoadOptions& options) {
  const auto have = [&](Split split) {
    for (size_t i = 0; i < fixed.size(); ++i) {
      if (fixed[i] && dataset.recordings[i].split == split) return true;
    }
    return false;
  };
  const bool any = std::find(fixed.begin(), fixed.end(), true) != fixed.end();
  if (any) {
    const bool validation = have(Split::validation);
    const bool test = have(Split::test);
    const bool train_only = !validation || !test;
    for (size_t i = 0; i < fixed.size(); ++i) {
      if (train_only && dataset.recordings[i].split == Split::train) fixed[i] = false;
    }
    const bool free = std::find(fixed.begin(), fixed.end(), false) != fixed.end();
    if (free) {
      assign_splits(dataset.recordings, validation ? 0 : options.validation_fraction,
                    test ? 0 : options.test_fraction, fixed);
    }
    return;
  }
  assign_splits(dataset.recordings, options.validation_fraction, options.test_fraction);
}

void add_silence(Dataset& dataset, const LoadOptions& options, size_t keywords) {
  size_t clips = 0;
  std::vector<size_t> lengths;
  for (const Recording& r : dataset.recordings) {
    clips += r.label != "unknown";
    lengths.push_back(r.samples.size());
  }
  std::nth_element(lengths.begin(), lengths.begin() + static_cast<ptrdiff_t>(lengths.size() / 2),
                   lengths.end());
  const size_t length = std::max(lengths[lengths.size() / 2], static_cast<size_t>(options.sample_rate_hz));
  append_silence(dataset, std::max<size_t>(clips / std::max<size_t>(keywords, 1), 10), length,
                 options.validation_fraction, options.test_fraction);
}

Dataset finish(Dataset dataset, std::vector<bool> fixed, const LoadOptions& options,
               const std::string& where) {
  if (dataset.recordings.empty()) throw Error(ErrorKind::not_found, fmt::format("{} has no clips", where));
  dataset.sample_rate_hz = options.sample_rate_hz;
  dataset.labels = options.keywords;
  if (!options.unknown_and_silence) {
    keep_labels(dataset.recordings, fixed, dataset.labels, where);
    check_classes(dataset, where);
    split_recordings(dataset, std::move(fixed), options);
    return dataset;
  }
  label_keywords(dataset.recordings, dataset.labels, where);
  check_classes(dataset, where);
  split_recordings(dataset, std::move(fixed), options);
  const auto has = [&](std::string_view label) {
    return std::any_of(dataset.recordings.begin(), dataset.recordings.end(),
                       [&](const Recording& r) { return r.label == label; });
  };
  if (!has("silence")) add_silence(dataset, options, dataset.labels.size());
  if (has("unknown")) dataset.labels.push_back("unknown");
  dataset.labels.push_back("silence");
  return dataset;
}

}  // namespace

std::string_view name_of(Split split) {
  return split == Split::train ? "train" : split == Split::validation ? "validation" : "test";
}

Dataset load_dataset(const fs::path& path, const LoadOptions& options) {
  check_options(options);
  const std::vector<Source> sources = find_sources(path, options.unknown_and_silence);
  std::vector<std::vector<int16_t>> samples(sources.size());
  std::atomic<int64_t> done{0};
  ThreadPool pool(options.threads);
  pool.run(sources.size(), [&](size_t i, int thread) {
    check_interrupt();
    samples[i] = read_audio(sources[i].file, options.sample_rate_hz).samples;
    const int64_t count = ++done;
    if (thread == 0 && options.progress) {
      options.progress({"loading", count, static_cast<int64_t>(sources.size()), -1, ""});
    }
  });

  Dataset dataset;
  std::vector<bool> fixed;
  for (size_t i = 0; i < sources.size(); ++i) {
    const Source& source = sources[i];
    if (source.background) {
      dataset.background.push_back(std::move(samples[i]));
      continue;
    }
    dataset.recordings.push_back({source.file.generic_string(), source.label, source.word, source.group,
                                  source.split.value_or(Split::train), std::move(samples[i])});
    fixed.push_back(source.split.has_value());
  }
  return finish(std::move(dataset), std::move(fixed), options, path.string());
}

Dataset make_dataset(std::vector<Recording> recordings, const LoadOptions& options, bool keep_splits,
                     const std::string& where) {
  check_options(options);
  for (size_t i = 0; i < recordings.size(); ++i) {
    Recording& r = recordings[i];
    if (r.label.empty()) invalid(fmt::format("clip {} of {} has no label", i, where));
    if (r.samples.empty()) invalid(fmt::format("clip {} of {} has no samples", i, where));
    if (r.word.empty() && r.label != "unknown") r.word = r.label;
    if (!r.group.empty()) continue;
    const std::string_view bytes(reinterpret_cast<const char*>(r.samples.data()), r.samples.size() * 2);
    r.group =
        r.path.empty() ? fmt::format("clip-{:016x}", stable_hash(bytes)) : group_of_file(r.path, r.label);
  }
  Dataset dataset;
  std::vector<bool> fixed(recordings.size(), keep_splits);
  dataset.recordings = std::move(recordings);
  return finish(std::move(dataset), std::move(fixed), options, where);
}

size_t label_index(const Dataset& dataset, std::string_view label) {
  const auto found = std::find(dataset.labels.begin(), dataset.labels.end(), label);
  if (found == dataset.labels.end()) {
    invalid(fmt::format("unknown label \"{}\"; nearest: {}", label, nearest_names(label, dataset.labels)));
  }
  return static_cast<size_t>(found - dataset.labels.begin());
}

std::vector<size_t> recordings_in(const Dataset& dataset, Split split) {
  std::vector<size_t> indices;
  for (size_t i = 0; i < dataset.recordings.size(); ++i) {
    if (dataset.recordings[i].split == split) indices.push_back(i);
  }
  return indices;
}

}  // namespace tinyml::data
