// SPDX-License-Identifier: Apache-2.0
// Any bytes either become a verified graph that survives lowering, running, writing and reading, or are
// refused in one line.
#include "model_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace tinyml;
  const auto graph = fuzz::read_or_refuse([&] { return formats::read_tflite({bytes, size}); });
  if (!graph) return 0;
  fuzz::lower(*graph);
  fuzz::run_if_small(*graph);
  fuzz::check_reading(formats::write_tflite(*graph));
  return 0;
}
