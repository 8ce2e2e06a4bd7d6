// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/models/int8_net.h"

#include <fmt/core.h>

#include <algorithm>

#include "tinyml/graph/fold_quantization.h"
#include "tinyml/report/text_table.h"

namespace tinyml::project {

Graph int8_net(const Graph& net, const std::string& path) {
  Graph graph = fold_quantization(net);
  const auto is_float = [&](TensorId id) {
    return id != kNoTensor && !graph[id].data && graph[id].dtype == DType::float32;
  };
  const auto has_float = [&](const std::vector<TensorId>& ids) {
    return std::any_of(ids.begin(), ids.end(), is_float);
  };
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!has_float(node.inputs) || !has_float(node.outputs)) continue;
    throw Error(ErrorKind::unsupported,
                fmt::format("layer {} ({} \"{}\") computes in float32, boards in int8: quantize first: "
                            "tinyml quantize {} --data samples.npy --out int8.tflite",
                            i, name_of(node.op), graph[node.outputs[0]].name, report::quoted(path)));
  }
  return graph;
}

FoldedNet fold_where_quantized(const Graph& net) {
  try {
    Graph graph = fold_quantization(net);
    const bool folded = graph.nodes.size() != net.nodes.size();
    return {std::move(graph), folded, ""};
  } catch (const Error& error) {
    return {net, false, error.what()};
  }
}

}  // namespace tinyml::project
