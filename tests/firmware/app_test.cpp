// SPDX-License-Identifier: Apache-2.0
// The pieces of the sketches that ship to the chip, on the host.
#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>

#include "tinyml/device/app/hop_buffer.h"
#include "tinyml/device/app/label_change.h"
#include "tinyml/device/app/score_smoother.h"

namespace tinyml::device {
namespace {

TEST(HopBuffer, GivesWholeHopsInOrder) {
  HopBuffer<4, 2> buffer;
  int16_t samples[10];
  std::iota(samples, samples + 10, int16_t{1});
  buffer.write(samples, 3);
  EXPECT_EQ(buffer.front(), nullptr);
  buffer.write(samples + 3, 3);
  ASSERT_NE(buffer.front(), nullptr);
  EXPECT_TRUE(std::equal(samples, samples + 4, buffer.front()));
  buffer.release();
  EXPECT_EQ(buffer.front(), nullptr);
  buffer.write(samples + 6, 4);
  ASSERT_NE(buffer.front(), nullptr);
  EXPECT_TRUE(std::equal(samples + 4, samples + 8, buffer.front()));
  EXPECT_EQ(buffer.overrun_samples(), 0u);
}

TEST(HopBuffer, DropsAndCountsWhatDoesNotFitAndKeepsHopsWhole) {
  HopBuffer<4, 2> buffer;
  int16_t samples[20];
  std::iota(samples, samples + 20, int16_t{0});
  buffer.write(samples, 11);
  EXPECT_EQ(buffer.overrun_samples(), 3u);
  buffer.release();
  buffer.write(samples + 11, 4);
  buffer.release();
  ASSERT_NE(buffer.front(), nullptr);
  EXPECT_TRUE(std::equal(samples + 11, samples + 15, buffer.front()));
  EXPECT_EQ(buffer.overrun_samples(), 3u);
}

TEST(HopBuffer, NeverTearsAHopBetweenTwoThreads) {
  constexpr int total = 200000;
  HopBuffer<8, 3> buffer;
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < total; i += 5) {
      int16_t samples[5];
      for (int j = 0; j < 5; ++j) samples[j] = static_cast<int16_t>(i + j);
      buffer.write(samples, 5);
      if (i % 20 == 0) std::this_thread::yield();
    }
    done = true;
  });
  uint32_t read = 0;
  const auto drain = [&] {
    for (const int16_t* hop = buffer.front(); hop != nullptr; hop = buffer.front()) {
      for (int i = 1; i < 8; ++i) EXPECT_EQ(hop[i], static_cast<int16_t>(hop[0] + i));
      buffer.release();
      read += 8;
    }
  };
  while (!done) drain();
  writer.join();
  drain();
  EXPECT_LT(total - (read + buffer.overrun_samples()), 8u);
}

TEST(ScoreSmoother, AveragesTheNewestResults) {
  ScoreSmoother<2, 2> smoother;
  EXPECT_EQ(smoother.percent(0), 0);
  const int8_t sure[] = {127, -128}, unsure[] = {0, 0}, other[] = {-128, 127};
  smoother.add(sure);
  EXPECT_EQ(smoother.best(), 0);
  EXPECT_EQ(smoother.percent(0), 100);
  EXPECT_FALSE(smoother.full());
  smoother.add(unsure);
  EXPECT_EQ(smoother.percent(0), 75);
  EXPECT_TRUE(smoother.full());
  smoother.add(other);
  smoother.add(other);
  EXPECT_EQ(smoother.best(), 1);
  EXPECT_EQ(smoother.percent(1), 100);
  EXPECT_EQ(smoother.percent(0), 0);
  smoother.reset();
  EXPECT_EQ(smoother.percent(1), 0);
}

TEST(LabelChange, ReportsEachEventOnce) {
  LabelChange change(70, 40);
  EXPECT_FALSE(change.update(1, 69));
  EXPECT_TRUE(change.update(1, 70));
  EXPECT_FALSE(change.update(1, 95));
  EXPECT_FALSE(change.update(1, 45));
  EXPECT_FALSE(change.update(1, 75));
  EXPECT_FALSE(change.update(1, 39));
  EXPECT_TRUE(change.update(1, 75));
  EXPECT_TRUE(change.update(2, 80));
  EXPECT_FALSE(change.update(0, 50));
  EXPECT_TRUE(change.update(2, 80));
}

}  // namespace
}  // namespace tinyml::device
