// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>
#include <string.h>

namespace tinyml {
namespace device {

/// memmove to a lower or the same address, for short runs: whole words where the core loads them, no call.
inline void copy_bytes(int8_t* to, const int8_t* from, int32_t count) {
#if defined(__ARM_FEATURE_UNALIGNED) || !defined(__arm__)
  for (; count >= 4; count -= 4, to += 4, from += 4) {
    uint32_t word;
    memcpy(&word, from, 4);
    memcpy(to, &word, 4);
  }
#endif
  for (; count > 0; --count) *to++ = *from++;
}

/// The same of elements of any type.
template <class T>
inline void copy_elements(T* to, const T* from, int32_t count) {
  if (count == 1 || sizeof(T) >= 4) {
    for (; count > 0; --count) *to++ = *from++;
  } else {
    copy_bytes(reinterpret_cast<int8_t*>(to), reinterpret_cast<const int8_t*>(from),
               count * static_cast<int32_t>(sizeof(T)));
  }
}

inline void fill_bytes(int8_t* to, int32_t value, int32_t count) {
  for (; count > 0; --count) *to++ = static_cast<int8_t>(value);
}

/// Writes `count` elements to an address that is a multiple of 4.
template <class T>
inline void fill_elements(T* to, T value, int32_t count) {
  int32_t i = 0;
  if (sizeof(T) < 4) {
    constexpr int32_t kInWord = sizeof(T) < 4 ? 4 / static_cast<int32_t>(sizeof(T)) : 1;
    T word[kInWord];
    for (int32_t k = 0; k < kInWord; ++k) word[k] = value;
    uint32_t bits;
    memcpy(&bits, word, sizeof bits);
    for (; i + kInWord <= count; i += kInWord)
      memcpy(__builtin_assume_aligned(to + i, 4), &bits, sizeof bits);
  }
  for (; i < count; ++i) to[i] = value;
}

}  // namespace device
}  // namespace tinyml
