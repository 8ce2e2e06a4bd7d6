// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/image_dataset.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <map>

#include "tinyml/base/error.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/data/scan.h"
#include "tinyml/data/split.h"

namespace tinyml::data {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

/// Labels, groups and splits without pixels, for the functions that split recordings.
std::vector<Recording> recordings_of(const std::vector<Picture>& pictures) {
  std::vector<Recording> recordings;
  for (const Picture& p : pictures) recordings.push_back({p.path, p.label, "", p.group, p.split, {}});
  return recordings;
}

void check_labels(ImageDataset& dataset, const std::vector<std::string>& wanted, const std::string& where) {
  std::map<std::string, size_t> counts;
  for (const Picture& picture : dataset.pictures) ++counts[picture.label];
  std::vector<std::string> there;
  for (const auto& [label, count] : counts) there.push_back(label);
  dataset.labels = wanted.empty() ? there : wanted;
  for (const std::string& label : dataset.labels) {
    if (!is_plain_text(label) || label.empty()) {
      invalid(fmt::format("label \"{}\" in {} is empty, not UTF-8 or holds control characters: rename it",
                          one_line(label), one_line(where)));
    }
    const auto found = counts.find(label);
    if (found == counts.end()) {
      invalid(fmt::format("label \"{}\" has no pictures in {}; it has: {}", label, where,
                          fmt::join(there, ", ")));
    }
    if (found->second < 2) {
      invalid(fmt::format("label \"{}\" has one picture in {}; training and testing need at least 2", label,
                          where));
    }
  }
  if (dataset.labels.size() < 2) {
    invalid(fmt::format("{} has one label only (\"{}\"); add pictures of something else", where,
                        fmt::join(dataset.labels, "")));
  }
}

void assign(ImageDataset& dataset, bool split_given, const ImageLoadOptions& options) {
  check_fractions(options.validation_fraction, options.test_fraction);
  if (split_given) return;
  std::vector<Recording> recordings = recordings_of(dataset.pictures);
  assign_splits(recordings, options.validation_fraction, options.test_fraction);
  for (size_t i = 0; i < recordings.size(); ++i) dataset.pictures[i].split = recordings[i].split;
}

ImageDataset finish(std::vector<Picture> pictures, bool split_given, const ImageLoadOptions& options,
                    const std::string& where) {
  ImageDataset dataset;
  dataset.pictures = std::move(pictures);
  check_labels(dataset, options.labels, where);
  std::erase_if(dataset.pictures, [&](const Picture& picture) {
    return std::find(dataset.labels.begin(), dataset.labels.end(), picture.label) == dataset.labels.end();
  });
  assign(dataset, split_given, options);
  if (pictures_in(dataset, Split::train).empty()) invalid(where + " has no picture to train on");
  return dataset;
}

}  // namespace

ImageDataset load_image_dataset(const fs::path& path, const ImageLoadOptions& options) {
  const std::vector<Source> sources = find_sources(path, false, {is_image_file, "JPEG, PNG or BMP files"});
  std::vector<Picture> pictures(sources.size());
  std::atomic<int64_t> done{0};
  ThreadPool pool(options.threads);
  pool.run(sources.size(), [&](size_t i, int thread) {
    check_interrupt();
    const Source& source = sources[i];
    const Image image = read_image(source.file);
    pictures[i] = {source.file.generic_string(), source.label, source.group,
                   source.split.value_or(Split::train), options.prepare ? options.prepare(image) : image};
    const int64_t count = ++done;
    if (thread == 0 && options.progress) {
      options.progress({"loading", count, static_cast<int64_t>(sources.size()), -1, ""});
    }
  });
  const bool split_given = std::any_of(sources.begin(), sources.end(), [](const Source& source) {
    return source.split.value_or(Split::train) != Split::train;
  });
  return finish(std::move(pictures), split_given, options, path.string());
}

ImageDataset make_image_dataset(std::vector<Picture> pictures, const ImageLoadOptions& options) {
  for (size_t i = 0; i < pictures.size(); ++i) {
    Picture& picture = pictures[i];
    if (picture.image.pixels.empty()) invalid(fmt::format("picture {} has no pixels", i));
    if (options.prepare) picture.image = options.prepare(picture.image);
    if (!picture.group.empty()) continue;
    const std::vector<uint8_t>& pixels = picture.image.pixels;
    const std::string_view bytes(reinterpret_cast<const char*>(pixels.data()), pixels.size());
    picture.group = fmt::format("picture-{:016x}", stable_hash(bytes));
  }
  return finish(std::move(pictures), false, options, "the data");
}

std::vector<size_t> pictures_in(const ImageDataset& dataset, Split split) {
  std::vector<size_t> indices;
  for (size_t i = 0; i < dataset.pictures.size(); ++i) {
    if (dataset.pictures[i].split == split) indices.push_back(i);
  }
  return indices;
}

std::vector<int32_t> image_folds(const ImageDataset& dataset, int32_t k, uint64_t seed) {
  Dataset proxy;
  proxy.recordings = recordings_of(dataset.pictures);
  return folds(proxy, k, seed);
}

}  // namespace tinyml::data
