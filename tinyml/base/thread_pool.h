// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace tinyml {

/// Runs indexed tasks on a fixed set of threads. Work is cut into tasks by the caller, never by the number
/// of threads, so that ordered reductions over tasks give the same bytes for any `threads`.
class ThreadPool {
 public:
  static constexpr int kMostThreads = 256;

  /// `threads` counts the calling thread; 0 means one for every logical CPU that this process may use. Where
  /// the system refuses a thread, the pool has fewer. Errors: as check_threads.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Errors: invalid_argument for a number outside 0 to kMostThreads.
  static void check_threads(int threads);

  int threads() const;
  /// Calls body(i, thread) for every i in [0, tasks), thread in [0, threads()); returns when all are done.
  /// When a task throws, no further one is begun and the exception of the lowest index is rethrown here: the
  /// same one for any number of threads. Not to be called from inside a task.
  void run(size_t tasks, const std::function<void(size_t task, int thread)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tinyml
