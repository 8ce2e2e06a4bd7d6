// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/cases/cases.h"
#include "tests/oracle/oracle.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

using tests::OperatorCase;

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(Int8, PortableKernelsAgreeWithTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  const OperatorCase all = tests::merged(tests::all_cases());
  const std::vector<Bytes> inputs = all.inputs;
  const Bytes expected =
      oracle::run_tflite_micro(formats::write_tflite(all.graph), std::vector<Bytes>{joined(inputs)})[0];
  const std::vector<Bytes> outputs = run::Engine(all.graph).run(inputs);
  size_t offset = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto first = expected.begin() + static_cast<ptrdiff_t>(offset);
    EXPECT_EQ(outputs[i], Bytes(first, first + static_cast<ptrdiff_t>(outputs[i].size())))
        << all.graph[all.graph.outputs[i]].name;
    offset += outputs[i].size();
  }
  EXPECT_EQ(offset, expected.size());
}

class Int8Case : public testing::TestWithParam<OperatorCase> {};

TEST_P(Int8Case, IsTheSameOnEveryCore) {
  const std::vector<Bytes> inputs = GetParam().inputs;
  const auto expected = run::Engine(GetParam().graph).run(inputs);
  for (Core core : {Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7, Core::xtensa_lx6}) {
    EXPECT_EQ(run::Engine(GetParam().graph, {.core = core}).run(inputs), expected) << name_of(core);
  }
}

TEST_P(Int8Case, ReadsBackFromTflite) {
  const Graph& graph = GetParam().graph;
  if (graph[graph.inputs[0]].shape[0] != 1) GTEST_SKIP() << "skipped: a batch";
  const Bytes file = formats::write_tflite(graph);
  EXPECT_EQ(formats::write_tflite(formats::read_tflite(file)), file);
}

// Output and input 0 as near to each other in one block of memory as KernelCall::overlap_lead allows.
TEST_P(Int8Case, ReadsItsInputBeforeItOverwritesIt) {
  const Graph& graph = GetParam().graph;
  const std::vector<Bytes> inputs = GetParam().inputs;
  const Bytes expected = run::Engine(graph).run(inputs)[0];
  for (Core core : {Core::host, Core::cortex_m0plus, Core::cortex_m4}) {
    const ops::KernelCall call = ops::lower(graph, graph.nodes[0], {.core = core});
    if (call.function.empty() || call.overlap_lead < 0) continue;
    const auto lead = static_cast<size_t>(call.overlap_lead);
    Bytes memory(std::max(lead + inputs[0].size(), expected.size()));
    std::copy(inputs[0].begin(), inputs[0].end(), memory.begin() + static_cast<ptrdiff_t>(lead));
    std::vector<const void*> in = {memory.data() + lead};
    for (size_t i = 1; i < inputs.size(); ++i) in.push_back(inputs[i].data());
    std::vector<void*> out = {memory.data()};
    Bytes scratch(static_cast<size_t>(call.scratch_bytes)), state(static_cast<size_t>(call.state_bytes));
    if (!state.empty()) out.push_back(state.data());
    call.run(in, out, scratch.data());
    memory.resize(expected.size());
    EXPECT_EQ(memory, expected) << call.function << ", lead " << lead;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Int8Case, testing::ValuesIn(tests::all_cases()),
                         [](const auto& info) { return info.param.name; });

TEST(Int8, TakesTheDspKernelsWhereTheyFit) {
  const auto function = [](const std::string& name, Core core) {
    for (const OperatorCase& one : tests::all_cases()) {
      if (one.name == name) return ops::lower(one.graph, one.graph.nodes[0], {.core = core}).function;
    }
    return std::string("no such case");
  };
  EXPECT_EQ(function("conv_2d_3x3", Core::cortex_m4), "conv_2d_dsp");
  EXPECT_EQ(function("conv_2d_3x3", Core::cortex_m0plus), "conv_2d");
  EXPECT_EQ(function("conv_2d_constant_channels", Core::cortex_m7), "conv_2d_dsp");
  EXPECT_EQ(function("conv_2d_multiplier_above_one", Core::cortex_m4), "conv_2d_pointwise");
  EXPECT_EQ(function("fully_connected_large", Core::cortex_m4), "fully_connected_dsp");
  EXPECT_EQ(function("add_first_larger", Core::cortex_m4), "add_dsp");
}

TEST(Int8, RefusesFloatGraphs) {
  Graph graph = tests::conv_2d_cases()[0].graph;
  graph[graph.inputs[0]].dtype = DType::float32;
  graph[graph.inputs[0]].quantization = {};
  try {
    run::Engine engine(graph);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_STREQ(error.what(),
                 "layer 0 (conv_2d): tensor \"input1\" is float32 without quantization parameters, where "
                 "int8 with one scale is needed: quantize the model");
  }
}

std::vector<oracle::Call> three_calls(const OperatorCase& one) {
  Bytes negated = one.inputs[0];
  for (uint8_t& byte : negated) byte = static_cast<uint8_t>(~byte);
  return {one.inputs[0], negated, one.inputs[0]};
}

TEST(Variables, AreReadFromTheirFileAsTheyWereWritten) {
  const Graph graph = tests::variables_case().graph;
  const Bytes file = formats::write_tflite(graph);
  const Graph read = formats::read_tflite(file);
  EXPECT_EQ(formats::write_tflite(read), file);
  ASSERT_EQ(read.nodes.size(), graph.nodes.size());
}

TEST(Variables, KeepTheirContentFromCallToCallUntilAReset) {
  const OperatorCase one = tests::variables_case();
  run::Engine engine(one.graph);
  const std::vector<Bytes> first = engine.run(one.inputs);
  EXPECT_NE(engine.run(one.inputs), first);
  engine.reset();
  EXPECT_EQ(engine.run(one.inputs), first);
}

TEST(Variables, AgreeWithTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  const OperatorCase one = tests::variables_case();
  const std::vector<oracle::Call> calls = three_calls(one);
  const auto expected = oracle::run_tflite_micro(formats::write_tflite(one.graph), calls);
  run::Engine engine(one.graph);
  for (size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(engine.run(std::vector<Bytes>{calls[i]})[0], expected[i]) << "call " << i;
  }
}

TEST(Int8, RefusesInputsOfAnotherSize) {
  const OperatorCase one = tests::conv_2d_cases()[0];
  run::Engine engine(one.graph);
  EXPECT_THROW(engine.run(std::vector<Bytes>{Bytes(3)}), Error);
  EXPECT_THROW(engine.run(std::vector<Bytes>{}), Error);
}

}  // namespace
}  // namespace tinyml
