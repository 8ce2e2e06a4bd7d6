// SPDX-License-Identifier: Apache-2.0
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const Softmax&, Graph& graph, const Node& node) {
  set_output(graph, node, Shape(graph[node.inputs.at(0)].shape));
}

int64_t macs(const Softmax&, const Graph&, const Node&) { return 0; }

void write_tflite(const Softmax& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::SOFTMAX;
  set_versions(writer, 1, 2);
  schema::SoftmaxOptionsT options;
  options.beta = op.beta;
  writer.options.Set(std::move(options));
}

bool read_tflite(Softmax& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::SOFTMAX) return false;
  expect_inputs(reader, 1, 1);
  op.beta = options_of<schema::SoftmaxOptions>(reader).beta();
  if (!(op.beta > 0 && op.beta < 1e6f)) {
    throw Error(ErrorKind::bad_file, "beta is " + std::to_string(op.beta));
  }
  return true;
}

}  // namespace tinyml::ops
