// SPDX-License-Identifier: Apache-2.0
// Any bytes either become a verified graph that survives lowering and, where .tflite has its operators,
// writing and reading, or are refused in one line.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tinyml/formats/onnx.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"

namespace {

using namespace tinyml;

void lower(const Graph& graph) try {
  for (const Node& node : graph.nodes) {
    ops::lower(graph, node, {.core = Core::host});
    ops::lower(graph, node, {.core = Core::cortex_m4});
  }
} catch (const Error&) {  // a float model, or scales that no kernel can have
}

Bytes write(const Graph& graph) try {
  return formats::write_tflite(graph);
} catch (const Error&) {  // what TensorFlow Lite does not have, such as a batch normalisation alone
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  Graph graph;
  try {
    graph = formats::read_onnx({bytes, size});
  } catch (const Error& error) {
    const bool expected = error.kind() == ErrorKind::bad_file || error.kind() == ErrorKind::unsupported;
    if (!expected || std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
    return 0;
  }
  if (ops::macs(graph) < 0) std::abort();
  lower(graph);
  const Bytes written = write(graph);
  if (!written.empty() && formats::write_tflite(formats::read_tflite(written)) != written) std::abort();
  return 0;
}
