// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/window.h"

#include "tests/data/clips.h"

namespace tinyml::data {
namespace {

using Samples = std::vector<int16_t>;

TEST(Window, CentresShorterClips) {
  EXPECT_EQ(fit_window(Samples{1, 2}, 6), (Samples{0, 0, 1, 2, 0, 0}));
  EXPECT_EQ(fit_window(Samples{1, 2}, 5), (Samples{0, 1, 2, 0, 0}));
  EXPECT_EQ(fit_window(Samples{}, 3), (Samples{0, 0, 0}));
  EXPECT_EQ(fit_window(Samples{7, 8, 9}, 3), (Samples{7, 8, 9}));
}

TEST(Window, TakesTheLoudestPartOfLongerClips) {
  EXPECT_EQ(fit_window(Samples{1, 1, 5, -6, 1, 1}, 2), (Samples{5, -6}));
  EXPECT_EQ(fit_window(Samples{0, 0, 0, 9}, 2), (Samples{0, 9}));
  EXPECT_EQ(fit_window(Samples{3, 0, 0, 3}, 2), (Samples{3, 0})) << "the first of equals";
  EXPECT_EQ(fit_window(Samples{0, 0, 0}, 1), (Samples{0}));
}

TEST(Window, AgreesWithAnExhaustiveSearch) {
  Random random(7);
  for (int round = 0; round < 300; ++round) {
    const Samples clip = random_samples(random.below(60), random);
    const int32_t window = static_cast<int32_t>(1 + random.below(40));
    const Samples fitted = fit_window(clip, window);
    ASSERT_EQ(fitted.size(), static_cast<size_t>(window));
    const auto energy = [](const Samples& s) {
      int64_t sum = 0;
      for (const int64_t x : s) sum += x * x;
      return sum;
    };
    int64_t most = 0;
    const int64_t size = static_cast<int64_t>(clip.size());
    for (int64_t start = 0; start <= std::max<int64_t>(0, size - window); ++start) {
      most = std::max(most, energy(cut_window(clip, start, window)));
    }
    EXPECT_EQ(energy(fitted), most);
  }
}

TEST(Window, FullScaleDoesNotOverflow) {
  Samples clip(200000, -32768);
  clip[0] = 0;
  EXPECT_EQ(window_start(clip, 160000), 1);
}

TEST(Window, CutsOutsideTheClip) {
  const Samples clip{1, 2, 3};
  EXPECT_EQ(cut_window(clip, -10, 3), (Samples{0, 0, 0}));
  EXPECT_EQ(cut_window(clip, 10, 2), (Samples{0, 0}));
  EXPECT_EQ(cut_window(clip, 2, 3), (Samples{3, 0, 0}));
}

}  // namespace
}  // namespace tinyml::data
