// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "tests/cases/random_graph.h"
#include "tests/oracle/oracle.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

using tests::OperatorCase;

constexpr uint64_t kBatch = 40;  // graphs in one run of the interpreter, which is slow to start

uint64_t number(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::string description(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) {
    text += text.empty() ? "" : ", ";
    text += name_of(node.op);
    text += " " + to_string(graph[node.outputs[0]].shape);
  }
  return text;
}

/// The operator that makes a tensor, and of what.
std::string maker_of(const Graph& graph, TensorId id) {
  for (const Node& node : graph.nodes) {
    if (std::count(node.outputs.begin(), node.outputs.end(), id) == 0) continue;
    std::string text(name_of(node.op));
    for (const TensorId input : node.inputs) {
      if (input != kNoTensor)
        text += " " + std::string(name_of(graph[input].dtype)) + to_string(graph[input].shape);
    }
    return text;
  }
  return "nothing";
}

/// The bytes of all outputs of two runs, the second on inverted inputs.
std::vector<Bytes> two_runs(const Graph& graph, const std::vector<std::vector<Bytes>>& calls, Core core) {
  run::Engine engine(graph, {.core = core});
  std::vector<Bytes> all;
  for (const auto& inputs : calls) {
    for (Bytes& output : engine.run(inputs)) all.push_back(std::move(output));
  }
  return all;
}

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<std::vector<Bytes>> two_calls(const OperatorCase& one) {
  std::vector<Bytes> inverted = one.inputs;
  for (size_t i = 0; i < inverted.size(); ++i) {
    const bool is_boolean = one.graph[one.graph.inputs[i]].dtype == DType::boolean;
    for (uint8_t& byte : inverted[i]) byte ^= is_boolean ? 1 : 0xFF;
  }
  return {one.inputs, std::move(inverted)};
}

/// Compares a batch of graphs and names those that differ.
void compare(const std::vector<OperatorCase>& graphs) {
  for (const OperatorCase& one : graphs) {
    // Once read, a graph is in canonical form.
    const Bytes file = formats::write_tflite(formats::read_tflite(formats::write_tflite(one.graph)));
    EXPECT_TRUE(formats::write_tflite(formats::read_tflite(file)) == file)
        << one.name << " (" << description(one.graph) << ") changes when it is read and written";
  }
  const OperatorCase all = tests::merged(graphs);
  const auto calls = two_calls(all);
  const Bytes file = formats::write_tflite(all.graph);
  const std::vector<Bytes> inputs = {joined(calls[0]), joined(calls[1])};
  const Bytes expected = joined(oracle::run_tflite_micro(file, inputs));
  for (Core core : {Core::host, Core::cortex_m0plus, Core::cortex_m4, Core::xtensa_lx6}) {
    const std::vector<Bytes> outputs = two_runs(all.graph, calls, core);
    size_t offset = 0;
    for (size_t i = 0; i < outputs.size(); ++i) {
      const auto first = expected.begin() + static_cast<ptrdiff_t>(offset);
      offset += outputs[i].size();
      ASSERT_LE(offset, expected.size());
      const TensorId id = all.graph.outputs[i % all.graph.outputs.size()];
      EXPECT_EQ(outputs[i], Bytes(first, first + static_cast<ptrdiff_t>(outputs[i].size())))
          << all.graph[id].name << " of " << maker_of(all.graph, id) << " on " << name_of(core);
    }
  }
}

TEST(Differential, RandomGraphsHoldEveryOperator) {
  std::set<size_t> seen;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    for (const Node& node : tests::random_graph(seed).graph.nodes) seen.insert(node.op.index());
  }
  const auto look_for = [&]<class Op>(Op op) {
    // A Gru is many operators there; variables and signal processing have tests of their own.
    constexpr bool kElsewhere =
        std::is_same_v<Op, Gru> || std::is_same_v<Op, ReadVariable> || std::is_same_v<Op, AssignVariable>;
    const bool expected =
        Op::kInTflite && Op::kDeployable && !kElsewhere && !Op::kName.starts_with("signal_");
    if (expected) EXPECT_TRUE(seen.contains(Operator(op).index())) << Op::kName;
  };
#define TINYML_LOOK_FOR(Op) look_for(Op{});
  TINYML_OPERATORS(TINYML_LOOK_FOR)
#undef TINYML_LOOK_FOR
}

// TINYML_GRAPHS graphs from seed TINYML_SEED on.
TEST(Differential, RandomGraphsAgreeWithTensorFlowLiteMicro) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  const uint64_t count = number("TINYML_GRAPHS", 2 * kBatch), first = number("TINYML_SEED", 1);
  for (uint64_t begin = 0; begin < count; begin += kBatch) {
    std::vector<OperatorCase> graphs;
    for (uint64_t i = begin; i < std::min(count, begin + kBatch); ++i) {
      graphs.push_back(tests::random_graph(first + i));
    }
    try {
      compare(graphs);
    } catch (const Error& together) {
      for (const OperatorCase& one : graphs) {
        try {
          compare({one});
        } catch (const Error& error) {
          ADD_FAILURE() << one.name << " (" << description(one.graph) << "): " << error.what();
        }
      }
    }
  }
}

}  // namespace
}  // namespace tinyml
