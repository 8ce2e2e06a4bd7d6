// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/audio/feature_bank.h"

#include <algorithm>

#include "tinyml/data/augment.h"
#include "tinyml/data/window.h"

namespace tinyml::project {

FeatureBank::FeatureBank(const FeatureExtractor& extractor, const data::Dataset& dataset,
                         const std::vector<size_t>& chosen, int32_t copies, uint64_t seed, ThreadPool& pool,
                         const ProgressHook& progress)
    : shape_(extractor.shape()),
      count_(chosen.size()),
      each_(static_cast<size_t>(extractor.size())),
      copies_(copies),
      values_(count_ * each_ * static_cast<size_t>(copies + 1)) {
  const Random random(seed);
  data::AugmentOptions augmentation;
  augmentation.sample_rate_hz = dataset.sample_rate_hz;
  // One block of recordings at a time, so that progress is told from this thread alone.
  const size_t block = 32 * static_cast<size_t>(pool.threads());
  for (size_t first = 0; first < count_; first += block) {
    check_interrupt();
    pool.run(std::min(block, count_ - first), [&](size_t i, int) {
      const size_t index = first + i;
      const std::vector<int16_t>& samples = dataset.recordings[chosen[index]].samples;
      const auto out = [&](int32_t copy) {
        return std::span(values_).subspan(
            (index * static_cast<size_t>(copies_ + 1) + static_cast<size_t>(copy)) * each_, each_);
      };
      extractor.extract(data::fit_window(samples, extractor.window_samples()), out(0));
      for (int32_t copy = 1; copy <= copies_; ++copy) {
        Random own = random.fork(chosen[index]).fork(static_cast<uint64_t>(copy));
        extractor.extract(
            data::augment(samples, extractor.window_samples(), dataset.background, augmentation, own),
            out(copy));
      }
    });
    if (progress) {
      const auto done = static_cast<int64_t>(std::min(first + block, count_));
      progress({"features", done, static_cast<int64_t>(count_), -1, ""});
    }
  }
}

std::span<const int8_t> FeatureBank::row(size_t index, int32_t copy) const {
  return std::span(values_).subspan(
      (index * static_cast<size_t>(copies_ + 1) + static_cast<size_t>(copy)) * each_, each_);
}

std::vector<int8_t> FeatureBank::draw(size_t index, Random& random) const {
  if (copies_ == 0 || random.below(2) == 0) return {clean(index).begin(), clean(index).end()};
  const auto copy = static_cast<int32_t>(1 + random.below(static_cast<uint64_t>(copies_)));
  const std::span<const int8_t> stored = row(index, copy);
  std::vector<int8_t> masked(stored.begin(), stored.end());
  data::mask_features(masked, shape_[1], shape_[2], data::AugmentOptions{}, random, -128);
  return masked;
}

train::Examples FeatureBank::examples(std::vector<size_t> rows, std::vector<int32_t> classes) const {
  TINYML_CHECK(classes.size() == rows.size());
  auto fill = [this, rows = std::move(rows)](size_t example, Random* random, std::span<float> input) {
    if (random) {
      to_float(draw(rows[example], *random), input);
    } else {
      to_float(clean(rows[example]), input);
    }
  };
  return {std::move(classes), std::move(fill)};
}

}  // namespace tinyml::project
