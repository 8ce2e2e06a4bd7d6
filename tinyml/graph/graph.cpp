// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/graph.h"

#include <fmt/core.h>

#include <algorithm>

namespace tinyml {

TensorId Graph::add(Tensor tensor) {
  tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(tensors.size()) - 1;
}

std::vector<size_t> Graph::consumers(TensorId id) const {
  std::vector<size_t> found;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (std::count(nodes[i].inputs.begin(), nodes[i].inputs.end(), id)) found.push_back(i);
  }
  return found;
}

namespace {

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::bad_file, message); }

void verify_tensor(const Tensor& tensor) {
  // Bounds that no microcontroller model comes near keep every later product of extents inside int64.
  constexpr int64_t kMostElements = int64_t{1} << 31;
  int64_t count = 1;
  for (const int32_t extent : tensor.shape) {
    if (extent < 0) reject(fmt::format("tensor {} has a negative extent", tensor.name));
    count *= extent;
    if (count > kMostElements) reject(fmt::format("tensor {} has more than 2^31 elements", tensor.name));
  }
  if (tensor.data && static_cast<int64_t>(tensor.data->size()) != tensor.size_bytes()) {
    reject(fmt::format("tensor {} of {} {} holds {} bytes instead of {}", tensor.name,
                       to_string(tensor.shape), name_of(tensor.dtype), tensor.data->size(),
                       tensor.size_bytes()));
  }
  const Quantization& q = tensor.quantization;
  if (q.scales.size() != q.zero_points.size()) {
    reject(fmt::format("tensor {} has {} scales and {} zero points", tensor.name, q.scales.size(),
                       q.zero_points.size()));
  }
  for (const float scale : q.scales) {
    if (!(scale > 0) || !(scale < 1e30f))
      reject(fmt::format("tensor {} has the scale {}", tensor.name, scale));
  }
  if (q.per_channel()) {
    if (q.axis < 0 || q.axis >= static_cast<int32_t>(tensor.shape.size()) ||
        tensor.shape[static_cast<size_t>(q.axis)] != static_cast<int32_t>(q.scales.size())) {
      reject(fmt::format("tensor {} of {} has {} scales on axis {}", tensor.name, to_string(tensor.shape),
                         q.scales.size(), q.axis));
    }
  }
}

}  // namespace

void verify(const Graph& graph) {
  for (const Tensor& tensor : graph.tensors) verify_tensor(tensor);

  std::vector<bool> known(graph.tensors.size());
  const auto check_id = [&](TensorId id, const std::string& where) {
    if (id < 0 || id >= static_cast<TensorId>(graph.tensors.size())) {
      reject(fmt::format("{}: there is no tensor {}", where, id));
    }
  };
  for (size_t i = 0; i < known.size(); ++i) known[i] = graph.tensors[i].data != nullptr;
  const auto refuse_variable = [&](TensorId id, const std::string& where) {
    if (graph[id].is_variable) reject(fmt::format("{}: {} is a variable", where, graph[id].name));
  };
  for (const TensorId id : graph.inputs) {
    check_id(id, "model input");
    refuse_variable(id, "model input");
    known[static_cast<size_t>(id)] = true;
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const std::string where = fmt::format("op {} {}", i, name_of(node.op));
    for (const TensorId id : node.inputs) {
      if (id == kNoTensor) continue;
      check_id(id, where);
      if (!std::holds_alternative<ReadVariable>(node.op)) refuse_variable(id, where);
      if (!known[static_cast<size_t>(id)]) {
        reject(fmt::format("{}: reads {} before it is computed", where, graph[id].name));
      }
    }
    for (const TensorId id : node.outputs) {
      check_id(id, where);
      if (graph[id].is_variable && std::holds_alternative<AssignVariable>(node.op)) continue;
      if (known[static_cast<size_t>(id)]) reject(fmt::format("{}: writes {} again", where, graph[id].name));
      known[static_cast<size_t>(id)] = true;
    }
  }
  for (const TensorId id : graph.outputs) {
    check_id(id, "model output");
    refuse_variable(id, "model output");
    if (!known[static_cast<size_t>(id)]) reject(fmt::format("output {} is never computed", graph[id].name));
  }
}

}  // namespace tinyml
