// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/sensors/sensor_bank.h"

#include <algorithm>

#include "tinyml/data/sensor_augment.h"

namespace tinyml::project {
namespace {

data::SensorAugment augmentation_of(const SensorConfig& config) {
  const SensorConfig::Training& t = config.training;
  return {t.jitter, t.scaling, t.shift, t.speed, t.warp, t.offset, t.rotation_degrees};
}

}  // namespace

SensorBank::SensorBank(const SensorFeatures& features, const SensorConfig& config,
                       const SensorExamples& examples, const std::vector<size_t>& chosen, ThreadPool& pool,
                       const ProgressHook& progress)
    : each_(static_cast<size_t>(features.size())),
      copies_(config.training.augment ? config.training.copies : 0),
      classes_(examples.labels(chosen)),
      values_(chosen.size() * each_ * static_cast<size_t>(copies_ + 1)) {
  std::vector<data::SensorWindow> windows;
  for (const size_t i : chosen) windows.push_back(examples.windows[i]);
  const data::Standardisation spread =
      data::standardisation_of(examples.dataset, windows, examples.length, data::ConstantChannel::keep);
  std::vector<int32_t> sensors;
  for (const Sensor& sensor : features.front_end().sensors) sensors.push_back(sensor.channels);
  const data::SensorAugment augmentation = augmentation_of(config);
  const Random random(config.training.seed);
  // One block of windows at a time, so that progress is told from this thread alone.
  const size_t block = 64 * static_cast<size_t>(pool.threads());
  for (size_t first = 0; first < chosen.size(); first += block) {
    check_interrupt();
    const size_t count = std::min(block, chosen.size() - first);
    pool.run(count, [&](size_t i, int) {
      const size_t index = first + i;
      const data::SensorWindow& window = windows[index];
      for (int32_t copy = 0; copy <= copies_; ++copy) {
        Random own = random.fork(chosen[index]).fork(static_cast<uint64_t>(copy));
        std::vector<float> changed;
        WindowValues values = examples.values(chosen[index]);
        if (copy > 0) {
          changed = data::augment_window(examples.dataset.recordings[window.recording], window.begin,
                                         examples.length, sensors, spread.mean, spread.deviation,
                                         augmentation, own);
          values = changed;
        }
        const std::vector<int8_t> made = features.extract(values);
        const size_t at = (index * static_cast<size_t>(copies_ + 1) + static_cast<size_t>(copy)) * each_;
        std::copy(made.begin(), made.end(), values_.begin() + static_cast<std::ptrdiff_t>(at));
      }
    });
    if (progress) {
      progress(
          {"features", static_cast<int64_t>(first + count), static_cast<int64_t>(chosen.size()), -1, ""});
    }
  }
}

std::span<const int8_t> SensorBank::row(size_t index, int32_t copy) const {
  return std::span(values_).subspan(
      (index * static_cast<size_t>(copies_ + 1) + static_cast<size_t>(copy)) * each_, each_);
}

train::Examples SensorBank::examples(size_t first, size_t count) const {
  auto fill = [this, first](size_t example, Random* random, std::span<float> input) {
    int32_t copy = 0;
    if (random && copies_ > 0 && random->below(2) != 0) {
      copy = static_cast<int32_t>(1 + random->below(static_cast<uint64_t>(copies_)));
    }
    to_float(row(first + example, copy), sensor_feature_quantization(), input);
  };
  const auto begin = classes_.begin() + static_cast<std::ptrdiff_t>(first);
  return {{begin, begin + static_cast<std::ptrdiff_t>(count)}, std::move(fill)};
}

}  // namespace tinyml::project
