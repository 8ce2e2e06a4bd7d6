// SPDX-License-Identifier: Apache-2.0
// Any bytes either become a verified graph that survives lowering and, where .tflite has its operators,
// writing and reading, or are refused in one line.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tinyml/formats/onnx.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/graph/fold_quantization.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/engine.h"

namespace {

using namespace tinyml;

/// Any contents of tensors may be computed with; nets of a few operations are, on zeros.
void run_on_zeros(const Graph& graph) {
  int64_t elements_in_all = 0;
  for (const Tensor& tensor : graph.tensors) elements_in_all += elements(tensor.shape);
  if (ops::macs(graph) > 100'000 || elements_in_all > 100'000) return;
  std::vector<Bytes> inputs;
  for (const TensorId id : graph.inputs) inputs.emplace_back(static_cast<size_t>(graph[id].size_bytes()));
  try {
    run::Engine(graph).run(inputs);
  } catch (const Error&) {  // scales that no kernel can have
  }
}

Graph fold(const Graph& graph) try {
  Graph folded = fold_quantization(graph);
  ops::infer(folded);
  verify(folded);
  return folded;
} catch (const Error&) {  // not quantized throughout
  return graph;
}

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
  run_on_zeros(graph);
  lower(graph);
  const Graph folded = fold(graph);
  lower(folded);
  run_on_zeros(folded);
  const Bytes written = write(graph);
  if (!written.empty() && formats::write_tflite(formats::read_tflite(written)) != written) std::abort();
  return 0;
}
