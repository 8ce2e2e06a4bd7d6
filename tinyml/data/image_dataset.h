// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tinyml/base/progress.h"
#include "tinyml/data/dataset.h"
#include "tinyml/data/image.h"

namespace tinyml::data {

struct Picture {
  std::string path;  // empty where it was made in memory
  std::string label;
  std::string group;  // who or what it shows; a group is never in two splits
  Split split = Split::train;
  Image image;
};

struct ImageDataset {
  std::vector<std::string> labels;  // sorted
  std::vector<Picture> pictures;    // sorted by path
};

struct ImageLoadOptions {
  std::vector<std::string> labels;             // those to keep, in this order; none keeps all
  std::function<Image(const Image&)> prepare;  // what becomes of each picture once it is decoded; may be none
  double validation_fraction = 0.15;
  double test_fraction = 0.15;
  int threads = 0;  // that decode files; see ThreadPool
  ProgressHook progress;
};

/// Loads a folder of label folders (JPEG, PNG, BMP), a folder with a labels.csv, or a labels.csv file (see
/// labels_csv.h). A folder whose only subfolders are train, validation or test gives the splits; where the
/// data give a validation or a test split they are left as they are, otherwise split.h makes both. Errors:
/// not_found; bad_file, naming the file; invalid_argument (one label only, a label without or with one
/// picture); interrupted.
ImageDataset load_image_dataset(const std::filesystem::path& path, const ImageLoadOptions& options);

/// The same for pictures in memory, of which each needs a label and an image; splits by a hash of the pixels.
ImageDataset make_image_dataset(std::vector<Picture> pictures, const ImageLoadOptions& options);

/// The indices of the pictures of a split, ascending.
std::vector<size_t> pictures_in(const ImageDataset& dataset, Split split);

/// As folds in split.h.
std::vector<int32_t> image_folds(const ImageDataset& dataset, int32_t k, uint64_t seed);

}  // namespace tinyml::data
