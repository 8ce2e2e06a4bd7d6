// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace tinyml {
namespace device {

/// Samples on their way from an interrupt to the main loop, in whole hops and without locks: one writer
/// (the interrupt), one reader (the loop). `hops` of them are kept; two make a double buffer, more bridge a
/// longer inference. When the reader is late, new samples are dropped and counted, and the next hop starts
/// with the first sample that fits again: a hop in the buffer never has a gap.
template <int32_t hop_samples, int32_t hops>
class HopBuffer {
  static_assert(hop_samples > 0 && hops >= 2, "at least one hop to fill and one to read");

 public:
  /// Called by the interrupt.
  void write(const int16_t* samples, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
      if (written_ - load(&read_) == static_cast<uint32_t>(hops)) {
        store(&overrun_samples_, overrun_samples_ + static_cast<uint32_t>(count - i));
        return;
      }
      samples_[write_slot_][filled_] = samples[i];
      if (++filled_ < hop_samples) continue;
      filled_ = 0;
      write_slot_ = write_slot_ + 1 == hops ? 0 : write_slot_ + 1;
      store(&written_, written_ + 1);
    }
  }

  /// The oldest whole hop, or null; it stays as it is until release().
  const int16_t* front() const { return load(&written_) == read_ ? nullptr : samples_[read_slot_]; }

  /// Gives the hop of front() back to the writer.
  void release() {
    read_slot_ = read_slot_ + 1 == hops ? 0 : read_slot_ + 1;
    store(&read_, read_ + 1);
  }

  /// Samples dropped since the start, modulo 2^32.
  uint32_t overrun_samples() const { return load(&overrun_samples_); }

 private:
  static uint32_t load(const uint32_t* value) { return __atomic_load_n(value, __ATOMIC_ACQUIRE); }
  static void store(uint32_t* value, uint32_t next) { __atomic_store_n(value, next, __ATOMIC_RELEASE); }

  int16_t samples_[hops][hop_samples] = {};
  uint32_t written_ = 0;  // hops, modulo 2^32; the writer's
  uint32_t read_ = 0;     // hops, modulo 2^32; the reader's
  uint32_t overrun_samples_ = 0;
  int32_t write_slot_ = 0, read_slot_ = 0, filled_ = 0;
};

}  // namespace device
}  // namespace tinyml
