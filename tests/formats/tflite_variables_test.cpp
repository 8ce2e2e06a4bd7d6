// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>

#include "tinyml/formats/tflite.h"
#include "tinyml/graph/builder.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats {
namespace {

/// A windowed float LSTM: FILL, FILL, UNIDIRECTIONAL_SEQUENCE_LSTM.
Graph lstm_net(int layers = 1) {
  GraphBuilder net("lstm_net", 5);
  TensorId x = net.input("x", {1, 3, 2});
  for (int i = 0; i < layers; ++i) x = net.lstm(x, 2);
  return net.finish(x);
}

schema::ModelT unpacked(const Graph& graph) {
  schema::ModelT model;
  const Bytes file = write_tflite(graph);
  schema::GetModel(file.data())->UnPackTo(&model);
  return model;
}

std::string error_of(const schema::ModelT& model) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Model::Pack(builder, &model), schema::ModelIdentifier());
  try {
    read_tflite({builder.GetBufferPointer(), builder.GetSize()});
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

struct Mutation {
  const char* name;
  std::function<void(schema::ModelT&, schema::SubGraphT&)> apply;
  const char* error;
};

void PrintTo(const Mutation& mutation, std::ostream* out) { *out << mutation.name; }

const Mutation kMutations[] = {
    {"None", [](auto&, auto&) {}, ""},
    {"BothKept",
     [](auto&, auto& graph) { graph.operators.erase(graph.operators.begin(), graph.operators.begin() + 2); },
     ""},
    {"OneKept", [](auto&, auto& graph) { graph.operators.erase(graph.operators.begin()); },
     "op 1 UNIDIRECTIONAL_SEQUENCE_LSTM: not supported: a layer that begins anew with one of its two states"},
    {"OtherValue",
     [](auto& model, auto& graph) {
       model.buffers[graph.tensors[static_cast<size_t>(graph.operators[0]->inputs[1])]->buffer]->data = {
           0, 0, 128, 63};
     },
     "op 0 FILL: this operator (\"lstm1/state\") is not supported: build the layer from those that "
     "docs/import.md lists, or leave it to the program around the model"},
    {"OtherShape",
     [](auto& model, auto& graph) {
       model.buffers[graph.tensors[static_cast<size_t>(graph.operators[0]->inputs[0])]->buffer]->data[0] = 2;
     },
     "op 0 FILL: this operator (\"lstm1/state\") is not supported: build the layer from those that "
     "docs/import.md lists, or leave it to the program around the model"},
    {"NoConstant", [](auto&, auto& graph) { graph.operators[0]->inputs[1] = graph.inputs[0]; },
     "op 0 FILL: this operator (\"lstm1/state\") is not supported: build the layer from those that "
     "docs/import.md lists, or leave it to the program around the model"},
    {"InputMissing", [](auto&, auto& graph) { graph.operators[0]->inputs[1] = -1; },
     "op 0 FILL: this operator (\"lstm1/state\") is not supported: build the layer from those that "
     "docs/import.md lists, or leave it to the program around the model"},
    {"QuantizeOfAnythingElse",
     [](auto& model, auto& graph) {
       model.operator_codes[graph.operators[0]->opcode_index]->builtin_code =
           schema::BuiltinOperator::QUANTIZE;
       model.operator_codes[graph.operators[0]->opcode_index]->deprecated_builtin_code = 0;
       graph.operators[0]->inputs = {graph.inputs[0]};
     },
     "op 0 QUANTIZE: lstm1/state has no scale"},
    {"ForNothing", [](auto&, auto& graph) { std::swap(graph.operators[1], graph.operators[2]); },
     "op 1 UNIDIRECTIONAL_SEQUENCE_LSTM: not supported: a layer that begins anew with one of its two states"},
    {"TooLate",
     [](auto&, auto& graph) {
       std::rotate(graph.operators.begin(), graph.operators.begin() + 2, graph.operators.end());
     },
     "not supported: the variable lstm1/state, set to zero for no operator after it"},
};

class Variables : public testing::TestWithParam<Mutation> {};

TEST_P(Variables, AreReadOrRefused) {
  schema::ModelT model = unpacked(lstm_net());
  ASSERT_EQ(model.subgraphs[0]->operators.size(), 3u);
  GetParam().apply(model, *model.subgraphs[0]);
  EXPECT_EQ(error_of(model), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Models, Variables, testing::ValuesIn(kMutations),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Variables, AreOfOneOperatorEach) {
  schema::ModelT model = unpacked(lstm_net(2));
  auto& operators = model.subgraphs[0]->operators;
  ASSERT_EQ(operators.size(), 6u);
  for (const size_t i : {18u, 19u}) operators[5]->inputs[i] = operators[2]->inputs[i];
  operators.erase(operators.begin() + 3, operators.begin() + 5);
  EXPECT_EQ(
      error_of(model),
      "op 3 UNIDIRECTIONAL_SEQUENCE_LSTM: not supported: the state lstm1/state, which two operators share");
}

}  // namespace
}  // namespace tinyml::formats
