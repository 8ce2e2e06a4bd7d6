// SPDX-License-Identifier: Apache-2.0
// Whatever tinyml-unpack may say of a file, either it becomes a verified graph that survives writing and
// reading, or it is refused in one line.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tinyml/formats/keras_model.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/engine.h"

namespace {

using namespace tinyml;

/// Nets of a few operations are computed, on zeros.
void run_on_zeros(const Graph& graph) {
  int64_t elements_in_all = 0;
  for (const Tensor& tensor : graph.tensors) elements_in_all += elements(tensor.shape);
  if (ops::macs(graph) > 100'000 || elements_in_all > 100'000) return;
  std::vector<Bytes> inputs;
  for (const TensorId id : graph.inputs) inputs.emplace_back(static_cast<size_t>(graph[id].size_bytes()));
  run::Engine(graph).run(inputs);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  Graph graph;
  try {
    const std::string output(reinterpret_cast<const char*>(bytes), size);
    graph = formats::keras::read_model(formats::keras::parse_unpacked(output));
  } catch (const Error& error) {
    const bool expected = error.kind() == ErrorKind::bad_file || error.kind() == ErrorKind::unsupported;
    if (!expected || std::string(error.what()).find('\n') != std::string::npos) std::abort();
    return 0;
  }
  if (ops::macs(graph) < 0) std::abort();
  run_on_zeros(graph);
  const Bytes written = formats::write_tflite(graph);
  if (formats::write_tflite(formats::read_tflite(written)) != written) std::abort();
  return 0;
}
