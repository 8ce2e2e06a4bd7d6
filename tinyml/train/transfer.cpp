// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/transfer.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>

#include "tinyml/graph/builder.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/float_engine.h"
#include "tinyml/train/fit.h"

namespace tinyml::train {
namespace {

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::unsupported, message); }

/// The node that writes a tensor; null for an input or constant.
const Node* writer_of(const Graph& graph, TensorId id) {
  for (const Node& node : graph.nodes) {
    if (std::find(node.outputs.begin(), node.outputs.end(), id) != node.outputs.end()) return &node;
  }
  return nullptr;
}

bool is_last_layer(const Graph& graph, const Node& node) {
  if (std::holds_alternative<FullyConnected>(node.op)) return true;
  const Shape& out = graph[node.outputs[0]].shape;
  return std::holds_alternative<Conv2D>(node.op) && out.size() == 4 && out[1] == 1 && out[2] == 1;
}

/// The tensor that the last layer with weights reads.
TensorId features_tensor(const Graph& graph) {
  TensorId at = graph.outputs.at(0);
  while (const Node* node = writer_of(graph, at)) {
    at = node->inputs.at(0);
    if (is_last_layer(graph, *node)) return at;
  }
  reject("the model has no dense last layer that could be replaced");
}

}  // namespace

Graph backbone_of(const Graph& model) {
  if (model.inputs.size() != 1 || model.outputs.size() != 1) {
    reject(fmt::format("a backbone has one input and one output; this model has {} and {}",
                       model.inputs.size(), model.outputs.size()));
  }
  if (model[model.inputs[0]].dtype != DType::float32) {
    reject(fmt::format("a backbone is a float32 model; this one takes {}",
                       name_of(model[model.inputs[0]].dtype)));
  }
  Graph graph = model;
  const TensorId features = features_tensor(graph);
  graph.outputs = {features};
  // What does not lead to the features goes.
  std::vector<bool> needed(graph.tensors.size());
  needed[static_cast<size_t>(features)] = true;
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node node = graph.nodes[i];
    if (std::none_of(node.outputs.begin(), node.outputs.end(),
                     [&](TensorId id) { return needed[static_cast<size_t>(id)]; })) {
      graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    const bool trainable = std::visit([](const auto& op) { return op.kTrainable; }, node.op);
    if (!trainable) {
      reject(fmt::format("layer {} ({}) of the backbone cannot be trained", graph[node.outputs[0]].name,
                         name_of(node.op)));
    }
    for (const TensorId id : node.inputs) {
      if (id != kNoTensor) needed[static_cast<size_t>(id)] = true;
    }
  }
  const auto count = static_cast<int32_t>(elements(graph[features].shape));
  if (graph[features].shape != Shape{1, count}) {
    const TensorId flat = graph.add({"features", DType::float32, {1, count}, {}, nullptr});
    graph.nodes.push_back({Reshape{{1, count}}, {features}, {flat}});
    graph.outputs = {flat};
  }
  graph = without_unused_tensors(graph);
  verify(graph);
  return graph;
}

Graph build_head(int32_t features, int32_t classes, float dropout, uint64_t seed) {
  GraphBuilder net("head", seed);
  TensorId x = net.input("features", {1, features});
  if (dropout > 0) x = net.dropout(x, dropout);
  return net.finish(net.dense(x, classes));
}

Graph joined(const Graph& backbone, const Graph& head) {
  Graph graph = backbone;
  std::map<TensorId, TensorId> moved{{head.inputs.at(0), backbone.outputs.at(0)}, {kNoTensor, kNoTensor}};
  for (size_t t = 0; t < head.tensors.size(); ++t) {
    const auto id = static_cast<TensorId>(t);
    if (id == head.inputs[0]) continue;
    Tensor tensor = head[id];
    tensor.name = "head/" + tensor.name;
    moved[id] = graph.add(std::move(tensor));
  }
  for (Node node : head.nodes) {
    for (TensorId& id : node.inputs) id = moved.at(id);
    for (TensorId& id : node.outputs) id = moved.at(id);
    graph.nodes.push_back(std::move(node));
  }
  graph.outputs = {moved.at(head.outputs.at(0))};
  verify(graph);
  return graph;
}

Examples features_of(const Graph& backbone, const Examples& examples, int32_t copies, uint64_t seed,
                     ThreadPool& pool) {
  const size_t count = examples.classes.size(), rows = static_cast<size_t>(copies) + 1;
  const auto each = static_cast<size_t>(elements(backbone[backbone.outputs.at(0)].shape));
  const auto features = std::make_shared<std::vector<float>>(count * rows * each);
  if (count == 0) return {};
  const Random random(seed);
  run::FloatEngine engine(backbone, static_cast<int32_t>(std::min<size_t>(32, count)), pool);
  for (size_t copy = 0; copy < rows; ++copy) {
    const auto fill = [&](size_t i, Random*, std::span<float> input) {
      Random own = random.fork(i).fork(copy);
      examples.fill(i, copy > 0 ? &own : nullptr, input);
    };
    for_each_output(engine, count, fill, pool,
                    [&](size_t i, std::span<const float>, std::span<const float> output) {
                      std::copy(output.begin(), output.end(),
                                features->begin() + static_cast<std::ptrdiff_t>((i * rows + copy) * each));
                    });
  }
  auto draw = [features, rows, each](size_t i, Random* own, std::span<float> input) {
    const size_t row = i * rows + (own ? own->below(rows) : 0);
    std::copy_n(features->begin() + static_cast<std::ptrdiff_t>(row * each), each, input.begin());
  };
  return {examples.classes, std::move(draw)};
}

}  // namespace tinyml::train
