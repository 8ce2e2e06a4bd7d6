// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>

#include "tinyml/graph/builder.h"

namespace tinyml {
namespace {

Graph small_net() {
  GraphBuilder net("net", 1);
  return net.finish(net.dense(net.conv_2d(net.input("x", {1, 4, 4, 1}), 2, {3, 3}), 3));
}

TEST(Verify, AcceptsABuiltNet) { EXPECT_NO_THROW(verify(small_net())); }

TEST(Verify, NamesWhatIsBroken) {
  struct Case {
    std::string expected;
    std::function<void(Graph&)> damage;
  };
  const std::vector<Case> cases{
      {"there is no tensor 99", [](Graph& g) { g.nodes[1].inputs[0] = 99; }},
      {"before it is computed", [](Graph& g) { std::swap(g.nodes[0], g.nodes[1]); }},
      {"writes", [](Graph& g) { g.nodes[1].outputs = g.nodes[0].outputs; }},
      {"never computed",
       [](Graph& g) {
         g.outputs[0] = g.add({"nobody", DType::float32, {1}, {}, nullptr});
       }},
      {"negative extent", [](Graph& g) { g.tensors[1].shape[0] = -1; }},
      {"more than 2^31",
       [](Graph& g) {
         g.tensors[0].shape = {1, 1 << 20, 1 << 20, 1};
       }},
      {"bytes instead of", [](Graph& g) { g.tensors[1].shape[0] += 1; }},
      {"zero points", [](Graph& g) { g.tensors[0].quantization.scales = {1}; }},
      {"has the scale",
       [](Graph& g) {
         g.tensors[0].quantization = {{0}, {0}, 0};
       }},
      {"scales on axis",
       [](Graph& g) {
         g.tensors[0].quantization = {{1, 1, 1}, {0, 0, 0}, 7};
       }},
  };
  for (const Case& c : cases) {
    Graph graph = small_net();
    c.damage(graph);
    try {
      verify(graph);
      ADD_FAILURE() << "accepted: " << c.expected;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_file);
      EXPECT_NE(std::string(error.what()).find(c.expected), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace tinyml
