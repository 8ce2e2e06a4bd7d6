// SPDX-License-Identifier: Apache-2.0
// Runs a generated model on the records of a file; behind ports.h.
//
// input.bin: uint32 mode, record count, record bytes; the records.
//   mode 0, net: a record is the bytes of every input; one measured run, invoke().
//   mode 1, stream: a record is whole hops of int16 samples; after a reset() each is pushed. Two measured
//   runs, the last push() and classify().
// output.bin: the bytes of every output a record; then for each measured run of a record, the most stack
// bytes, uint32.
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

extern "C" {
// Calls the function and leaves its own stack pointer behind. A run is what executes from the block at
// harness_run_begin to the return to harness_run_end.
void harness_call(void (*function)());
uintptr_t harness_stack_at_call;
}

namespace {

using namespace harness;

const uint32_t kPaint = 0xA5C3965Au;
const size_t kPaintedWords = 16384;

// The most stack that `function` and what it calls take.
__attribute__((noinline)) uint32_t stack_of(void (*function)()) {
  uint32_t* const top = stack_pointer();
  for (volatile uint32_t* word = top - kPaintedWords; word < top; ++word) *word = kPaint;
  harness_call(function);
  const uint32_t* lowest = top - kPaintedWords;
  if (*lowest != kPaint) fail("the stack is deeper than 64 KB\n");
  while (lowest < top && *lowest == kPaint) ++lowest;
  return static_cast<uint32_t>(harness_stack_at_call - reinterpret_cast<uintptr_t>(lowest));
}

#if TINYML_STREAMING
alignas(8) int16_t hop[TINYML_MODEL::hop_samples];
void run_push() { TINYML_MODEL::push(hop); }
#endif

void at_most(uint32_t& most, uint32_t bytes) {
  if (bytes > most) most = bytes;
}

}  // namespace

int main() {
  const intptr_t in = open_file("input.bin", 9, read_binary);
  const intptr_t out = open_file("output.bin", 10, write_binary);
  if (in < 0 || out < 0) fail("input.bin or output.bin cannot be opened\n");
  uint32_t header[3];
  read_exactly(in, header, sizeof header);
  uint32_t stack[2] = {0, 0};
  for (uint32_t record = 0; record < header[1]; ++record) {
    if (header[0] == 0) {
      if (header[2] != ports::input_bytes) fail("a record is not the inputs' bytes\n");
      ports::read_inputs([&](void* to, size_t bytes) { read_exactly(in, to, bytes); });
      at_most(stack[0], stack_of(ports::invoke));
    } else {
#if TINYML_STREAMING
      const uint32_t hops = header[2] / sizeof hop;
      if (hops == 0 || header[2] % sizeof hop != 0) fail("a record is not whole hops\n");
      TINYML_MODEL::reset();
      for (uint32_t i = 0; i < hops; ++i) {
        read_exactly(in, hop, sizeof hop);
        if (i + 1 < hops) {
          run_push();
        } else {
          at_most(stack[0], stack_of(run_push));
        }
      }
      at_most(stack[1], stack_of(ports::classify));
#else
      fail("the model has no front end\n");
#endif
    }
    ports::write_outputs([&](const void* from, size_t bytes) { write_exactly(out, from, bytes); });
  }
  write_exactly(out, stack, header[0] == 0 ? 4 : 8);
  close_file(out);
  return 0;
}
