// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/engine.h"

/// What the fuzz targets of model files hold a reader to.
namespace tinyml::fuzz {

/// The graph that `read` gives; none where the file is refused as it should be: as bad or unsupported, in one
/// line.
template <class Read>
std::optional<Graph> read_or_refuse(const Read& read) {
  try {
    Graph graph = read();
    if (ops::macs(graph) < 0) std::abort();
    return graph;
  } catch (const Error& error) {
    const bool expected = error.kind() == ErrorKind::bad_file || error.kind() == ErrorKind::unsupported;
    if (!expected || std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
    return {};
  }
}

inline void lower(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    for (const Core core : {Core::host, Core::cortex_m4}) {
      try {
        ops::lower(graph, node, {.core = core});
      } catch (const Error&) {  // a float layer, or scales that no kernel can have
      }
    }
  }
}

/// Twice, for nets with a state, where the net is of a size that does not keep the fuzzer waiting.
inline void run_if_small(const Graph& graph) {
  constexpr int64_t kMostBytes = 1 << 18, kMostMacs = 1 << 20;
  int64_t size = 0;
  for (const Tensor& tensor : graph.tensors) size += tensor.size_bytes();
  if (size > kMostBytes || ops::macs(graph) > kMostMacs) return;
  std::vector<Bytes> inputs;
  for (const TensorId id : graph.inputs) {
    Bytes& bytes = inputs.emplace_back(static_cast<size_t>(graph[id].size_bytes()));
    const bool is_bool = graph[id].dtype == DType::boolean;
    for (size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<uint8_t>(i * 151 + 77) & (is_bool ? 1 : 255);
    }
  }
  try {
    run::Engine engine(graph);
    engine.run(inputs);
    engine.run(inputs);
  } catch (const Error&) {  // scales that no kernel can have
  }
}

/// What write_tflite wrote is read again, as the same.
inline void check_reading(const Bytes& written) {
  if (formats::write_tflite(formats::read_tflite(written)) != written) std::abort();
}

}  // namespace tinyml::fuzz
