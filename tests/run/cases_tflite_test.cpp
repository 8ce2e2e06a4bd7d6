// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/cases/cases.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

using tests::OperatorCase;

// All but those with a batch, which files may not have.
std::vector<OperatorCase> every_case() {
  std::vector<OperatorCase> cases;
  for (auto* some : {tests::all_cases, tests::float_cases}) {
    for (OperatorCase& one : some()) {
      const Graph& graph = one.graph;
      const auto has_batch = [&](TensorId id) { return graph[id].shape[0] != 1; };
      if (std::none_of(graph.inputs.begin(), graph.inputs.end(), has_batch)) cases.push_back(std::move(one));
    }
  }
  return cases;
}

class TfliteCase : public testing::TestWithParam<OperatorCase> {};

TEST_P(TfliteCase, IsReadAsItWasWritten) {
  const Graph& graph = GetParam().graph;
  const Bytes written = formats::write_tflite(graph);
  const Graph again = formats::read_tflite(written);
  EXPECT_EQ(formats::write_tflite(again), written);
  ASSERT_EQ(again.nodes.size(), graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    EXPECT_EQ(name_of(again.nodes[i].op), name_of(graph.nodes[i].op));
    // Convolutions come back with the zeros that files have for a bias.
    const bool gained_bias = again.nodes[i].inputs.size() == 3 && graph.nodes[i].inputs.size() == 2 &&
                             again[again.nodes[i].inputs[2]].is_constant();
    EXPECT_EQ(again.nodes[i].inputs.size(), graph.nodes[i].inputs.size() + gained_bias);
  }
  EXPECT_EQ(run::Engine(again).run(GetParam().inputs), run::Engine(graph).run(GetParam().inputs));
}

INSTANTIATE_TEST_SUITE_P(All, TfliteCase, testing::ValuesIn(every_case()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tinyml
