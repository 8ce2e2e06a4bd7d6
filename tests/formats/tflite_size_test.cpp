// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>

#include "tests/formats/models.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats {
namespace {

/// int8_net with a second convolution, which differs from the first in its weights alone.
Graph twice() {
  Graph graph = int8_net();
  const Node first = graph.nodes[0];
  Tensor filters = graph[first.inputs[1]];
  std::vector<uint8_t> bytes = *filters.data;
  std::reverse(bytes.begin(), bytes.end());
  filters.name = "other filters";
  filters.data = std::make_shared<const Bytes>(bytes);
  Tensor bias = graph[first.inputs[2]];
  bias.name = "other bias";
  bias.data = std::make_shared<const Bytes>(*bias.data);
  const TensorId other = graph.add(filters), other_bias = graph.add(bias);
  Tensor output = graph[first.outputs[0]];
  output.name = "other";
  const TensorId convolved = graph.add(output);
  graph.nodes.insert(graph.nodes.begin(), {Conv2D{}, {first.inputs[0], other, other_bias}, {convolved}});
  graph.outputs.push_back(convolved);
  return graph;
}

TEST(TfliteSize, EqualPartsLieOnceInTheFile) {
  const Bytes bytes = write_tflite(twice());
  const schema::Model& model = *schema::GetModel(bytes.data());
  const schema::SubGraph& subgraph = *model.subgraphs()->Get(0);
  std::map<std::string, const schema::Tensor*> tensors;
  for (const schema::Tensor* tensor : *subgraph.tensors()) tensors[tensor->name()->str()] = tensor;
  const schema::Tensor &filters = *tensors.at("filters"), &other = *tensors.at("other filters");
  EXPECT_EQ(filters.shape(), other.shape());
  EXPECT_EQ(filters.quantization(), other.quantization());
  EXPECT_NE(filters.buffer(), other.buffer());
  EXPECT_EQ(tensors.at("bias")->buffer(), tensors.at("other bias")->buffer());
  EXPECT_NE(tensors.at("flat")->quantization(), tensors.at("logits")->quantization());
  EXPECT_EQ(subgraph.operators()->Get(0)->builtin_options(), subgraph.operators()->Get(1)->builtin_options());
  EXPECT_NE(subgraph.operators()->Get(0)->inputs(), subgraph.operators()->Get(1)->inputs());
  const schema::TensorMap& signature = *model.signature_defs()->Get(0)->inputs()->Get(0);
  EXPECT_EQ(signature.name(), tensors.at("input")->name());
}

}  // namespace
}  // namespace tinyml::formats
