// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace tinyml {

/// What long work tells its caller. The doors decide how it looks; no room prints.
struct Progress {
  std::string stage;  // "training", "features", …
  int64_t done = 0;   // of total
  int64_t total = 0;
  double seconds_left = -1;  // negative while unknown
  std::string detail;        // "loss 0.412  accuracy 91.2 %"
};
using ProgressHook = std::function<void(const Progress&)>;

/// Asks the running work to stop at its next safe point; async-signal-safe.
void request_interrupt();
void clear_interrupt();
bool interrupt_requested();
/// Throws Error(interrupted) if asked to; long loops call it once a step.
void check_interrupt();
/// Throws it in any case: Ctrl-C was seen elsewhere, as by a child.
[[noreturn]] void throw_interrupted();

}  // namespace tinyml
