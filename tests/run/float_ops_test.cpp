// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/run/float_check.h"

namespace tinyml {
namespace {

using reference::Case;
using reference::check;

int32_t pick(Random& random, int32_t low, int32_t high) {
  return low + static_cast<int32_t>(random.below(static_cast<uint64_t>(high - low + 1)));
}

Activation pick_activation(Random& random) { return static_cast<Activation>(random.below(3)); }

template <class Op>
void pick_window(Op& op, Random& random) {
  op.stride_height = pick(random, 1, 3);
  op.stride_width = pick(random, 1, 3);
  op.padding = random.below(2) ? Padding::same : Padding::valid;
  op.activation = pick_activation(random);
}

// One of the dilations that keep `filter` inside `input`.
int32_t pick_dilation(Random& random, int32_t input, int32_t filter) {
  return filter == 1 ? 1 : pick(random, 1, std::max(1, std::min(3, (input - 1) / (filter - 1))));
}

TEST(FloatOps, Conv2DOverRandomShapes) {
  Random random(1);
  for (int i = 0; i < 120; ++i) {
    Conv2D op;
    pick_window(op, random);
    const Shape x{pick(random, 1, 19), pick(random, 4, 11), pick(random, 4, 11), pick(random, 1, 20)};
    const Shape w{pick(random, 1, 20), pick(random, 1, 4), pick(random, 1, 4), x[3]};
    op.dilation_height = pick_dilation(random, x[1], w[1]);
    op.dilation_width = pick_dilation(random, x[2], w[2]);
    SCOPED_TRACE(to_string(x) + " * " + to_string(w));
    check(op, Case(op, {x, w, random.below(4) ? Shape{w[0]} : Shape{}}, random), random, 3);
  }
}

TEST(FloatOps, Conv2DOfOneByOne) {
  Random random(2);
  for (const int32_t channels : {1, 7, 16, 33, 64, 80}) {
    Conv2D op;
    op.activation = pick_activation(random);
    const Shape x{5, 25, 5, channels}, w{pick(random, 1, 70), 1, 1, channels};
    SCOPED_TRACE(to_string(x) + " * " + to_string(w));
    check(op, Case(op, {x, w, {w[0]}}, random), random, 3);
  }
}

TEST(FloatOps, DepthwiseConv2DOverRandomShapes) {
  Random random(3);
  for (int i = 0; i < 160; ++i) {
    DepthwiseConv2D op;
    pick_window(op, random);
    op.depth_multiplier = random.below(3) ? 1 : pick(random, 2, 3);
    const Shape x{pick(random, 1, 19), pick(random, 4, 13), pick(random, 4, 13), pick(random, 1, 40)};
    const Shape w{1, pick(random, 1, 4), pick(random, 1, 4), x[3] * op.depth_multiplier};
    op.dilation_height = pick_dilation(random, x[1], w[1]);
    op.dilation_width = pick_dilation(random, x[2], w[2]);
    SCOPED_TRACE(to_string(x) + " * " + to_string(w) + " stride " + std::to_string(op.stride_height) + "," +
                 std::to_string(op.stride_width) + " dilation " + std::to_string(op.dilation_height) + "," +
                 std::to_string(op.dilation_width));
    check(op, Case(op, {x, w, random.below(4) ? Shape{w[3]} : Shape{}}, random), random, 3);
  }
}

TEST(FloatOps, DepthwiseConv2DOfOneDimension) {
  Random random(4);
  for (const int32_t filter : {3, 9, 10, 21}) {
    for (const int32_t stride : {1, 2}) {
      for (const int32_t channels : {16, 40}) {
        DepthwiseConv2D op;
        op.stride_height = stride;
        check(op, Case(op, {{3, 49, 1, channels}, {1, filter, 1, channels}, {channels}}, random), random, 3);
        op.stride_height = 1;
        op.stride_width = stride;
        check(op, Case(op, {{3, 1, 49, channels}, {1, 1, filter, channels}, {channels}}, random), random, 3);
      }
    }
  }
}

TEST(FloatOps, FullyConnected) {
  Random random(5);
  for (int i = 0; i < 40; ++i) {
    const FullyConnected op{pick_activation(random)};
    const Shape x{pick(random, 1, 40), pick(random, 1, 6), pick(random, 1, 30)};
    const Shape w{pick(random, 1, 150), x[1] * x[2]};
    SCOPED_TRACE(to_string(x) + " * " + to_string(w));
    check(op, Case(op, {x, w, random.below(4) ? Shape{w[0]} : Shape{}}, random), random, 3);
  }
}

TEST(FloatOps, BatchNormOfTheBatch) {
  Random random(6);
  for (const int32_t channels : {1, 3, 16, 37}) {
    for (const int32_t rows : {2, 9, 700}) {
      check(BatchNorm{},
            Case(BatchNorm{}, {{rows, channels}, {channels}, {channels}, {channels}, {channels}}, random),
            random, 3, 1e-4);
    }
  }
}

TEST(FloatOps, Pools) {
  Random random(7);
  for (int i = 0; i < 40; ++i) {
    const Shape x{pick(random, 1, 19), pick(random, 4, 11), pick(random, 4, 11), pick(random, 1, 35)};
    AveragePool2D average;
    MaxPool2D largest;
    pick_window(average, random);
    pick_window(largest, random);
    average.filter_height = largest.filter_height = pick(random, 1, 4);
    average.filter_width = largest.filter_width = pick(random, 1, 4);
    SCOPED_TRACE(to_string(x));
    check(average, Case(average, {x}, random), random, 1);
    check(largest, Case(largest, {x}, random), random, 1);
  }
}

TEST(FloatOps, ElementwiseAndSoftmax) {
  Random random(8);
  for (const Shape& x : {Shape{3, 5}, Shape{40, 17}, Shape{2, 90, 100}}) {
    check(Relu{}, Case(Relu{}, {x}, random), random, 1);
    check(Relu{Activation::relu6}, Case(Relu{Activation::relu6}, {x}, random), random, 1);
    check(Add{}, Case(Add{}, {x, x}, random), random, 2);
    check(Add{Activation::relu}, Case(Add{Activation::relu}, {x, x}, random), random, 2);
    check(Sub{}, Case(Sub{}, {x, x}, random), random, 2);
    check(Sub{Activation::relu6}, Case(Sub{Activation::relu6}, {x, x}, random), random, 2);
    check(Mul{}, Case(Mul{}, {x, x}, random), random, 2);
    check(Mul{Activation::relu}, Case(Mul{Activation::relu}, {x, x}, random), random, 2);
    check(Softmax{}, Case(Softmax{}, {x}, random), random, 1);
    check(Softmax{0.5f}, Case(Softmax{0.5f}, {x}, random), random, 1);
  }
}

std::vector<Shape> recurrent_shapes(const Shape& x, int32_t units, int32_t gates, int32_t biases) {
  std::vector<Shape> shapes = {x};
  for (int32_t g = 0; g < gates; ++g) shapes.push_back({units, x[2]});
  for (int32_t g = 0; g < gates; ++g) shapes.push_back({units, units});
  for (int32_t g = 0; g < biases; ++g) shapes.push_back({units});
  return shapes;
}

TEST(FloatOps, Lstm) {
  Random random(9);
  for (const Shape& x : {Shape{1, 1, 3}, Shape{3, 7, 2}, Shape{9, 5, 6}, Shape{2, 12, 17}}) {
    for (const int32_t units : {1, 4, 19}) {
      SCOPED_TRACE(to_string(x) + ", " + std::to_string(units) + " units");
      check(Lstm{}, Case(Lstm{}, recurrent_shapes(x, units, 4, 4), random), random, 13);
    }
  }
  const Lstm clipped{0.3f};
  check(clipped, Case(clipped, recurrent_shapes({4, 6, 3}, 5, 4, 4), random), random, 13);
}

TEST(FloatOps, Gru) {
  Random random(11);
  for (const Shape& x : {Shape{1, 1, 3}, Shape{3, 7, 2}, Shape{9, 5, 6}, Shape{2, 12, 17}}) {
    for (const int32_t units : {1, 4, 19}) {
      SCOPED_TRACE(to_string(x) + ", " + std::to_string(units) + " units");
      check(Gru{}, Case(Gru{}, recurrent_shapes(x, units, 3, 4), random), random, 11);
    }
  }
}

TEST(FloatOps, StridedSlice) {
  Random random(10);
  for (const Shape& x : {Shape{1, 1, 1}, Shape{3, 7, 2}, Shape{5, 4, 33}}) {
    check(last_step(), Case(last_step(), {x}, random, {x[0], x[2]}), random, 1);
  }
  const StridedSlice backwards{{0, 6, 1}, {0, -8, 9}, {1, -3, 2}, 0b001, 0b001, 0, 0};
  check(backwards, Case(backwards, {{3, 7, 9}}, random, {3, 3, 4}), random, 1);
}

TEST(FloatOps, Transpose) {
  Random random(12);
  const Transpose op{{2, 0, 3, 1}};
  check(op, Case(op, {{3, 4, 2, 5}}, random, {2, 3, 5, 4}), random, 1);
}

TEST(FloatOps, SpaceToDepth) {
  Random random(13);
  const SpaceToDepth blocks{2, false}, back{2, true};
  check(blocks, Case(blocks, {{3, 4, 6, 5}}, random, {3, 2, 3, 20}), random, 1);
  check(back, Case(back, {{3, 2, 3, 20}}, random, {3, 4, 6, 5}), random, 1);
}

TEST(FloatOps, Pad) {
  Random random(14);
  for (const PadMode mode : {PadMode::constant, PadMode::reflect, PadMode::symmetric}) {
    const Pad op{{0, 2, 1}, {0, 1, 3}, mode, -0.5};
    check(op, Case(op, {{3, 3, 4}}, random, {3, 6, 8}), random, 1);
  }
}

TEST(FloatOps, Concatenation) {
  Random random(18);
  const Concatenation channels{2, false}, pack{1, true};
  check(channels, Case(channels, {{3, 4, 2}, {3, 4, 5}, {3, 4, 1}}, random), random, 3);
  check(pack, Case(pack, {{3, 4, 2}, {3, 4, 2}}, random), random, 2);
}

TEST(FloatOps, Resize) {
  Random random(15);
  for (const Interpolation interpolation : {Interpolation::nearest, Interpolation::bilinear}) {
    for (const int corners : {0, 1, 2}) {
      const Resize op{interpolation, 7, 3, corners == 1, corners == 2};
      check(op, Case(op, {{2, 4, 5, 3}}, random), random, 1);
    }
  }
}

TEST(FloatOps, TransposeConv) {
  Random random(16);
  const TransposeConv same{2, 2, Padding::same, 7, 6}, valid{1, 3, Padding::valid, 5, 11};
  check(same, Case(same, {{2, 4, 3, 5}, {4, 3, 3, 5}, {4}}, random), random, 3);
  check(valid, Case(valid, {{1, 4, 4, 2}, {3, 2, 2, 2}, {}}, random), random, 2);
}

// Two linear layers that read parts of an input of one: the engine's gradients of an operator with several
// outputs, one of them unused, against differences of its own output.
TEST(FloatOps, SplitAndGather) {
  Random random(17);
  const auto tensor = [&](Shape shape) {
    std::vector<float> values(static_cast<size_t>(elements(shape)));
    for (float& value : values) value = static_cast<float>(random.normal());
    return Tensor{
        "values", DType::float32, std::move(shape), {}, to_constant(std::span<const float>(values))};
  };
  Graph graph;
  const auto value = [&] { return graph.add({"value", DType::float32, {}, {}, nullptr}); };
  const TensorId x = graph.add(tensor({3, 9})), w = graph.add(tensor({2, 4}));
  const std::vector<int32_t> taken = {3, 0, 3, 1};
  Tensor indices{"indices", DType::int32, {4}, {}, to_constant(std::span<const int32_t>(taken))};
  const TensorId places = graph.add(std::move(indices));
  const TensorId a = value(), unused = value(), b = value(), gathered = value(), y = value(), out = value();
  graph.nodes = {{Split{1, {4, 1, 4}}, {x}, {a, unused, b}},
                 {Gather{1, 0}, {b, places}, {gathered}},
                 {Mul{}, {a, gathered}, {y}},
                 {FullyConnected{}, {y, w}, {out}}};
  graph.outputs = {out};
  ops::infer(graph);
  ThreadPool pool(1);
  run::FloatEngine engine(graph, 1, pool);
  engine.forward(true, 1);
  for (float& slope : engine.output_gradient()) slope = static_cast<float>(random.normal());
  const std::vector<float> slopes(engine.output_gradient().begin(), engine.output_gradient().end());
  engine.backward();
  const std::vector<float> gradient(engine.gradient(x).begin(), engine.gradient(x).end());
  const auto projected = [&] {
    engine.forward(false, 1);
    double sum = 0;
    for (size_t i = 0; i < slopes.size(); ++i) {
      sum += static_cast<double>(slopes[i]) * static_cast<double>(engine.output()[i]);
    }
    return sum;
  };
  for (size_t i = 0; i < gradient.size(); ++i) {
    constexpr float kStep = 1.0f / 64;  // the output is of second order in x: exact but for rounding
    float& element = engine.parameter(x)[i];
    const float before = element;
    element = before + kStep;
    const double above = projected();
    element = before - kStep;
    const double below = projected();
    element = before;
    EXPECT_NEAR(static_cast<double>(gradient[i]), (above - below) / (2.0 / 64), 2e-4) << i;
  }
}

}  // namespace
}  // namespace tinyml
