// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/progress.h"

#include <atomic>

#include "tinyml/base/error.h"

namespace tinyml {
namespace {
std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);
}  // namespace

void request_interrupt() { interrupted.store(true); }
void clear_interrupt() { interrupted.store(false); }
bool interrupt_requested() { return interrupted.load(std::memory_order_relaxed); }
void throw_interrupted() { throw Error(ErrorKind::interrupted, "interrupted; earlier results are kept"); }
void check_interrupt() {
  if (interrupt_requested()) throw_interrupted();
}

}  // namespace tinyml
