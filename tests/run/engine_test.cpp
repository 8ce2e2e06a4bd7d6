// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

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

// Floats within the last bits, for functions such as exp differ from library to library; all else exactly.
void expect_equal(DType dtype, const Bytes& actual, const Bytes& expected) {
  if (dtype != DType::float32) {
    EXPECT_EQ(actual, expected);
    return;
  }
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t at = 0; at < actual.size(); at += sizeof(float)) {
    float a, b;
    std::memcpy(&a, actual.data() + at, sizeof a);
    std::memcpy(&b, expected.data() + at, sizeof b);
    ASSERT_TRUE(a == b || (std::isnan(a) && std::isnan(b)) ||
                std::abs(a - b) <= 1e-6f * std::max(1.0f, std::abs(b)))
        << a << " and " << b << " at " << at / sizeof(float);
  }
}

void agrees_with_tensorflow_lite_micro(const OperatorCase& all) {
  const std::vector<Bytes> inputs = all.inputs;
  const Bytes expected =
      oracle::run_tflite_micro(formats::write_tflite(all.graph), std::vector<Bytes>{joined(inputs)})[0];
  const std::vector<Bytes> outputs = run::Engine(all.graph).run(inputs);
  size_t offset = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto first = expected.begin() + static_cast<ptrdiff_t>(offset);
    const Tensor& tensor = all.graph[all.graph.outputs[i]];
    SCOPED_TRACE(tensor.name);
    expect_equal(tensor.dtype, outputs[i], Bytes(first, first + static_cast<ptrdiff_t>(outputs[i].size())));
    offset += outputs[i].size();
  }
  EXPECT_EQ(offset, expected.size());
}

TEST(Int8, PortableKernelsAgreeWithTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  agrees_with_tensorflow_lite_micro(tests::merged(tests::all_cases()));
}

TEST(Float, AgreesWithTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  agrees_with_tensorflow_lite_micro(tests::merged(tests::float_cases()));
}

class Int8Case : public testing::TestWithParam<OperatorCase> {};

TEST_P(Int8Case, IsTheSameOnEveryCore) {
  const std::vector<Bytes> inputs = GetParam().inputs;
  const auto expected = run::Engine(GetParam().graph).run(inputs);
  for (Core core : {Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7, Core::xtensa_lx6}) {
    EXPECT_EQ(run::Engine(GetParam().graph, {.core = core}).run(inputs), expected) << name_of(core);
  }
}

// Output and input 0 as near to each other in one block of memory as KernelCall::overlap_lead allows.
TEST_P(Int8Case, ReadsItsInputBeforeItOverwritesIt) {
  const Graph& graph = GetParam().graph;
  const Node& node = graph.nodes[0];
  if (graph[node.inputs[0]].is_constant()) return;
  const std::vector<Bytes> inputs = GetParam().inputs;
  const Bytes expected = run::Engine(graph).run(inputs)[0];
  for (Core core : {Core::host, Core::cortex_m0plus, Core::cortex_m4}) {
    const ops::KernelCall call = ops::lower(graph, node, {.core = core});
    if (call.function.empty() || call.overlap_lead < 0) continue;
    const auto lead = static_cast<size_t>(call.overlap_lead);
    Bytes memory(std::max(lead + inputs[0].size(), expected.size()));
    std::copy(inputs[0].begin(), inputs[0].end(), memory.begin() + static_cast<ptrdiff_t>(lead));
    std::vector<const void*> in = {memory.data() + lead};
    for (size_t i = 1, given = 1; i < node.inputs.size(); ++i) {
      const TensorId id = node.inputs[i];
      const bool constant = id != kNoTensor && graph[id].is_constant();
      if (constant && call.takes_constants) in.push_back(graph[id].data->data());
      if (!constant && id != kNoTensor) in.push_back(inputs[given++].data());
    }
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
