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
  /// `threads` counts the calling thread; 0 means physical cores.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;
  /// Calls body(i, thread) for every i in [0, tasks), thread in [0, threads()); returns when all are done.
  /// The first exception thrown by a task is rethrown here. Not to be called from inside a task.
  void run(size_t tasks, const std::function<void(size_t task, int thread)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tinyml
