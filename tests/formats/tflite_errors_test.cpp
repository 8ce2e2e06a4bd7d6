// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/formats/models.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats {
namespace {

/// The error of reading `bytes`; "" where there is none.
std::string error_of(std::span<const uint8_t> bytes) {
  try {
    read_tflite(bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

Bytes pack(const schema::ModelT& model) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Model::Pack(builder, &model), schema::ModelIdentifier());
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

struct Mutation {
  const char* name;
  std::function<void(schema::ModelT&, schema::SubGraphT&)> apply;
  const char* error;
};

schema::TensorT& tensor(schema::SubGraphT& graph, const std::string& name) {
  for (auto& candidate : graph.tensors) {
    if (candidate->name == name) return *candidate;
  }
  throw std::runtime_error(name);
}

template <class Options>
Options& options(schema::SubGraphT& graph, size_t op) {
  return *static_cast<Options*>(graph.operators[op]->builtin_options.value);
}

const Mutation kMutations[] = {
    {"Version", [](auto& model, auto&) { model.version = 2; }, "not supported: schema version 2 (3 is)"},
    {"NoSubgraph", [](auto& model, auto&) { model.subgraphs.clear(); }, "the model has no subgraph"},
    {"NoInputs", [](auto&, auto& graph) { graph.inputs.clear(); }, "the model has no inputs or no outputs"},
    {"InputOutOfRange", [](auto&, auto& graph) { graph.inputs[0] = 99; }, "there is no tensor 99"},
    {"OutputMissing", [](auto&, auto& graph) { graph.outputs[0] = -1; }, "a model output is missing"},
    {"OutputConstant", [](auto&, auto& graph) { graph.outputs[0] = 1; },
     "the model output filters is a constant"},
    {"NoOperators", [](auto&, auto& graph) { graph.operators.clear(); }, "the model has no operators"},
    {"UnknownOperator",
     [](auto& model, auto&) { model.operator_codes[0]->builtin_code = schema::BuiltinOperator::SKIP_GRAM; },
     "op 0 SKIP_GRAM: this operator (\"convolved\") is not supported: build the layer from those that "
     "docs/import.md lists, or leave it to the program around the model"},
    {"UnnamedOperator",
     [](auto& model, auto&) {
       model.operator_codes[0]->builtin_code = static_cast<schema::BuiltinOperator>(5000);
     },
     "op 0 builtin 5000: this operator (\"convolved\") is not supported: build the layer from those that "
     "docs/import.md lists, or leave it to the program around the model"},
    {"CustomOperator",
     [](auto& model, auto&) {
       model.operator_codes[0]->builtin_code = schema::BuiltinOperator::CUSTOM;
       model.operator_codes[0]->custom_code = "My\nOp";
     },
     "op 0 CUSTOM My?Op: this operator (\"convolved\") is not supported: build the layer from those that "
     "docs/import.md lists, or leave it to the program around the model"},
    {"OperatorCodeOutOfRange", [](auto&, auto& graph) { graph.operators[2]->opcode_index = 9; },
     "op 2: there is no operator code 9"},
    {"OptionsMissing", [](auto&, auto& graph) { graph.operators[0]->builtin_options.Reset(); },
     "op 0 CONV_2D: its options are missing"},
    {"StrideZero", [](auto&, auto& graph) { options<schema::Conv2DOptionsT>(graph, 0).stride_w = 0; },
     "op 0 CONV_2D: the stride is 0, not 1 to 1024"},
    {"PaddingUnknown",
     [](auto&, auto& graph) {
       options<schema::Conv2DOptionsT>(graph, 0).padding = static_cast<schema::Padding>(7);
     },
     "op 0 CONV_2D: there is no padding 7"},
    {"ActivationTanh",
     [](auto&, auto& graph) {
       options<schema::Conv2DOptionsT>(graph, 0).fused_activation_function =
           schema::ActivationFunctionType::TANH;
     },
     "op 0 CONV_2D: not supported: the fused activation TANH"},
    {"InputsMissing",
     [](auto&, auto& graph) {
       graph.operators[0]->inputs = {0, -1, 2};
     },
     "op 0 CONV_2D: it has 3 inputs instead of 2 to 3"},
    {"NoInputsOfNode", [](auto&, auto& graph) { graph.operators[1]->inputs.clear(); },
     "op 1 RELU6: it has 0 inputs instead of 1"},
    {"NoOutputsOfNode", [](auto&, auto& graph) { graph.operators[1]->outputs.clear(); },
     "op 1 RELU6: it has 0 outputs instead of one"},
    {"NoOutputsOfReshape", [](auto&, auto& graph) { graph.operators[3]->outputs.clear(); },
     "op 3 RESHAPE: it has 0 outputs instead of one"},
    {"WeightsComputed", [](auto&, auto& graph) { tensor(graph, "filters").buffer = 0; },
     "op 0 CONV_2D: not supported: weights that are computed"},
    {"BufferOutOfRange", [](auto&, auto& graph) { tensor(graph, "filters").buffer = 77; },
     "op 0 CONV_2D: tensor 1 filters: there is no buffer 77"},
    {"BufferTooSmall", [](auto&, auto& graph) { tensor(graph, "filters").shape[0] = 30; },
     "op 0 CONV_2D: tensor 1 filters: 30x3x3x2 int8 in 54 bytes"},
    {"Booleans", [](auto&, auto& graph) { tensor(graph, "filters").type = schema::TensorType::BOOL; },
     "op 0 CONV_2D: tensor 1 filters: booleans beyond 0 and 1"},
    {"ShapeHuge",
     [](auto&, auto& graph) {
       tensor(graph, "convolved").shape = {1, 1 << 30, 1 << 30, 4};
     },
     "op 0 CONV_2D: tensor 3 convolved: not supported: an extent of 1073741824"},
    {"ShapeNegative", [](auto&, auto& graph) { tensor(graph, "convolved").shape[2] = -1; },
     "op 0 CONV_2D: tensor 3 convolved: an extent of -1"},
    {"ShapeWrong", [](auto&, auto& graph) { tensor(graph, "convolved").shape[2] = 7; },
     "op 0 CONV_2D: its output is 1x8x7x3 in the file and 1x8x8x3 by its inputs and options"},
    {"Batch", [](auto&, auto& graph) { tensor(graph, "input").shape[0] = 4; },
     "not supported: the batch of 4 of the model input input (1 is)"},
    {"Bool", [](auto&, auto& graph) { tensor(graph, "pooled").type = schema::TensorType::BOOL; },
     "op 2 MAX_POOL_2D: not supported: pooled of bool (int8, int16 and float32 are)"},
    {"Uint8", [](auto&, auto& graph) { tensor(graph, "input").type = schema::TensorType::UINT8; },
     "op 0 CONV_2D: not supported: input of uint8 (int8, int16 and float32 are)"},
    {"Variable", [](auto&, auto& graph) { tensor(graph, "pooled").is_variable = true; },
     "op 2 MAX_POOL_2D: not supported: pooled, a variable (state that the model keeps)"},
    {"ScaleNan", [](auto&, auto& graph) { tensor(graph, "pooled").quantization->scale[0] = std::nanf(""); },
     "tensor pooled has the scale nan"},
    {"ZeroPointOutOfRange",
     [](auto&, auto& graph) { tensor(graph, "pooled").quantization->zero_point[0] = 128; },
     "op 2 MAX_POOL_2D: tensor 5 pooled: the zero point 128 for int8"},
    {"ScalesMissing", [](auto&, auto& graph) { tensor(graph, "pooled").quantization.reset(); },
     "op 2 MAX_POOL_2D: pooled has no scale"},
    {"ScalesTooFew",
     [](auto&, auto& graph) {
       tensor(graph, "filters").quantization->scale.pop_back();
       tensor(graph, "filters").quantization->zero_point.pop_back();
     },
     "tensor filters of 3x3x3x2 has 2 scales on axis 0"},
    {"ReshapeDisagrees",
     [](auto& model, auto& graph) { model.buffers[tensor(graph, "flat/shape").buffer]->data[0] = 2; },
     "op 3 RESHAPE: its shape input is not the output's 1x48"},
    {"ReadBeforeWritten",
     [](auto&, auto& graph) { std::swap(graph.operators[1]->inputs, graph.operators[1]->outputs); },
     "op 1 relu: reads rectified before it is computed"},
    {"MetadataBufferOutOfRange", [](auto& model, auto&) { model.metadata[0]->buffer = 1000; },
     "metadata tinyml.labels: there is no buffer 1000"},
};

class Mutated : public testing::TestWithParam<Mutation> {};

TEST_P(Mutated, IsOneClearLine) {
  Graph graph = int8_net();
  graph.metadata["labels"] = "[]";
  schema::ModelT model;
  const Bytes good = write_tflite(graph);
  schema::GetModel(good.data())->UnPackTo(&model);
  ASSERT_EQ(error_of(pack(model)), "");
  GetParam().apply(model, *model.subgraphs.front());
  EXPECT_EQ(error_of(pack(model)), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Models, Mutated, testing::ValuesIn(kMutations),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(TfliteErrors, NamesFilesThatAreNoModels) {
  EXPECT_EQ(error_of({}), "the file is empty");
  EXPECT_EQ(error_of(Bytes(3)), "this is not a .tflite file (it has no TFL3 identifier)");
  EXPECT_EQ(error_of(Bytes(300, 'x')), "this is not a .tflite file (it has no TFL3 identifier)");
}

TEST(TfliteErrors, EveryTruncationIsRejected) {
  const Bytes bytes = write_tflite(int8_net());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Bytes part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_NE(error_of(part), "") << size << " bytes";
  }
}

TEST(TfliteErrors, ChangedBytesNeverCrash) {
  const Bytes bytes = write_tflite(int8_net());
  Random random(5);
  for (int i = 0; i < 20000; ++i) {
    Bytes changed = bytes;
    for (uint64_t flips = random.below(4) + 1; flips > 0; --flips) {
      changed[random.below(changed.size())] = static_cast<uint8_t>(random.next());
    }
    EXPECT_EQ(error_of(changed).find('\n'), std::string::npos);
  }
}

TEST(TfliteErrors, OtherMetadataIsLeftOut) {
  schema::ModelT model;
  const Bytes good = write_tflite(int8_net());
  schema::GetModel(good.data())->UnPackTo(&model);
  model.metadata[0]->name = "CONVERSION_METADATA";
  EXPECT_TRUE(read_tflite(pack(model)).metadata.empty());
}

TEST(TfliteErrors, SignalProcessingIsNotWritten) {
  Graph graph;
  graph.inputs = {graph.add({"samples", DType::int16, {1, 16000}, {}, nullptr})};
  graph.outputs = {graph.add({"bands", DType::int8, {1, 49, 40, 1}, {}, nullptr})};
  graph.nodes = {{Mfe{}, graph.inputs, graph.outputs}};
  try {
    write_tflite(graph);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "op 0 mfe: the .tflite format has no mfe");
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  }
}

}  // namespace
}  // namespace tinyml::formats
