// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "tinyml/base/error.h"

namespace tinyml {
namespace {

TEST(ThreadPool, RunsEveryTaskOnce) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    ASSERT_EQ(pool.threads(), threads);
    std::vector<std::atomic<int>> runs(100);
    pool.run(runs.size(), [&](size_t i, int thread) {
      EXPECT_LT(thread, threads);
      ++runs[i];
    });
    for (const std::atomic<int>& count : runs) EXPECT_EQ(count, 1);
  }
}

TEST(ThreadPool, TakesTheThreadsThatItSays) {
  EXPECT_GE(ThreadPool(0).threads(), 1);
  for (const int threads : {-1, ThreadPool::kMostThreads + 1, 100000}) {
    try {
      ThreadPool pool(threads);
      FAIL() << threads;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
      EXPECT_NE(std::string(error.what()).find(std::to_string(threads)), std::string::npos) << error.what();
    }
  }
}

TEST(ThreadPool, BeginsNoTaskAfterOneFailed) {
  for (const int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    std::atomic<int> begun{0};
    EXPECT_THROW(pool.run(100000,
                          [&](size_t, int) {
                            ++begun;
                            throw std::runtime_error("no");
                          }),
                 std::runtime_error);
    EXPECT_LE(begun, threads);
    pool.run(10, [&](size_t, int) { ++begun; });
  }
}

TEST(ThreadPool, RethrowsTheFailureOfTheLowestIndex) {
  ThreadPool pool(4);
  for (int repetition = 0; repetition < 50; ++repetition) {
    try {
      pool.run(64, [&](size_t i, int) {
        if (i == 9) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (i >= 9) throw static_cast<int>(i);
      });
      FAIL();
    } catch (const int index) {
      EXPECT_EQ(index, 9);
    }
  }
}

#ifndef __SANITIZE_ADDRESS__
/// Bytes of address space in use.
rlim_t address_space() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * 4096;
}

TEST(ThreadPoolDeathTest, HasFewerThreadsWhereTheSystemRefusesThem) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto few = [] {
    const rlim_t room = address_space() + (rlim_t{100} << 20);
    const rlimit limit{room, room};
    ::setrlimit(RLIMIT_AS, &limit);
    ThreadPool pool(ThreadPool::kMostThreads);
    std::atomic<int> runs{0};
    pool.run(1000, [&](size_t, int) { ++runs; });
    std::exit(runs == 1000 && pool.threads() < ThreadPool::kMostThreads ? 0 : 1);
  };
  EXPECT_EXIT(few(), testing::ExitedWithCode(0), "");
}
#endif

}  // namespace
}  // namespace tinyml
