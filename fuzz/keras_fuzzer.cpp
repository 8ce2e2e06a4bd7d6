// SPDX-License-Identifier: Apache-2.0
// Whatever tinyml-unpack may say of a file, either it becomes a verified graph that survives running, writing
// and reading, or it is refused in one line.
#include <string>

#include "model_checks.h"
#include "tinyml/formats/keras/model.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace tinyml;
  const std::string output(reinterpret_cast<const char*>(bytes), size);
  const auto graph = fuzz::read_or_refuse(
      [&] { return formats::keras::read_model(formats::keras::parse_unpacked(output)); });
  if (!graph) return 0;
  fuzz::run_if_small(*graph);
  fuzz::check_reading(formats::write_tflite(*graph));
  return 0;
}
