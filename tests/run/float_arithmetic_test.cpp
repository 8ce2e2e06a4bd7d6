// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/run/float_check.h"

namespace tinyml {
namespace {

using reference::Case;
using reference::check;

const Shape kPairs[][2] = {{{3, 4, 5}, {5}}, {{3, 4, 5}, {1, 4, 1}}, {{3, 1, 5}, {3, 4, 1}},
                           {{3, 4, 5}, {1}}, {{2, 3, 4, 5}, {4, 1}}, {{1, 6}, {3, 6}},
                           {{4, 5}, {4, 5}}};

// Moves a case's input away from 0 and above it.
void make_positive(Case& test, size_t input) {
  std::vector<float> values;
  for (double& value : test.inputs[input].values) {
    value = static_cast<double>(static_cast<float>(std::abs(value) + 0.3));
    values.push_back(static_cast<float>(value));
  }
  test.graph[test.graph.nodes[0].inputs[input]].data = to_constant(std::span<const float>(values));
}

TEST(FloatArithmetic, PairsBroadcast) {
  Random random(21);
  for (const auto& shapes : kPairs) {
    SCOPED_TRACE(to_string(shapes[0]) + " and " + to_string(shapes[1]));
    for (const Activation activation : {Activation::none, Activation::relu}) {
      check(Add{activation}, Case(Add{activation}, {shapes[0], shapes[1]}, random), random, 2);
      check(Sub{activation}, Case(Sub{activation}, {shapes[1], shapes[0]}, random), random, 2);
      check(Mul{activation}, Case(Mul{activation}, {shapes[0], shapes[1]}, random), random, 2);
    }
    for (const BinaryKind kind :
         {BinaryKind::div, BinaryKind::minimum, BinaryKind::maximum, BinaryKind::squared_difference}) {
      SCOPED_TRACE(Binary{kind}.name());
      Case test(Binary{kind}, {shapes[0], shapes[1]}, random);
      if (kind == BinaryKind::div) make_positive(test, 1);
      check(Binary{kind}, test, random, 2);
    }
  }
}

TEST(FloatArithmetic, FunctionsOfOneElement) {
  Random random(22);
  for (size_t kind = 0; kind < std::size(kUnaryNames); ++kind) {
    const Unary op{static_cast<UnaryKind>(kind), 0.2f};
    SCOPED_TRACE(op.name());
    Case test(op, {{7, 30}}, random);
    if (op.kind == UnaryKind::rsqrt || op.kind == UnaryKind::sqrt || op.kind == UnaryKind::log) {
      make_positive(test, 0);
    }
    check(op, test, random, 1);
  }
  check(Prelu{}, Case(Prelu{}, {{3, 4, 5}, {5}}, random), random, 2);
  check(Prelu{}, Case(Prelu{}, {{3, 4, 5}, {4, 1}}, random), random, 2);
  check(LogSoftmax{}, Case(LogSoftmax{}, {{3, 9}}, random), random, 1);
}

TEST(FloatArithmetic, Reductions) {
  Random random(23);
  for (const ReductionKind kind : {ReductionKind::mean, ReductionKind::sum, ReductionKind::max}) {
    for (const std::vector<int32_t>& axes : std::vector<std::vector<int32_t>>{{1, 2}, {3}, {1}, {1, 3}, {}}) {
      for (const bool keep : {true, false}) {
        const Reduction op{kind, axes, keep};
        check(op, Case(op, {{2, 3, 4, 5}}, random), random, 1);
      }
    }
  }
}

}  // namespace
}  // namespace tinyml
