// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "tests/run/arithmetic_reference.h"
#include "tests/run/movement_reference.h"
#include "tinyml/base/random.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/float_engine.h"

namespace tinyml::reference {

// A graph of one node whose inputs, the activations included, are constants: each then is a parameter with
// a gradient.
struct Case {
  Graph graph;
  std::vector<Array> inputs;

  template <class Op>
  Case(const Op& op, const std::vector<Shape>& shapes, Random& random, const Shape& output_shape = {}) {
    Node node{op, {}, {}};
    for (const Shape& shape : shapes) {
      Array in{shape, {}};
      if (shape.empty()) {
        node.inputs.push_back(kNoTensor);
        inputs.push_back(in);
        continue;
      }
      std::vector<float> values(static_cast<size_t>(elements(shape)));
      for (float& v : values) v = static_cast<float>(random.normal());
      in.values.assign(values.begin(), values.end());
      Tensor tensor{"in", DType::float32, shape, {}, to_constant(std::span<const float>(values))};
      node.inputs.push_back(graph.add(tensor));
      inputs.push_back(in);
    }
    node.outputs = {graph.add({"out", DType::float32, output_shape, {}, nullptr})};
    graph.outputs = node.outputs;
    graph.nodes = {node};
  }
};

// Forward against the reference, and the gradient of a random projection of the output against central
// differences of the reference, along a random direction of each input.
template <class Op>
void check(const Op& op, Case test, Random& random, size_t differentiable, double tolerance = 2e-5) {
  ThreadPool pool(2);
  run::FloatEngine engine(test.graph, 1, pool);
  engine.forward(true, 7);
  const std::span<const float> output = engine.output();
  Graph shaped = test.graph;
  ops::infer(shaped);
  const Shape out_shape = shaped[shaped.outputs[0]].shape;

  const auto evaluate = [&](const reference::Inputs& in) { return reference::run(op, in, out_shape); };
  const Array expected = evaluate(test.inputs);
  ASSERT_EQ(output.size(), expected.values.size());
  double largest = 1;
  for (const double v : expected.values) largest = std::max(largest, std::abs(v));
  for (size_t i = 0; i < output.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(output[i]), expected.values[i], tolerance * largest) << i;
  }

  std::vector<double> projection(output.size());
  for (size_t i = 0; i < projection.size(); ++i) {
    projection[i] = random.normal();
    engine.output_gradient()[i] = static_cast<float>(projection[i]);
    projection[i] = static_cast<double>(engine.output_gradient()[i]);
  }
  engine.backward();
  for (size_t k = 0; k < differentiable; ++k) {
    if (test.inputs[k].shape.empty()) continue;
    const std::span<const float> gradient = engine.gradient(test.graph.nodes[0].inputs[k]);
    for (int trial = 0; trial < 2; ++trial) {
      std::vector<double> direction(gradient.size());
      for (double& v : direction) v = random.normal();
      constexpr double kStep = 1e-7;
      double slope = 0;
      for (const double sign : {1.0, -1.0}) {
        reference::Inputs moved = test.inputs;
        for (size_t i = 0; i < direction.size(); ++i) moved[k].values[i] += sign * kStep * direction[i];
        const Array y = evaluate(moved);
        for (size_t i = 0; i < projection.size(); ++i)
          slope += sign * projection[i] * y.values[i] / (2 * kStep);
      }
      double analytic = 0, scale = 1e-3;
      for (size_t i = 0; i < direction.size(); ++i) {
        analytic += static_cast<double>(gradient[i]) * direction[i];
        scale += std::pow(static_cast<double>(gradient[i]) * direction[i], 2);
      }
      EXPECT_NEAR(analytic, slope, 1e-4 * std::sqrt(scale) + 1e-6) << "input " << k;
    }
  }
}

}  // namespace tinyml::reference
