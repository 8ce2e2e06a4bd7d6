// SPDX-License-Identifier: Apache-2.0
// What LiteRT has and TensorFlow Lite Micro has not.
#include <gtest/gtest.h>

#include "tests/cases/case_builder.h"
#include "tests/oracle/oracle.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

using tests::CaseBuilder;
using tests::OperatorCase;

std::vector<OperatorCase> cases() {
  std::vector<OperatorCase> all;
  for (const float scale : {0.0f, 0.03f}) {
    CaseBuilder builder(scale == 0 ? "relu_n1_to_1_float" : "relu_n1_to_1_int8", 3200 + all.size());
    const DType dtype = scale == 0 ? DType::float32 : DType::int8;
    const TensorId x = builder.input({1, 4, 64}, scale, scale == 0 ? 0 : -4, dtype);
    all.push_back(builder.finish(Relu{Activation::relu_n1_to_1}, {x},
                                 builder.output(scale * 0.4f, scale == 0 ? 0 : 11, dtype)));
  }
  return all;
}

TEST(LiteRtOnly, AgreesWithItsReferenceKernels) {
  TINYML_NEEDS_ORACLE("ai_edge_litert");
  for (const OperatorCase& one : cases()) {
    Bytes call;
    for (const Bytes& input : one.inputs) call.insert(call.end(), input.begin(), input.end());
    const Bytes expected =
        oracle::run_litert(formats::write_tflite(one.graph), std::vector<Bytes>{call}).at(0);
    const Bytes ours = run::Engine(one.graph).run(one.inputs)[0];
    for (const Core core : {Core::cortex_m0plus, Core::cortex_m4}) {
      EXPECT_EQ(run::Engine(one.graph, {.core = core}).run(one.inputs)[0], ours) << one.name;
    }
    if (one.graph[one.graph.outputs[0]].dtype == DType::float32) {
      EXPECT_EQ(ours, expected) << one.name;
      continue;
    }
    // LiteRT rounds once where TensorFlow Lite Micro's kernels, which ours follow, round twice.
    ASSERT_EQ(ours.size(), expected.size());
    for (size_t i = 0; i < ours.size(); ++i) {
      EXPECT_NEAR(static_cast<int8_t>(ours[i]), static_cast<int8_t>(expected[i]), 1) << one.name << " " << i;
    }
  }
}

}  // namespace
}  // namespace tinyml
