// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const FullyConnected&, Graph& graph, const Node& node) {
  const Shape& input = graph[node.inputs.at(0)].shape;
  const Shape& weights = graph[node.inputs.at(1)].shape;
  if (weights.size() != 2 || weights[1] < 1 || elements(input) % weights[1] != 0) {
    throw Error(ErrorKind::bad_file, "fully_connected weights " + to_string(weights) +
                                         " do not fit the input " + to_string(input));
  }
  set_output(graph, node, {static_cast<int32_t>(elements(input) / weights[1]), weights[0]});
}

int64_t macs(const FullyConnected&, const Graph& graph, const Node& node) {
  return elements(graph[node.outputs[0]].shape) * graph[node.inputs[1]].shape[1];
}

void write_tflite(const FullyConnected& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::FULLY_CONNECTED;
  set_versions(writer, 1, 4);
  if (writer.node.inputs.size() == 2) {
    writer.version = 6;
    writer.min_runtime = "2.1.0";
  }
  schema::FullyConnectedOptionsT options;
  options.fused_activation_function = to_tflite(op.activation);
  writer.options.Set(std::move(options));
}

bool read_tflite(FullyConnected& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::FULLY_CONNECTED) return false;
  expect_inputs(reader, 2, 3);
  const auto& options = options_of<schema::FullyConnectedOptions>(reader);
  op.activation = from_tflite(options.fused_activation_function());
  if (options.weights_format() != schema::FullyConnectedOptionsWeightsFormat::DEFAULT) {
    refuse("shuffled weights");
  }
  if (options.keep_num_dims() && reader.input(0).shape.size() != 2) {
    refuse("keep_num_dims with the input " + to_string(reader.input(0).shape));
  }
  return true;
}

}  // namespace tinyml::ops
