// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/tflite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/formats/models.h"
#include "tests/oracle/oracle.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats {
namespace {

using oracle::Call;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

void expect_equal(const Graph& a, const Graph& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.metadata, b.metadata);
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.outputs, b.outputs);
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (size_t i = 0; i < a.tensors.size(); ++i) {
    SCOPED_TRACE(a.tensors[i].name);
    EXPECT_EQ(a.tensors[i].name, b.tensors[i].name);
    EXPECT_EQ(a.tensors[i].dtype, b.tensors[i].dtype);
    EXPECT_EQ(a.tensors[i].shape, b.tensors[i].shape);
    EXPECT_EQ(a.tensors[i].quantization, b.tensors[i].quantization);
    ASSERT_EQ(a.tensors[i].is_constant(), b.tensors[i].is_constant());
    if (a.tensors[i].is_constant()) {
      EXPECT_EQ(*a.tensors[i].data, *b.tensors[i].data);
    }
  }
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (size_t i = 0; i < a.nodes.size(); ++i) {
    EXPECT_EQ(name_of(a.nodes[i].op), name_of(b.nodes[i].op));
    EXPECT_EQ(a.nodes[i].inputs, b.nodes[i].inputs);
    EXPECT_EQ(a.nodes[i].outputs, b.nodes[i].outputs);
  }
  EXPECT_EQ(write_tflite(a), write_tflite(b));  // the operators' attributes
}

std::vector<Call> random_inputs(const Graph& graph, size_t count) {
  Random random(11);
  std::vector<Call> calls(count);
  for (Call& call : calls) {
    for (const TensorId id : graph.inputs) {
      for (int64_t i = 0; i < elements(graph[id].shape); ++i) {
        const float value = static_cast<float>(random.normal());
        uint8_t bytes[4] = {static_cast<uint8_t>(random.next())};
        const bool is_float = graph[id].dtype == DType::float32;
        if (is_float) std::memcpy(bytes, &value, 4);
        call.insert(call.end(), bytes, bytes + (is_float ? 4 : 1));
      }
    }
  }
  return calls;
}

std::vector<float> floats(const Call& call) {
  std::vector<float> values(call.size() / 4);
  std::memcpy(values.data(), call.data(), call.size());
  return values;
}

TEST(Tflite, WritesWhatItReads) {
  for (const Graph& graph : {float_net(), int8_net()}) {
    SCOPED_TRACE(graph.name);
    const Bytes bytes = write_tflite(graph);
    expect_equal(read_tflite(bytes), graph);
    EXPECT_EQ(write_tflite(graph), bytes);
  }
}

TEST(Tflite, GivesConvolutionsTheBiasThatLiteRtAsksFor) {
  for (Graph graph : {float_net(), int8_net()}) {
    SCOPED_TRACE(graph.name);
    for (Node& node : graph.nodes) {
      const bool asks =
          std::holds_alternative<Conv2D>(node.op) || std::holds_alternative<DepthwiseConv2D>(node.op);
      if (asks) node.inputs.resize(2);
    }
    const Bytes bytes = write_tflite(graph);
    const Graph read = read_tflite(bytes);
    EXPECT_EQ(write_tflite(read), bytes);
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      if (graph.nodes[i].inputs.size() != 2 || read.nodes[i].inputs.size() != 3) continue;
      const Tensor& bias = read[read.nodes[i].inputs[2]];
      EXPECT_EQ(bias.shape, Shape{read[read.nodes[i].outputs[0]].shape.back()});
      EXPECT_EQ(std::count(bias.data->begin(), bias.data->end(), 0), bias.size_bytes());
    }
    TINYML_NEEDS_ORACLE("ai_edge_litert");
    const std::vector<Call> calls{Call(static_cast<size_t>(graph[graph.inputs[0]].size_bytes()))};
    EXPECT_EQ(oracle::run_litert(bytes, calls).size(), 1u);
  }
}

TEST(Tflite, ReadsFromAnyAddress) {
  Bytes bytes = write_tflite(int8_net());
  bytes.insert(bytes.begin(), 0);
  expect_equal(read_tflite(std::span(bytes).subspan(1)), int8_net());
}

TEST(Tflite, LeavesUnusedTensorsOut) {
  Graph graph = int8_net();
  graph.add({"unused", DType::float32, {3}, {}, nullptr});
  EXPECT_EQ(write_tflite(graph), write_tflite(int8_net()));
}

TEST(Tflite, SharesABufferBetweenTensorsOfOneConstant) {
  Graph graph = int8_net();
  Tensor twin = graph[2];
  twin.name = "twin";
  graph.nodes[0].inputs[2] = graph.add(twin);
  graph.nodes.insert(graph.nodes.begin(),
                     Node{Conv2D{}, {0, 1, 2}, {graph.add(graph[graph.nodes[0].outputs[0]])}});
  const Graph read = read_tflite(write_tflite(graph));
  EXPECT_EQ(read[read.nodes[0].inputs[2]].data, read[read.nodes[1].inputs[2]].data);
}

TEST(Tflite, FileHasWhatInterpretersLookFor) {
  Graph graph = int8_net();
  graph.metadata["labels"] = R"(["yes"])";
  const Bytes bytes = write_tflite(graph);
  EXPECT_EQ(std::string(bytes.begin() + 4, bytes.begin() + 8), "TFL3");
  const schema::Model& model = *schema::GetModel(bytes.data());
  EXPECT_EQ(model.version(), 3u);
  EXPECT_EQ(model.description()->str(), "tinyml");
  EXPECT_EQ(model.buffers()->Get(0)->data(), nullptr);
  for (const schema::Buffer* buffer : *model.buffers()) {
    if (buffer->data()) {
      EXPECT_EQ((buffer->data()->data() - bytes.data()) % 16, 0);
    }
  }
  std::map<std::string, std::string> metadata;
  for (const schema::Metadata* entry : *model.metadata()) {
    const auto* data = model.buffers()->Get(entry->buffer())->data();
    metadata[entry->name()->str()] = std::string(data->begin(), data->end());
  }
  EXPECT_EQ(metadata.at("tinyml.labels"), R"(["yes"])");
  EXPECT_EQ(metadata.at("min_runtime_version"), std::string("2.1.0") + std::string(11, '\0'));
  std::vector<std::tuple<std::string, int, int>> codes;
  for (const schema::OperatorCode* code : *model.operator_codes()) {
    codes.emplace_back(schema::EnumNameBuiltinOperator(code->builtin_code()), code->deprecated_builtin_code(),
                       code->version());
  }
  using Code = std::tuple<std::string, int, int>;
  EXPECT_THAT(codes,
              ElementsAre(Code{"CONV_2D", 3, 3}, Code{"RELU6", 21, 2}, Code{"MAX_POOL_2D", 17, 2},
                          Code{"RESHAPE", 22, 1}, Code{"FULLY_CONNECTED", 9, 6}, Code{"SOFTMAX", 25, 2}));
  const schema::SignatureDef& signature = *model.signature_defs()->Get(0);
  EXPECT_EQ(signature.signature_key()->str(), "serving_default");
  EXPECT_EQ(signature.inputs()->Get(0)->name()->str(), "input");
  EXPECT_EQ(signature.outputs()->Get(0)->name()->str(), "probabilities");
}

TEST(Tflite, RunsInTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  for (const Graph& graph : {float_net(), int8_net()}) {
    const std::vector<Call> inputs = random_inputs(graph, 5);
    EXPECT_THAT(oracle::run_tflite_micro(write_tflite(graph), inputs), SizeIs(5));
  }
}

TEST(Tflite, RunsAlikeInLiteRt) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  TINYML_NEEDS_ORACLE("ai_edge_litert");
  Graph logits = int8_net();  // softmax would magnify the one count by which their roundings may differ
  logits.nodes.pop_back();
  logits.outputs = logits.nodes.back().outputs;
  for (const Graph& graph : {float_net(), logits}) {
    SCOPED_TRACE(graph.name);
    const Bytes model = write_tflite(graph);
    const std::vector<Call> inputs = random_inputs(graph, 20);
    const std::vector<Call> micro = oracle::run_tflite_micro(model, inputs);
    const std::vector<Call> lite = oracle::run_litert(model, inputs);
    ASSERT_EQ(micro.size(), lite.size());
    EXPECT_NE(micro.front(), micro.back());
    for (size_t i = 0; i < micro.size(); ++i) {
      if (graph[graph.outputs[0]].dtype == DType::float32) {
        EXPECT_THAT(floats(micro[i]), testing::Pointwise(testing::FloatNear(1e-5f), floats(lite[i])));
      } else {
        for (size_t j = 0; j < micro[i].size(); ++j) {
          EXPECT_NEAR(static_cast<int8_t>(micro[i][j]), static_cast<int8_t>(lite[i][j]), 1);
        }
      }
    }
  }
}

class Published : public testing::TestWithParam<const char*> {
 protected:
  std::filesystem::path file(const std::string& ending) const {
    return shared_models() / (std::string(GetParam()) + ending);
  }
};

TEST_P(Published, IsReadAndWrittenUnchanged) {
  if (!std::filesystem::exists(file(".tflite"))) GTEST_SKIP() << "skipped: no " << file(".tflite");
  const Graph graph = read_tflite(read_bytes(file(".tflite")));
  expect_equal(read_tflite(write_tflite(graph)), graph);
}

TEST_P(Published, ComputesTheSameWhenWritten) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  if (!std::filesystem::exists(file(".tflite"))) GTEST_SKIP() << "skipped: no " << file(".tflite");
  const TemporaryFolder folder;
  const std::string in = folder.path() / "in", expected = folder.path() / "expected";
  oracle::run_script("golden_vectors.py", {file(".golden.npz").string(), in, expected});
  const Bytes model = write_tflite(read_tflite(read_bytes(file(".tflite"))));
  const std::vector<Call> outputs = oracle::run_tflite_micro(model, std::vector<Call>{read_bytes(in)});
  EXPECT_EQ(outputs.at(0), read_bytes(expected));
}

INSTANTIATE_TEST_SUITE_P(Models, Published,
                         testing::Values("kws_ref_int8", "resnet8_cifar10_int8", "vww_96_int8",
                                         "ad01_toycar_int8", "person_detect_int8", "str_ww_int8",
                                         "micro_speech_int8", "hello_world_int8", "hello_world_float"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace tinyml::formats
