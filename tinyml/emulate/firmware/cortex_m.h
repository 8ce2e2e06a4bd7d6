// SPDX-License-Identifier: Apache-2.0
// Files and exit of a program that runs in an emulator (Arm IHI 0088, semihosting for AArch32).
#pragma once

#include <stdint.h>

namespace harness {

inline intptr_t semihost(intptr_t operation, const void* arguments) {
  register intptr_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = arguments;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

inline void say(const char* text) { semihost(0x04, text); }

[[noreturn]] inline void leave(bool well) {
  const uintptr_t application_exit = 0x20026, internal_error = 0x20024;
  semihost(0x18, reinterpret_cast<const void*>(well ? application_exit : internal_error));
  for (;;) {
  }
}

[[noreturn]] inline void fail(const char* text) {
  say(text);
  leave(false);
}

enum OpenMode { read_binary = 1, write_binary = 5 };

inline intptr_t open_file(const char* name, intptr_t name_bytes, OpenMode mode) {
  const intptr_t arguments[3] = {reinterpret_cast<intptr_t>(name), mode, name_bytes};
  return semihost(0x01, arguments);
}

inline void read_exactly(intptr_t file, void* to, intptr_t bytes) {
  const intptr_t arguments[3] = {file, reinterpret_cast<intptr_t>(to), bytes};
  if (semihost(0x06, arguments) != 0) fail("the input file is too short\n");
}

inline void write_exactly(intptr_t file, const void* from, intptr_t bytes) {
  const intptr_t arguments[3] = {file, reinterpret_cast<intptr_t>(from), bytes};
  if (semihost(0x05, arguments) != 0) fail("the output file cannot be written\n");
}

inline void close_file(intptr_t file) { semihost(0x02, &file); }

inline uint32_t* stack_pointer() {
  uint32_t* sp;
  __asm__ volatile("mov %0, sp" : "=r"(sp));
  return sp;
}

}  // namespace harness
