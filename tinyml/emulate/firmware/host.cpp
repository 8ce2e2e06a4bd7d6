// SPDX-License-Identifier: Apache-2.0
// Runs a generated model on this machine: harness.cpp's macros and files, but for the stack bytes.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

namespace {

namespace model = TINYML_MODEL;

void fail(const char* text) {
  fputs(text, stderr);
  exit(1);
}

void read_exactly(FILE* file, void* to, size_t bytes) {
  if (fread(to, 1, bytes, file) != bytes) fail("the input file is too short\n");
}

#if TINYML_INPUT_IN_ARENA
int8_t* input() { return model::input_buffer(); }
#else
alignas(8) int8_t own_input[model::input_bytes];
int8_t* input() { return own_input; }
#endif
#if TINYML_STREAMING
alignas(8) int16_t hop[model::hop_samples];
#endif

}  // namespace

int main() {
  FILE* const in = fopen("input.bin", "rb");
  FILE* const out = fopen("output.bin", "wb");
  if (!in || !out) fail("input.bin or output.bin cannot be opened\n");
  uint32_t header[3];
  read_exactly(in, header, sizeof header);
  for (uint32_t record = 0; record < header[1]; ++record) {
    const int8_t* result = nullptr;
    if (header[0] == 0) {
      if (header[2] != static_cast<uint32_t>(model::input_bytes)) fail("a record is not input_bytes long\n");
      read_exactly(in, input(), model::input_bytes);
      result = model::invoke(input());
    } else {
#if TINYML_STREAMING
      if (header[2] == 0 || header[2] % sizeof hop != 0) fail("a record is not whole hops\n");
      model::reset();
      for (uint32_t i = 0; i < header[2] / sizeof hop; ++i) {
        read_exactly(in, hop, sizeof hop);
        model::push(hop);
      }
      result = model::classify();
#else
      fail("the model has no front end\n");
#endif
    }
    if (fwrite(result, 1, model::output_bytes, out) != static_cast<size_t>(model::output_bytes)) {
      fail("the output file cannot be written\n");
    }
  }
  if (fclose(out) != 0) fail("the output file cannot be written\n");
  return 0;
}
