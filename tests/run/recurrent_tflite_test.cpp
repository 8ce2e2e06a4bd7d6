// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <set>

#include "tests/cases/cases.h"
#include "tests/oracle/oracle.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/graph/builder.h"
#include "tinyml/run/engine.h"
#include "tinyml/run/float_engine.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml {
namespace {

using tests::OperatorCase;

/// Float layers `of` one kind, and what a classifier has around them.
Graph float_net(TensorId (GraphBuilder::*layer)(TensorId, int32_t), bool last) {
  GraphBuilder net("float_net", 5);
  TensorId x = net.reshape(net.input("x", {1, 9, 4, 1}), {1, 9, 4});
  x = (net.*layer)((net.*layer)(x, 7), 5);
  if (!last) return net.finish(x);
  return net.finish(net.dense(net.last_step(x), 3));
}

Graph stateful(Graph graph) {
  for (Node& node : graph.nodes) {
    if (auto* lstm = std::get_if<Lstm>(&node.op)) lstm->stateful = true;
  }
  return graph;
}

// The cases would show little if their outputs were all alike.
TEST(RecurrentTflite, CasesHaveOutputsOfAllKinds) {
  for (const auto& cases : {tests::lstm_cases(), tests::gru_cases()}) {
    std::set<uint8_t> values;
    for (const OperatorCase& one : cases) {
      const Bytes output = run::Engine(one.graph).run({one.inputs[0]})[0];
      values.insert(output.begin(), output.end());
    }
    EXPECT_GT(values.size(), 150u);
  }
}

TEST(RecurrentTflite, NetsReadBackAsTheyWereWritten) {
  std::vector<Graph> graphs;
  for (const auto layer : {&GraphBuilder::lstm, &GraphBuilder::gru}) {
    for (const bool last : {true, false}) graphs.push_back(float_net(layer, last));
  }
  for (const OperatorCase& one : tests::lstm_cases()) {
    graphs.push_back(one.graph);
    graphs.push_back(stateful(one.graph));
  }
  for (const OperatorCase& one : tests::gru_cases()) graphs.push_back(one.graph);
  graphs.push_back(tests::merged(tests::gru_cases()).graph);
  for (const Graph& graph : graphs) {
    SCOPED_TRACE(graph.name);
    const Bytes file = formats::write_tflite(graph);
    const Graph read = formats::read_tflite(file);
    EXPECT_EQ(formats::write_tflite(read), file);
    ASSERT_EQ(read.tensors.size(), graph.tensors.size());
    ASSERT_EQ(read.nodes.size(), graph.nodes.size());
    for (size_t i = 0; i < read.nodes.size(); ++i) {
      EXPECT_EQ(name_of(read.nodes[i].op), name_of(graph.nodes[i].op));
      EXPECT_EQ(read.nodes[i].inputs.size(), graph.nodes[i].inputs.size());
      if (const auto* lstm = std::get_if<Lstm>(&read.nodes[i].op)) {
        EXPECT_EQ(lstm->stateful, std::get<Lstm>(graph.nodes[i].op).stateful);
      }
    }
  }
}

TEST(RecurrentTflite, AGruAnswersTheSameFromItsFile) {
  for (const OperatorCase& one : tests::gru_cases()) {
    SCOPED_TRACE(one.name);
    const Graph read = formats::read_tflite(formats::write_tflite(one.graph));
    run::Engine in_memory(one.graph), from_file(read);
    const Bytes input = one.inputs[0];
    EXPECT_EQ(from_file.run({input}), in_memory.run({input}));
  }
}

// Every number that the operators of an int8 layer have beside those of the graph.
TEST(RecurrentTflite, AGruOfOtherNumbersIsRefused) {
  const Bytes good = formats::write_tflite(tests::gru_cases()[0].graph);
  const auto error_of = [&](const std::function<void(schema::ModelT&, schema::TensorT&)>& apply, size_t i) {
    schema::ModelT model;
    schema::GetModel(good.data())->UnPackTo(&model);
    apply(model, *model.subgraphs[0]->tensors[i]);
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(schema::Model::Pack(builder, &model), schema::ModelIdentifier());
    try {
      formats::read_tflite({builder.GetBufferPointer(), builder.GetSize()});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const size_t count = schema::GetModel(good.data())->subgraphs()->Get(0)->tensors()->size();
  size_t constants = 0, scales = 0;
  for (size_t i = 12; i < count; ++i) {
    const std::string refused = "op 0 unrolled gru: tensor " + std::to_string(i) + " is not the gru's";
    EXPECT_EQ(error_of([](auto&, auto&) {}, i), "");
    EXPECT_EQ(error_of(
                  [&](auto& model, auto& tensor) {
                    constants += tensor.buffer != 0;
                    if (tensor.buffer == 0) tensor.is_variable = true;
                    if (tensor.buffer == 0) return;
                    auto own = std::make_unique<schema::BufferT>(*model.buffers[tensor.buffer]);
                    ++own->data[0];
                    tensor.buffer = static_cast<uint32_t>(model.buffers.size());
                    model.buffers.push_back(std::move(own));
                  },
                  i),
              refused);
    EXPECT_EQ(error_of(
                  [&](auto&, auto& tensor) {
                    scales += tensor.quantization != nullptr;
                    if (tensor.quantization) tensor.quantization->scale[0] *= 1.0000002f;
                    if (!tensor.quantization) tensor.shape = {1, tensor.shape[0]};
                  },
                  i),
              refused);
  }
  EXPECT_GE(constants, 7u);
  EXPECT_GE(scales, 100u);
}

std::vector<Bytes> three_calls(const OperatorCase& one) {
  Bytes other = one.inputs[0];
  for (uint8_t& byte : other) byte = static_cast<uint8_t>(byte * 37 + 11);
  return {one.inputs[0], other, one.inputs[0]};
}

TEST(RecurrentTflite, StateCarriesOverAsInTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  for (const OperatorCase& one : tests::lstm_cases()) {
    SCOPED_TRACE(one.name);
    const Bytes file = formats::write_tflite(stateful(one.graph));
    const std::vector<Bytes> calls = three_calls(one);
    const std::vector<Bytes> expected = oracle::run_tflite_micro(file, calls);
    const Graph read = formats::read_tflite(file);
    run::Engine engine(read);
    for (int round = 0; round < 2; ++round, engine.reset()) {
      for (size_t i = 0; i < calls.size(); ++i) EXPECT_EQ(engine.run({calls[i]})[0], expected[i]) << i;
    }
  }
}

TEST(RecurrentTflite, WindowsBeginAnewInTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  for (const OperatorCase& one : tests::lstm_cases()) {
    SCOPED_TRACE(one.name);
    const Bytes file = formats::write_tflite(one.graph);
    const std::vector<Bytes> calls = three_calls(one);
    const std::vector<Bytes> expected = oracle::run_tflite_micro(file, calls);
    EXPECT_EQ(expected[2], expected[0]);
    const Graph read = formats::read_tflite(file);
    run::Engine in_memory(one.graph), from_file(read);
    for (size_t i = 0; i < calls.size(); ++i) {
      EXPECT_EQ(in_memory.run({calls[i]})[0], expected[i]) << i;
      EXPECT_EQ(from_file.run({calls[i]})[0], expected[i]) << i;
    }
  }
}

TEST(RecurrentTflite, FloatNetsAgreeWithLiteRt) {
  TINYML_NEEDS_ORACLE("ai_edge_litert");
  for (const auto layer : {&GraphBuilder::lstm, &GraphBuilder::gru}) {
    for (const bool last : {true, false}) {
      const Graph graph = float_net(layer, last);
      ThreadPool pool(1);
      run::FloatEngine engine(graph, 1, pool);
      Random random(3);
      for (float& value : engine.input()) value = static_cast<float>(random.normal());
      Bytes input(engine.input().size_bytes());
      std::memcpy(input.data(), engine.input().data(), input.size());
      engine.forward(false);
      // The second answer shows that the file begins anew.
      const Bytes answer =
          oracle::run_litert(formats::write_tflite(graph), std::vector<Bytes>{input, input})[1];
      ASSERT_EQ(answer.size(), engine.output().size_bytes());
      std::vector<float> expected(engine.output().size());
      std::memcpy(expected.data(), answer.data(), answer.size());
      for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(engine.output()[i], expected[i], 1e-5) << i;
    }
  }
}

TEST(RecurrentTflite, AGruIsWrittenWhereItBeginsAnew) {
  const auto message = [](const Graph& graph) {
    try {
      formats::write_tflite(graph);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("written");
  };
  const Graph good = tests::gru_cases()[0].graph;
  EXPECT_EQ(message(good), "written");
  Graph bad = good;
  std::get<Gru>(bad.nodes[0].op).stateful = true;
  EXPECT_EQ(message(bad),
            "op 0 gru: the .tflite format has no gru that keeps its state: write the windowed model");
  bad = good;
  bad[bad.inputs[0]].shape[0] = 2;
  EXPECT_EQ(message(bad), "op 0 gru: not supported: a batch, where 1 is needed");
  bad = good;
  Tensor& weights = bad[bad.nodes[0].inputs[1]];
  weights.quantization.zero_points[0] = 1;
  EXPECT_EQ(message(bad), "op 0 gru: not supported: the weights " + weights.name +
                              ", which are not symmetric with one scale");
}

}  // namespace
}  // namespace tinyml
