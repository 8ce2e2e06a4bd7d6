// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "tinyml/base/random.h"
#include "tinyml/ops/operator.h"

namespace tinyml::codegen {

/// Runs a graph kernel by kernel on the host, every tensor in memory of its own.
inline std::vector<uint8_t> reference_run(const Graph& graph, const std::vector<uint8_t>& input) {
  std::vector<std::vector<uint64_t>> memory(graph.tensors.size());
  for (size_t t = 0; t < memory.size(); ++t) {
    memory[t].resize(static_cast<size_t>(graph.tensors[t].size_bytes()) / 8 + 1);
  }
  std::memcpy(memory[static_cast<size_t>(graph.inputs[0])].data(), input.data(), input.size());
  for (const Node& node : graph.nodes) {
    const ops::KernelCall call = ops::lower(graph, node, {});
    std::vector<const void*> inputs;
    for (TensorId id : node.inputs) {
      if (id == kNoTensor || (graph[id].is_constant() && !call.takes_constants)) continue;
      inputs.push_back(graph[id].is_constant() ? static_cast<const void*>(graph[id].data->data())
                                               : memory[static_cast<size_t>(id)].data());
    }
    std::vector<uint64_t>& out = memory[static_cast<size_t>(node.outputs[0])];
    if (call.function.empty()) {
      out = memory[static_cast<size_t>(node.inputs[0])];
      continue;
    }
    std::vector<uint64_t> scratch(static_cast<size_t>(call.scratch_bytes) / 8 + 1);
    void* outputs[] = {out.data()};
    call.run(inputs, outputs, scratch.data());
  }
  const Tensor& output = graph[graph.outputs[0]];
  std::vector<uint8_t> bytes(static_cast<size_t>(output.size_bytes()));
  std::memcpy(bytes.data(), memory[static_cast<size_t>(graph.outputs[0])].data(), bytes.size());
  return bytes;
}

inline std::vector<uint8_t> random_bytes(size_t count, uint64_t seed) {
  Random random(seed);
  std::vector<uint8_t> bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.next());
  return bytes;
}

}  // namespace tinyml::codegen
