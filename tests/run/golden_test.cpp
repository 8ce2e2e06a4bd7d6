// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/golden/models.h"
#include "tests/oracle/oracle.h"
#include "tests/run/each_near.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

using tests::PublishedModel;

class Golden : public testing::TestWithParam<PublishedModel> {};

void expect_equal(DType dtype, const Bytes& actual, const Bytes& expected) {
  if (dtype == DType::float32)
    return tests::expect_each_near(tests::floats_of(actual), tests::floats_of(expected));
  EXPECT_EQ(actual, expected);
}

void expect_golden(const PublishedModel& model, const Graph& graph, Core core) {
  const tests::GoldenCalls golden = tests::read_golden(model);
  run::Engine engine(graph, {.core = core});
  for (size_t call = 0; call < golden.inputs.size(); ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    const std::vector<Bytes> outputs = engine.run(golden.inputs[call]);
    ASSERT_EQ(outputs.size(), golden.outputs[call].size());
    for (size_t i = 0; i < outputs.size(); ++i) {
      expect_equal(graph[graph.outputs[i]].dtype, outputs[i], golden.outputs[call][i]);
    }
  }
  EXPECT_GT(golden.inputs.size(), 0u);
}

TEST_P(Golden, HasNoDifferenceOnTheHost) {
  TINYML_NEEDS_MODEL(GetParam());
  expect_golden(GetParam(), tests::read_published(GetParam()), Core::host);
}

TEST_P(Golden, HasNoDifferenceInTheKernelsOfTheCortexM4) {
  TINYML_NEEDS_MODEL(GetParam());
  expect_golden(GetParam(), tests::read_published(GetParam()), Core::cortex_m4);
}

TEST_P(Golden, IsWrittenAsItWasRead) {
  TINYML_NEEDS_MODEL(GetParam());
  const Bytes written = formats::write_tflite(tests::read_published(GetParam()));
  const Graph again = formats::read_tflite(written);
  EXPECT_EQ(formats::write_tflite(again), written);
  expect_golden(GetParam(), again, Core::host);
}

TEST_P(Golden, IsWrittenForTensorFlowLiteMicro) {
  TINYML_NEEDS_MODEL(GetParam());
  if (GetParam().opened_by == tests::OpenedBy::litert) GTEST_SKIP() << "skipped: a dynamic-range model";
  TINYML_NEEDS_ORACLE("tflite_micro");
  const Graph graph = tests::read_published(GetParam());
  const tests::GoldenCalls golden = tests::read_golden(GetParam());
  std::vector<Bytes> calls;
  for (const std::vector<Bytes>& inputs : golden.inputs) calls.push_back(tests::joined(inputs));
  const auto outputs = oracle::run_tflite_micro(formats::write_tflite(graph), calls);
  for (size_t call = 0; call < outputs.size(); ++call) {
    EXPECT_EQ(outputs[call], tests::joined(golden.outputs[call])) << "call " << call;
  }
}

// What LiteRT computes differs by some counts; see IsWrittenForTensorFlowLiteMicro for the values.
TEST_P(Golden, IsWrittenForLiteRt) {
  TINYML_NEEDS_MODEL(GetParam());
  if (GetParam().opened_by == tests::OpenedBy::tflite_micro) GTEST_SKIP() << "skipped: not for LiteRT";
  TINYML_NEEDS_ORACLE("ai_edge_litert");
  const Graph graph = tests::read_published(GetParam());
  const tests::GoldenCalls golden = tests::read_golden(GetParam());
  const std::vector<Bytes> calls{tests::joined(golden.inputs[0])};
  const auto outputs = oracle::run_litert(formats::write_tflite(graph), calls);
  ASSERT_EQ(outputs.at(0).size(), tests::joined(golden.outputs[0]).size());
  if (GetParam().is_float) expect_equal(DType::float32, outputs[0], golden.outputs[0][0]);
}

INSTANTIATE_TEST_SUITE_P(Models, Golden, testing::ValuesIn(tests::kPublishedModels),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace tinyml
