// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tinyml::train {

struct ClassScore {
  std::string label;
  int64_t clips = 0;
  double precision = 0, recall = 0, f1 = 0;  // 0 where undefined
};

/// What a classifier got right: counts[truth][predicted].
struct Confusion {
  std::vector<std::string> labels;
  std::vector<std::vector<int64_t>> counts;

  Confusion() = default;
  explicit Confusion(std::vector<std::string> labels);
  void add(int truth, int predicted) {
    ++counts.at(static_cast<size_t>(truth)).at(static_cast<size_t>(predicted));
  }
  int64_t total() const;
  double accuracy() const;  // 0 for no clips
  std::vector<ClassScore> scores() const;
};

}  // namespace tinyml::train
