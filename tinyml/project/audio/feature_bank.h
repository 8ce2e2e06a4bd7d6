// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tinyml/base/progress.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/data/dataset.h"
#include "tinyml/project/features.h"
#include "tinyml/train/trainer.h"

namespace tinyml::project {

/// Features of recordings, computed once: the clean clip and `copies` augmented ones. Serves the trainer
/// with clean or augmented examples.
class FeatureBank {
 public:
  /// Features of `chosen` recordings; `copies` 0 keeps the clean clips only. The same bytes for a seed.
  FeatureBank(const FeatureExtractor& extractor, const data::Dataset& dataset,
              const std::vector<size_t>& chosen, int32_t copies, uint64_t seed, ThreadPool& pool,
              const ProgressHook& progress);

  /// The recordings at positions `rows` of `chosen`, with a class for each. Drawn with a random stream, half
  /// are clean and half are an augmented copy with time and frequency masks; without one, all are clean. The
  /// bank must outlive them.
  train::Examples examples(std::vector<size_t> rows, std::vector<int32_t> classes) const;
  std::span<const int8_t> clean(size_t index) const { return row(index, 0); }
  size_t size() const { return count_; }

 private:
  std::span<const int8_t> row(size_t index, int32_t copy) const;
  std::vector<int8_t> draw(size_t index, Random& random) const;

  Shape shape_;
  size_t count_, each_;
  int32_t copies_;
  std::vector<int8_t> values_;
};

}  // namespace tinyml::project
