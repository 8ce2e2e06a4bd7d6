// SPDX-License-Identifier: Apache-2.0
// Runs a generated model on the records of a file. The text before this one includes the model's header and
// defines TINYML_MODEL (its namespace), TINYML_STREAMING (whether it has a front end) and
// TINYML_INPUT_IN_ARENA (whether it has an input_buffer()).
//
// input.bin: uint32 mode, record count, record bytes; the records.
//   mode 0, net: a record is input_bytes int8; one measured run, invoke().
//   mode 1, stream: a record is whole hops of int16 samples; after a reset() each is pushed. Two measured
//   runs, the last push() and classify().
// output.bin: output_bytes a record; then for each measured run of a record, the most stack bytes, uint32.
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

namespace model = TINYML_MODEL;
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

const int8_t* result;
#if TINYML_INPUT_IN_ARENA
int8_t* input() { return model::input_buffer(); }
#else
alignas(8) int8_t own_input[model::input_bytes];
int8_t* input() { return own_input; }
#endif
void run_invoke() { result = model::invoke(input()); }

#if TINYML_STREAMING
alignas(8) int16_t hop[model::hop_samples];
void run_push() { model::push(hop); }
void run_classify() { result = model::classify(); }
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
      if (header[2] != static_cast<uint32_t>(model::input_bytes)) fail("a record is not input_bytes long\n");
      read_exactly(in, input(), model::input_bytes);
      at_most(stack[0], stack_of(run_invoke));
    } else {
#if TINYML_STREAMING
      const uint32_t hops = header[2] / sizeof hop;
      if (hops == 0 || header[2] % sizeof hop != 0) fail("a record is not whole hops\n");
      model::reset();
      for (uint32_t i = 0; i < hops; ++i) {
        read_exactly(in, hop, sizeof hop);
        if (i + 1 < hops) {
          run_push();
        } else {
          at_most(stack[0], stack_of(run_push));
        }
      }
      at_most(stack[1], stack_of(run_classify));
#else
      fail("the model has no front end\n");
#endif
    }
    write_exactly(out, result, model::output_bytes);
  }
  write_exactly(out, stack, header[0] == 0 ? 4 : 8);
  close_file(out);
  return 0;
}
