// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tinyml/graph/builder.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/quantize/post_training.h"
#include "tinyml/run/engine.h"
#include "tinyml/run/float_engine.h"

namespace tinyml::quantize {
namespace {

void representative(size_t index, std::span<float> input) {
  Random random = Random(11).fork(index);
  for (float& value : input) value = static_cast<float>(random.uniform(-1, 3));
}

Graph net_with_everything() {
  GraphBuilder net("net", 2);
  TensorId x = net.input("x", {1, 12, 8, 1});
  x = net.conv_2d(x, 8, {3, 3}, {2, 2});
  x = net.add(x, net.conv_2d(net.depthwise_conv_2d(x, {3, 3}), 8, {1, 1}, {}, Activation::none),
              Activation::relu6);
  x = net.max_pool_2d(x, {2, 2}, {2, 2});
  const Shape s = net.shape(x);
  x = net.reshape(x, {1, s[1], 1, s[2] * s[3]});
  x = net.softmax(net.dense(net.global_average_pool(x), 5));
  const Graph graph = net.finish(x);
  ThreadPool pool(1);
  run::FloatEngine engine(graph, 16, pool);
  for (uint64_t step = 0; step < 30; ++step) {
    const size_t each = engine.input().size() / 16;
    for (size_t i = 0; i < 16; ++i) representative(step * 16 + i, engine.input().subspan(i * each, each));
    engine.forward(true, step);
  }
  return fold_for_inference(engine.to_graph());
}

TEST(Quantize, Int8FollowsFloat) {
  const Graph net = net_with_everything();
  ThreadPool pool(1);
  for (const Calibration method : {Calibration::min_max, Calibration::percentile, Calibration::mse}) {
    const auto ranges = calibrate(net, 64, representative, {method}, pool);
    const Graph quantized = quantize(net, ranges);
    verify(quantized);
    run::Engine int8(quantized);
    run::FloatEngine reference(net, 1, pool);
    const Quantization in = quantized[quantized.inputs[0]].quantization;
    const Quantization out = quantized[quantized.outputs[0]].quantization;
    double worst = 0;
    for (size_t k = 100; k < 150; ++k) {
      representative(k, reference.input());
      std::vector<int8_t> input;
      for (const float value : reference.input()) {
        input.push_back(static_cast<int8_t>(std::clamp(
            std::round(value / in.scale()) + static_cast<float>(in.zero_point()), -128.0f, 127.0f)));
      }
      reference.forward(false, 0, 1);
      const auto answer = int8.run(input);
      for (size_t c = 0; c < answer.size(); ++c) {
        const double value = out.scale() * static_cast<float>(answer[c] - out.zero_point());
        worst = std::max(worst, std::fabs(value - static_cast<double>(reference.output()[c])));
      }
    }
    EXPECT_LT(worst, 0.06) << static_cast<int>(method);
  }
}

void motion(size_t index, std::span<float> input) {
  Random random = Random(12).fork(index);
  const double pace = random.uniform(0.1, 0.7);
  for (size_t i = 0; i < input.size(); ++i) {
    const double wave = std::sin(pace * static_cast<double>(i / 3) + static_cast<double>(i % 3));
    input[i] = static_cast<float>(2 * wave + 0.2 * random.normal());
  }
}

/// The largest difference of the int8 net from the float one, in real units.
double worst_difference(const Graph& net, const Graph& quantized, const FillInput& fill, ThreadPool& pool) {
  run::Engine int8(quantized);
  run::FloatEngine reference(net, 1, pool);
  const Quantization in = quantized[quantized.inputs[0]].quantization;
  const Quantization out = quantized[quantized.outputs[0]].quantization;
  double worst = 0;
  for (size_t k = 100; k < 150; ++k) {
    fill(k, reference.input());
    std::vector<int8_t> input;
    for (const float value : reference.input()) {
      const float steps = std::round(value / in.scale()) + static_cast<float>(in.zero_point());
      input.push_back(static_cast<int8_t>(std::clamp(steps, -128.0f, 127.0f)));
    }
    reference.forward(false, 0, 1);
    const auto answer = int8.run(input);
    for (size_t c = 0; c < answer.size(); ++c) {
      const double value = out.scale() * static_cast<float>(answer[c] - out.zero_point());
      worst = std::max(worst, std::fabs(value - static_cast<double>(reference.output()[c])));
    }
  }
  return worst;
}

TEST(Quantize, Int8RecurrentLayersFollowFloat) {
  GraphBuilder builder("lstm", 5);
  TensorId x = builder.reshape(builder.input("x", {1, 40, 3, 1}), {1, 40, 3});
  x = builder.gru(builder.lstm(x, 12), 10);
  const Graph net = builder.finish(builder.dense(builder.last_step(x), 4));
  ThreadPool pool(2);
  const auto ranges = calibrate(net, 64, motion, {}, pool);
  ASSERT_EQ(ranges.size(), net.tensors.size() + net.nodes.size());
  const Graph quantized = quantize(net, ranges);
  for (size_t i = 0; i < net.nodes.size(); ++i) {
    const Range cells = ranges[net.tensors.size() + i];
    const auto* lstm = std::get_if<Lstm>(&quantized.nodes[i].op);
    EXPECT_EQ(cells.high > 0, lstm != nullptr);
    if (!lstm) continue;
    const double step = std::exp2(lstm->cell_scale_log2);
    EXPECT_LE(cells.high, 32767 * step);
    EXPECT_TRUE(cells.high > 16383 * step || lstm->cell_scale_log2 == -15);
  }
  EXPECT_LT(worst_difference(net, quantized, motion, pool), 0.08);
}

TEST(Quantize, ParametersFollowTheSpecification) {
  const Graph net = net_with_everything();
  ThreadPool pool(1);
  const Graph q = quantize(net, calibrate(net, 16, representative, {}, pool));
  for (const Node& node : q.nodes) {
    if (node.inputs.size() < 3) continue;
    const Tensor& weights = q[node.inputs[1]];
    const Tensor& bias = q[node.inputs[2]];
    EXPECT_EQ(weights.dtype, DType::int8);
    EXPECT_EQ(bias.dtype, DType::int32);
    for (const int8_t w : weights.values<int8_t>()) EXPECT_NE(w, -128);
    for (size_t c = 0; c < weights.quantization.scales.size(); ++c) {
      EXPECT_EQ(weights.quantization.zero_points[c], 0);
      EXPECT_FLOAT_EQ(bias.quantization.scales[c],
                      q[node.inputs[0]].quantization.scale() * weights.quantization.scales[c]);
    }
  }
  const Quantization out = q[q.outputs[0]].quantization;
  EXPECT_EQ(out.scale(), 1.0f / 256);
  EXPECT_EQ(out.zero_point(), -128);
}

TEST(Quantize, ZeroIsExact) {
  for (const Range range : {Range{0, 6}, Range{-1, 1}, Range{-3.7f, 0}, Range{-0.01f, 123}, Range{0, 0}}) {
    const Quantization q = activation_quantization(range);
    EXPECT_GE(q.zero_point(), -128);
    EXPECT_LE(q.zero_point(), 127);
    EXPECT_GT(q.scale(), 0);
  }
}

TEST(Quantize, ABiasFarLargerThanItsWeightsFits) {
  Graph net = net_with_everything();
  for (Node& node : net.nodes) {
    if (name_of(node.op) != "conv_2d") continue;
    Tensor& weights = net[node.inputs[1]];
    std::vector<float> zeros(static_cast<size_t>(elements(weights.shape)));
    weights.data = to_constant<float>(zeros);
    break;
  }
  ThreadPool pool(1);
  const Graph q = quantize(net, calibrate(net, 8, representative, {}, pool));
  const Tensor& bias = q[q.nodes[0].inputs[2]];
  const auto exact = net[net.nodes[0].inputs[2]].values<float>();
  for (size_t c = 0; c < exact.size(); ++c) {
    EXPECT_NEAR(static_cast<double>(bias.values<int32_t>()[c]) * bias.quantization.scales[c], exact[c],
                1e-4 * std::fabs(exact[c]) + 1e-6);
  }
}

TEST(Calibrate, LeastSquaresCutsALoneOutlier) {
  std::vector<int64_t> bins(4096);
  for (size_t i = 0; i < 400; ++i) bins[i] = 1000;
  bins.back() = 1;
  const Range cut = least_squares_range(bins, {0, 40.96f});
  // The sum (40.96 - h)^2 + 400,000 (h / 255)^2 / 12 is least at 27.1; the search goes by steps of 1.02.
  EXPECT_NEAR(cut.high, 27.1, 1.03);
}

}  // namespace
}  // namespace tinyml::quantize
