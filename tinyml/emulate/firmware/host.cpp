// SPDX-License-Identifier: Apache-2.0
// Runs a generated model on this machine: harness.cpp's files, but for the stack bytes; behind ports.h.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

namespace {

void fail(const char* text) {
  fputs(text, stderr);
  exit(1);
}

void read_exactly(FILE* file, void* to, size_t bytes) {
  if (fread(to, 1, bytes, file) != bytes) fail("the input file is too short\n");
}

void write_exactly(FILE* file, const void* from, size_t bytes) {
  if (fwrite(from, 1, bytes, file) != bytes) fail("the output file cannot be written\n");
}

#if TINYML_STREAMING
alignas(8) int16_t hop[TINYML_MODEL::hop_samples];
#endif

}  // namespace

int main() {
  FILE* const in = fopen("input.bin", "rb");
  FILE* const out = fopen("output.bin", "wb");
  if (!in || !out) fail("input.bin or output.bin cannot be opened\n");
  uint32_t header[3];
  read_exactly(in, header, sizeof header);
  for (uint32_t record = 0; record < header[1]; ++record) {
    if (header[0] == 0) {
      if (header[2] != ports::input_bytes) fail("a record is not the inputs' bytes\n");
      ports::read_inputs([&](void* to, size_t bytes) { read_exactly(in, to, bytes); });
      ports::invoke();
    } else {
#if TINYML_STREAMING
      if (header[2] == 0 || header[2] % sizeof hop != 0) fail("a record is not whole hops\n");
      TINYML_MODEL::reset();
      for (uint32_t i = 0; i < header[2] / sizeof hop; ++i) {
        read_exactly(in, hop, sizeof hop);
        TINYML_MODEL::push(hop);
      }
      ports::classify();
#else
      fail("the model has no front end\n");
#endif
    }
    ports::write_outputs([&](const void* from, size_t bytes) { write_exactly(out, from, bytes); });
  }
  if (fclose(out) != 0) fail("the output file cannot be written\n");
  return 0;
}
