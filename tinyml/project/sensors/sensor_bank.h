// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tinyml/project/sensors/sensor_model.h"
#include "tinyml/train/trainer.h"

namespace tinyml::project {

/// Features of windows, computed once: the clean window and `copies` augmented ones. Serves the trainer with
/// clean or augmented examples.
class SensorBank {
 public:
  /// Of the `chosen` windows, with the copies that the configuration asks for. The same bytes for a seed.
  SensorBank(const SensorFeatures& features, const SensorConfig& config, const SensorExamples& examples,
             const std::vector<size_t>& chosen, ThreadPool& pool, const ProgressHook& progress);

  /// The windows [first, first + count) of `chosen`. Drawn with a random stream, half are clean and half are
  /// an augmented copy; without one, all are clean. The bank must outlive them.
  train::Examples examples(size_t first, size_t count) const;
  std::span<const int8_t> clean(size_t index) const { return row(index, 0); }

 private:
  std::span<const int8_t> row(size_t index, int32_t copy) const;

  size_t each_;
  int32_t copies_;
  std::vector<int32_t> classes_;
  std::vector<int8_t> values_;
};

}  // namespace tinyml::project
