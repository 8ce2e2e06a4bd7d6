// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "tests/cases/cases.h"
#include "tests/oracle/oracle.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/graph/builder.h"
#include "tinyml/run/float_engine.h"
#include "tinyml/run/int8_engine.h"

namespace tinyml {
namespace {

using tests::OperatorCase;

Bytes bytes_of(const std::vector<int8_t>& values) { return {values.begin(), values.end()}; }

Graph stateful(Graph graph) {
  for (Node& node : graph.nodes) {
    if (auto* lstm = std::get_if<Lstm>(&node.op)) lstm->stateful = true;
  }
  return graph;
}

Graph float_lstm() {
  GraphBuilder net("float_lstm", 5);
  TensorId x = net.reshape(net.input("x", {1, 9, 4, 1}), {1, 9, 4});
  x = net.last_step(net.lstm(net.lstm(x, 7), 5));
  return net.finish(net.dense(x, 3));
}

// The cases would show little if their outputs were all alike.
TEST(RecurrentTflite, CasesHaveOutputsOfAllKinds) {
  for (const auto& cases : {tests::lstm_cases(), tests::gru_cases()}) {
    std::set<uint8_t> values;
    for (const OperatorCase& one : cases) {
      const Bytes output = run::Int8Engine(one.graph).run({bytes_of(one.inputs[0])})[0];
      values.insert(output.begin(), output.end());
    }
    EXPECT_GT(values.size(), 150u);
  }
}

TEST(RecurrentTflite, LstmReadsBackAsItWasWritten) {
  std::vector<Graph> graphs = {float_lstm()};
  for (const OperatorCase& one : tests::lstm_cases()) {
    graphs.push_back(one.graph);
    graphs.push_back(stateful(one.graph));
  }
  for (const OperatorCase& one : tests::last_step_cases()) graphs.push_back(one.graph);
  for (const Graph& graph : graphs) {
    SCOPED_TRACE(graph.name);
    const Bytes file = formats::write_tflite(graph);
    const Graph read = formats::read_tflite(file);
    EXPECT_EQ(formats::write_tflite(read), file);
    ASSERT_EQ(read.tensors.size(), graph.tensors.size());
    ASSERT_EQ(read.nodes.size(), graph.nodes.size());
    for (size_t i = 0; i < read.nodes.size(); ++i) {
      if (const auto* lstm = std::get_if<Lstm>(&read.nodes[i].op)) {
        EXPECT_EQ(lstm->stateful, std::get<Lstm>(graph.nodes[i].op).stateful);
      }
    }
  }
}

std::vector<Bytes> three_calls(const OperatorCase& one) {
  Bytes other = bytes_of(one.inputs[0]);
  for (uint8_t& byte : other) byte = static_cast<uint8_t>(byte * 37 + 11);
  return {bytes_of(one.inputs[0]), other, bytes_of(one.inputs[0])};
}

TEST(RecurrentTflite, StateCarriesOverAsInTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  for (const OperatorCase& one : tests::lstm_cases()) {
    SCOPED_TRACE(one.name);
    const Bytes file = formats::write_tflite(stateful(one.graph));
    const std::vector<Bytes> calls = three_calls(one);
    const std::vector<Bytes> expected = oracle::run_tflite_micro(file, calls);
    const Graph read = formats::read_tflite(file);
    run::Int8Engine engine(read);
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
    run::Int8Engine in_memory(one.graph), from_file(read);
    for (size_t i = 0; i < calls.size(); ++i) {
      EXPECT_EQ(in_memory.run({calls[i]})[0], expected[i]) << i;
      EXPECT_EQ(from_file.run({calls[i]})[0], expected[i]) << i;
    }
  }
}

TEST(RecurrentTflite, FloatLstmAgreesWithLiteRt) {
  TINYML_NEEDS_ORACLE("ai_edge_litert");
  const Graph graph = float_lstm();
  ThreadPool pool(1);
  run::FloatEngine engine(graph, 1, pool);
  Random random(3);
  for (float& value : engine.input()) value = static_cast<float>(random.normal());
  Bytes input(engine.input().size_bytes());
  std::memcpy(input.data(), engine.input().data(), input.size());
  engine.forward(false);
  // The second answer shows that the file begins anew.
  const Bytes answer = oracle::run_litert(formats::write_tflite(graph), std::vector<Bytes>{input, input})[1];
  ASSERT_EQ(answer.size(), engine.output().size_bytes());
  std::vector<float> expected(engine.output().size());
  std::memcpy(expected.data(), answer.data(), answer.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(engine.output()[i], expected[i], 1e-5) << i;
}

TEST(RecurrentTflite, AGruIsWrittenInt8AndWindowedOnly) {
  const auto message = [](const Graph& graph) {
    try {
      formats::write_tflite(graph);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("written");
  };
  Graph stateful = tests::gru_cases()[0].graph;
  std::get<Gru>(stateful.nodes[0].op).stateful = true;
  EXPECT_EQ(message(stateful),
            "op 0 gru: the .tflite format has no gru that keeps its state: write the windowed model");
  GraphBuilder net("net", 1);
  const TensorId x = net.input("x", {1, 3, 2});
  EXPECT_EQ(message(net.finish(net.gru(x, 2))),
            "op 0 gru: the .tflite format has no float gru: quantize the model");
}

}  // namespace
}  // namespace tinyml
