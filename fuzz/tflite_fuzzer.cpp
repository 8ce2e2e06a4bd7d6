// SPDX-License-Identifier: Apache-2.0
// Any bytes either become a verified graph that survives lowering, running, writing and reading, or are
// refused in one line.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/engine.h"

namespace {

using namespace tinyml;

void lower(const Graph& graph) try {
  for (const Node& node : graph.nodes) {
    ops::lower(graph, node, {.core = Core::host});
    ops::lower(graph, node, {.core = Core::cortex_m4});
  }
} catch (const Error&) {  // a float model, or scales that no kernel can have
}

// Nets of a size that does not keep the fuzzer waiting.
bool is_small(const Graph& graph) {
  constexpr int64_t kMostBytes = 1 << 18, kMostMacs = 1 << 20;
  int64_t bytes = 0;
  for (const Tensor& tensor : graph.tensors) bytes += tensor.size_bytes();
  return bytes < kMostBytes && ops::macs(graph) < kMostMacs;
}

void run_twice(const Graph& graph) try {
  tinyml::run::Engine engine(graph);
  std::vector<Bytes> inputs;
  for (const TensorId id : graph.inputs) {
    Bytes& bytes = inputs.emplace_back(static_cast<size_t>(graph[id].size_bytes()));
    const bool is_bool = graph[id].dtype == DType::boolean;
    for (size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<uint8_t>(i * 151 + 77) & (is_bool ? 1 : 255);
  }
  engine.run(inputs);
  engine.run(inputs);
} catch (const Error&) {
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  Graph graph;
  try {
    graph = formats::read_tflite({bytes, size});
  } catch (const Error& error) {
    const bool expected = error.kind() == ErrorKind::bad_file || error.kind() == ErrorKind::unsupported;
    if (!expected || std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
    return 0;
  }
  if (ops::macs(graph) < 0) std::abort();
  lower(graph);
  if (is_small(graph)) run_twice(graph);
  const Bytes written = formats::write_tflite(graph);
  if (formats::write_tflite(formats::read_tflite(written)) != written) std::abort();
  return 0;
}
