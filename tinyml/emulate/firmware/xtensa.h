// SPDX-License-Identifier: Apache-2.0
// Files and exit of an Xtensa program in QEMU, which takes the instruction SIMCALL as Tensilica's simulator
// does: the number of the call in a2, arguments from a3; the result in a2.
#pragma once

#include <stdint.h>

namespace harness {

inline intptr_t simulator_call(intptr_t number, intptr_t first, intptr_t second, intptr_t third) {
  register intptr_t a2 __asm__("a2") = number;
  register intptr_t a3 __asm__("a3") = first;
  register intptr_t a4 __asm__("a4") = second;
  register intptr_t a5 __asm__("a5") = third;
  __asm__ volatile("simcall" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
  return a2;
}

enum SimulatorCall { call_exit = 1, call_read = 3, call_write = 4, call_open = 5, call_close = 6 };

inline void say(const char* text) {
  const char* end = text;
  while (*end != 0) ++end;
  simulator_call(call_write, 2, reinterpret_cast<intptr_t>(text), end - text);
}

[[noreturn]] inline void leave(bool well) {
  simulator_call(call_exit, well ? 0 : 1, 0, 0);
  for (;;) {
  }
}

[[noreturn]] inline void fail(const char* text) {
  say(text);
  leave(false);
}

/// A file to write must exist: only these two flags are the same in every simulator.
enum OpenMode { read_binary = 0, write_binary = 1 };

inline intptr_t open_file(const char* name, intptr_t, OpenMode mode) {
  return simulator_call(call_open, reinterpret_cast<intptr_t>(name), mode, 0);
}

inline void read_exactly(intptr_t file, void* to, intptr_t bytes) {
  for (intptr_t done = 0; done < bytes;) {
    const intptr_t got = simulator_call(call_read, file, reinterpret_cast<intptr_t>(to) + done, bytes - done);
    if (got <= 0) fail("the input file is too short\n");
    done += got;
  }
}

inline void write_exactly(intptr_t file, const void* from, intptr_t bytes) {
  for (intptr_t done = 0; done < bytes;) {
    const intptr_t put =
        simulator_call(call_write, file, reinterpret_cast<intptr_t>(from) + done, bytes - done);
    if (put <= 0) fail("the output file cannot be written\n");
    done += put;
  }
}

inline void close_file(intptr_t file) { simulator_call(call_close, file, 0, 0); }

inline uint32_t* stack_pointer() {
  uint32_t* sp;
  __asm__ volatile("mov %0, a1" : "=r"(sp));
  return sp;
}

}  // namespace harness
