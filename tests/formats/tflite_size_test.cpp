// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/formats/models.h"
#include "tests/oracle/oracle.h"
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

TEST(TfliteSize, BiasesHaveNoQuantizationWhereItFollows) {
  Graph graph = twice();
  graph[graph.nodes[0].inputs[2]].quantization.scales[1] *= 1.01f;  // that of "other bias" does not
  const Bytes bytes = write_tflite(graph);
  const schema::SubGraph& subgraph = *schema::GetModel(bytes.data())->subgraphs()->Get(0);
  std::set<std::string> with;
  for (const schema::Tensor* tensor : *subgraph.tensors()) {
    if (tensor->quantization()) with.insert(tensor->name()->str());
  }
  EXPECT_EQ(with.count("bias"), 0u);
  EXPECT_EQ(with.count("other bias"), 1u);
  const Graph read = read_tflite(bytes);
  for (size_t node : {0, 1}) {
    EXPECT_EQ(read[read.nodes[node].inputs[2]].quantization, graph[graph.nodes[node].inputs[2]].quantization);
  }
}

TEST(TfliteSize, BiasThatTwoScalesReadKeepsItsOwn) {
  Graph graph = twice();
  graph.nodes[0].inputs[2] = graph.nodes[1].inputs[2];
  graph[graph.nodes[0].inputs[1]].quantization.scales[0] *= 3;
  const Bytes bytes = write_tflite(graph);
  const Graph read = read_tflite(bytes);
  EXPECT_EQ(read[read.nodes[0].inputs[2]].quantization, graph[graph.nodes[1].inputs[2]].quantization);
  EXPECT_EQ(write_tflite(read), bytes);
}

TEST(TfliteSize, InterpretersNeedNoQuantizationOfBiases) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  TINYML_NEEDS_ORACLE("ai_edge_litert");
  Graph plain = int8_net(), spelt_out = plain;
  plain.nodes.resize(1);
  plain.outputs = plain.nodes[0].outputs;
  // A scale that is not the product is written, and as little used.
  spelt_out.nodes = plain.nodes;
  spelt_out.outputs = plain.outputs;
  spelt_out[spelt_out.nodes[0].inputs[2]].quantization.scales[0] *= 1 + 1e-6f;
  ASSERT_LT(write_tflite(plain).size(), write_tflite(spelt_out).size());
  std::vector<oracle::Call> inputs(8, oracle::Call(128));
  Random random(5);
  for (oracle::Call& call : inputs) {
    for (uint8_t& value : call) value = static_cast<uint8_t>(random.next());
  }
  const auto micro = oracle::run_tflite_micro(write_tflite(plain), inputs);
  EXPECT_EQ(micro, oracle::run_tflite_micro(write_tflite(spelt_out), inputs));
  const auto lite = oracle::run_litert(write_tflite(plain), inputs);
  ASSERT_EQ(lite.size(), micro.size());
  for (size_t i = 0; i < lite.size(); ++i) {
    for (size_t k = 0; k < lite[i].size(); ++k) {
      EXPECT_NEAR(static_cast<int8_t>(lite[i][k]), static_cast<int8_t>(micro[i][k]), 1);
    }
  }
}

}  // namespace
}  // namespace tinyml::formats
