// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace tinyml {
namespace device {

/// Cuts a stream of samples that comes in chunks of any size into frames of `frame` samples every `hop`
/// samples: the same frames as of a whole window.
template <int frame, int hop>
class FrameBuffer {
  static_assert(frame > 0 && hop > 0, "a frame and a hop hold at least one sample");

 public:
  /// Takes `count` samples and calls on_frame(const int16_t* samples) for each frame that they complete; the
  /// samples are valid until on_frame returns.
  template <class Callback>
  void push(const int16_t* samples, size_t count, Callback&& on_frame) {
    while (count > 0) {
      if (skip_ > 0) {
        const size_t skipped = count < skip_ ? count : skip_;
        samples += skipped;
        count -= skipped;
        skip_ -= skipped;
        continue;
      }
      const size_t taken = count < frame - filled_ ? count : frame - filled_;
      memcpy(samples_ + filled_, samples, taken * sizeof(int16_t));
      samples += taken;
      count -= taken;
      filled_ += taken;
      if (filled_ < frame) return;
      on_frame(static_cast<const int16_t*>(samples_));
      filled_ = hop < frame ? frame - hop : 0;
      skip_ = hop > frame ? hop - frame : 0;
      memmove(samples_, samples_ + frame - filled_, filled_ * sizeof(int16_t));
    }
  }

  /// Forgets what was pushed.
  void reset() { filled_ = skip_ = 0; }

 private:
  int16_t samples_[frame];
  size_t filled_ = 0;
  size_t skip_ = 0;
};

}  // namespace device
}  // namespace tinyml
