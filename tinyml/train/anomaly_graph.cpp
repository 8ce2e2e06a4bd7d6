// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/anomaly_graph.h"

#include <algorithm>

#include "tinyml/ops/operator.h"
#include "tinyml/train/regression.h"

namespace tinyml::train {

WeightedGraph::WeightedGraph(std::string name, const Shape& input) {
  graph.name = std::move(name);
  graph.inputs = {graph.add({"features", DType::float32, input, {}, nullptr})};
}

TensorId WeightedGraph::constant(const std::string& name, const Shape& shape,
                                 const std::vector<double>& values) {
  TINYML_CHECK(static_cast<int64_t>(values.size()) == elements(shape));
  const std::vector<float> floats(values.begin(), values.end());
  return graph.add({name, DType::float32, shape, {}, to_constant<float>(floats)});
}

TensorId WeightedGraph::node(const std::string& name, const Operator& op, std::vector<TensorId> inputs) {
  const TensorId output = graph.add({name, DType::float32, {}, {}, nullptr});
  graph.nodes.push_back({op, std::move(inputs), {output}});
  ops::infer(graph, graph.nodes.back());
  return output;
}

TensorId WeightedGraph::dense(const std::string& name, TensorId x, const std::vector<double>& weights,
                              const std::vector<double>& bias, Activation activation) {
  const auto units = static_cast<int32_t>(bias.size());
  return node(
      name, FullyConnected{activation},
      {x, constant(name + "/weights", {units, size(x)}, weights), constant(name + "/bias", {units}, bias)});
}

TensorId WeightedGraph::pointwise(const std::string& name, TensorId x, const std::vector<double>& weights,
                                  const std::vector<double>& bias, Activation activation) {
  if (shape(x).size() != 4) x = reshape(x, {1, 1, 1, size(x)});
  const int32_t units = static_cast<int32_t>(bias.size()), inputs = shape(x)[3];
  Conv2D op;
  op.activation = activation;
  return node(name, op,
              {x, constant(name + "/weights", {units, 1, 1, inputs}, weights),
               constant(name + "/bias", {units}, bias)});
}

TensorId WeightedGraph::convolution(const std::string& name, TensorId x, const Shape& kernel,
                                    const std::vector<double>& weights, Activation activation) {
  Conv2D op;
  op.padding = Padding::valid;
  op.activation = activation;
  const std::vector<double> bias(static_cast<size_t>(kernel[0]));
  return node(name, op,
              {x, constant(name + "/weights", kernel, weights), constant(name + "/bias", {kernel[0]}, bias)});
}

TensorId WeightedGraph::depthwise(const std::string& name, TensorId x, int32_t height, int32_t multiplier,
                                  const std::vector<double>& weights, const std::vector<double>& bias) {
  DepthwiseConv2D op;
  op.depth_multiplier = multiplier;
  op.padding = Padding::valid;
  const auto channels = static_cast<int32_t>(bias.size());
  return node(name, op,
              {x, constant(name + "/weights", {1, height, 1, channels}, weights),
               constant(name + "/bias", {channels}, bias)});
}

TensorId WeightedGraph::binary(const std::string& name, const Operator& op, TensorId a, TensorId b) {
  return node(name, op, {a, b});
}

TensorId WeightedGraph::reshape(TensorId x, const Shape& shape) {
  return graph[x].shape == shape ? x : node(graph[x].name + "/reshape", Reshape{shape}, {x});
}

TensorId WeightedGraph::averages(const std::string& name, TensorId x, int32_t count) {
  AveragePool2D op;
  op.filter_height = op.stride_height = count;
  return node(name, op, {x});
}

TensorId WeightedGraph::softmax(const std::string& name, TensorId x) { return node(name, Softmax{}, {x}); }

TensorId WeightedGraph::last_step(const std::string& name, TensorId x) {
  return node(name, tinyml::last_step(), {x});
}

TensorId WeightedGraph::append(const Graph& part, TensorId x) {
  std::vector<TensorId> place(part.tensors.size(), kNoTensor);
  place[static_cast<size_t>(part.inputs.at(0))] = reshape(x, part[part.inputs[0]].shape);
  for (size_t id = 0; id < part.tensors.size(); ++id) {
    if (place[id] == kNoTensor) place[id] = graph.add(part.tensors[id]);
  }
  const auto moved = [&](std::vector<TensorId> ids) {
    for (TensorId& id : ids) id = id == kNoTensor ? id : place[static_cast<size_t>(id)];
    return ids;
  };
  for (const Node& each : part.nodes)
    graph.nodes.push_back({each.op, moved(each.inputs), moved(each.outputs)});
  return moved(part.outputs).at(0);
}

FeatureRows WeightedGraph::values_of(TensorId x, const FeatureRows& rows, ThreadPool& pool) const {
  Graph upto = graph;
  upto.outputs = {x};
  Series series;
  series.count = rows.size();
  series.fill = [&](size_t i, Random*, std::span<float> input) {
    TINYML_CHECK(rows[i].size() == input.size());
    std::copy(rows[i].begin(), rows[i].end(), input.begin());
  };
  if (upto.nodes.empty()) return rows;
  return predict_values(upto, series, pool);
}

}  // namespace tinyml::train
