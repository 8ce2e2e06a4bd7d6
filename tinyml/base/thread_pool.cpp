// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/thread_pool.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "tinyml/base/error.h"

namespace tinyml {

struct ThreadPool::State {
  std::mutex mutex;
  std::condition_variable wake, done;
  std::vector<std::thread> workers;
  const std::function<void(size_t, int)>* body = nullptr;
  size_t tasks = 0;
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> generation{0};
  std::atomic<int> busy{0};
  bool stop = false;
  std::exception_ptr failure;
  size_t failed_task = 0;

  void work(int thread) {
    for (size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < tasks;) {
      try {
        (*body)(i, thread);
      } catch (...) {
        // Tasks are begun in order, so all before the first that fails are under way: they end.
        next.store(tasks, std::memory_order_relaxed);
        std::lock_guard lock(mutex);
        if (failure && failed_task < i) continue;
        failure = std::current_exception();
        failed_task = i;
      }
    }
  }

  void serve(int thread) {
    // A layer of a small net takes microseconds: spin briefly before sleeping, but never long, so that a
    // loaded machine gets its core back.
    constexpr int kSpins = 2000;
    for (uint64_t seen = 0;;) {
      for (int i = 0; i < kSpins && generation.load(std::memory_order_acquire) == seen; ++i) {
        std::atomic_signal_fence(std::memory_order_seq_cst);
      }
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return stop || generation.load(std::memory_order_relaxed) != seen; });
        if (stop) return;
        seen = generation.load(std::memory_order_relaxed);
      }
      work(thread);
      if (busy.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        std::lock_guard lock(mutex);
        done.notify_one();
      }
    }
  }
};

void ThreadPool::check_threads(int threads) {
  if (threads >= 0 && threads <= kMostThreads) return;
  throw Error(ErrorKind::invalid_argument,
              fmt::format("threads is within 0 (all CPUs) and {}, not {}", kMostThreads, threads));
}

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>()) {
  check_threads(threads);
  if (threads == 0) {
    threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostThreads);
  }
  state_->workers.reserve(static_cast<size_t>(threads));
  for (int i = 1; i < threads; ++i) {
    try {
      state_->workers.emplace_back([state = state_.get(), i] { state->serve(i); });
    } catch (const std::system_error&) {
      break;
    }
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stop = true;
    state_->generation.fetch_add(1);
  }
  state_->wake.notify_all();
  for (std::thread& worker : state_->workers) worker.join();
}

int ThreadPool::threads() const { return static_cast<int>(state_->workers.size()) + 1; }

void ThreadPool::run(size_t tasks, const std::function<void(size_t, int)>& body) {
  State& s = *state_;
  if (s.workers.empty() || tasks <= 1) {
    for (size_t i = 0; i < tasks; ++i) body(i, 0);
    return;
  }
  {
    std::lock_guard lock(s.mutex);
    s.body = &body;
    s.tasks = tasks;
    s.failure = nullptr;
    s.next.store(0, std::memory_order_relaxed);
    s.busy.store(static_cast<int>(s.workers.size()), std::memory_order_relaxed);
    s.generation.fetch_add(1, std::memory_order_release);
  }
  s.wake.notify_all();
  s.work(0);
  std::unique_lock lock(s.mutex);
  s.done.wait(lock, [&] { return s.busy.load(std::memory_order_acquire) == 0; });
  if (s.failure) std::rethrow_exception(std::exchange(s.failure, nullptr));
}

}  // namespace tinyml
