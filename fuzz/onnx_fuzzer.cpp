// SPDX-License-Identifier: Apache-2.0
// Any bytes either become a verified graph that survives running, folding, lowering and, where .tflite has
// its operators, writing and reading, or are refused in one line.
#include "model_checks.h"
#include "tinyml/formats/onnx.h"
#include "tinyml/graph/fold_quantization.h"

namespace {

using namespace tinyml;

Graph fold(const Graph& graph) try {
  Graph folded = fold_quantization(graph);
  ops::infer(folded);
  verify(folded);
  return folded;
} catch (const Error&) {  // not quantized throughout
  return graph;
}

Bytes write(const Graph& graph) try {
  return formats::write_tflite(graph);
} catch (const Error&) {  // what TensorFlow Lite does not have, such as a batch normalisation alone
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const auto graph = fuzz::read_or_refuse([&] { return formats::read_onnx({bytes, size}); });
  if (!graph) return 0;
  fuzz::run_if_small(*graph);
  const Graph folded = fold(*graph);
  fuzz::lower(folded);
  fuzz::run_if_small(folded);
  if (const Bytes written = write(*graph); !written.empty()) fuzz::check_reading(written);
  return 0;
}
