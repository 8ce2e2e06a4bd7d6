// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/normalize.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const BatchNorm&, Graph& graph, const Node& node) {
  const Shape input = graph[node.inputs.at(0)].shape;
  for (size_t i = 1; i <= 4; ++i) {
    if (input.empty() || graph[node.inputs.at(i)].shape != Shape{input.back()}) {
      throw Error(ErrorKind::bad_file, "batch_norm parameters do not fit the input " + to_string(input));
    }
  }
  set_output(graph, node, input);
}

int64_t macs(const BatchNorm&, const Graph&, const Node&) { return 0; }

namespace {

// What forward saves: a flag (1: batch statistics), then these arrays of `channels` floats.
struct Saved {
  float* mean;
  float* inverse_deviation;
  float* scale;
  float* shift;

  Saved(float* first, int64_t channels)
      : mean(first),
        inverse_deviation(mean + channels),
        scale(inverse_deviation + channels),
        shift(scale + channels) {}
};

Blocks row_blocks(int64_t rows) { return {rows, std::max<int64_t>(256, (rows + 63) / 64)}; }

// Sums over the blocks, in order and in double.
void add_blocks(const float* parts, int64_t blocks, int64_t channels, std::vector<double>& sums) {
  sums.assign(static_cast<size_t>(channels), 0);
  for (int64_t b = 0; b < blocks; ++b) {
    for (int64_t c = 0; c < channels; ++c) sums[static_cast<size_t>(c)] += parts[b * channels + c];
  }
}

void batch_statistics(const BatchNorm& op, FloatForward& pass, int64_t rows, int64_t channels,
                      const Saved& saved) {
  const float* x = pass.inputs[0].data;
  const Blocks blocks = row_blocks(rows);
  float* sum_parts = aligned_room(*pass.workspace, 2 * blocks.count() * channels);
  float* square_parts = sum_parts + blocks.count() * channels;
  for_blocks(*pass.pool, blocks, [&](int64_t row, int64_t count, int64_t block, int) {
    kernels::moment_sums(x + row * channels, count, channels, x, sum_parts + block * channels,
                         square_parts + block * channels);
  });
  std::vector<double> sums, squares;
  add_blocks(sum_parts, blocks.count(), channels, sums);
  add_blocks(square_parts, blocks.count(), channels, squares);
  const auto n = static_cast<double>(rows);
  for (int64_t c = 0; c < channels; ++c) {
    const double shifted = sums[static_cast<size_t>(c)] / n;
    const double variance = std::max(0.0, squares[static_cast<size_t>(c)] / n - shifted * shifted);
    saved.mean[c] = static_cast<float>(x[c] + shifted);
    saved.inverse_deviation[c] = static_cast<float>(1 / std::sqrt(variance + op.epsilon));
    float& moving_mean = pass.inputs[3].data[c];
    float& moving_variance = pass.inputs[4].data[c];
    moving_mean += (1 - op.momentum) * (saved.mean[c] - moving_mean);
    moving_variance += (1 - op.momentum) * (static_cast<float>(variance) - moving_variance);
  }
}

}  // namespace

void forward(const BatchNorm& op, FloatForward& pass) {
  const FloatTensor& input = pass.inputs[0];
  const int64_t channels = input.shape.back(), rows = input.size() / channels;
  pass.saved->resize(static_cast<size_t>(1 + 4 * channels));
  pass.saved->front() = pass.training ? 1.0f : 0.0f;
  const Saved saved(pass.saved->data() + 1, channels);
  if (pass.training) {
    batch_statistics(op, pass, rows, channels, saved);
  } else {
    for (int64_t c = 0; c < channels; ++c) {
      saved.mean[c] = pass.inputs[3].data[c];
      saved.inverse_deviation[c] = 1 / std::sqrt(pass.inputs[4].data[c] + op.epsilon);
    }
  }
  for (int64_t c = 0; c < channels; ++c) {
    saved.scale[c] = pass.inputs[1].data[c] * saved.inverse_deviation[c];
    saved.shift[c] = pass.inputs[2].data[c] - saved.mean[c] * saved.scale[c];
  }
  const Limits limits = limits_of(pass.fused);
  for_blocks(*pass.pool, row_blocks(rows), [&](int64_t row, int64_t count, int64_t, int) {
    kernels::scale_shift(input.data + row * channels, count, channels, saved.scale, saved.shift, limits.low,
                         limits.high, pass.outputs[0].data + row * channels);
  });
}

void backward(const BatchNorm&, FloatBackward& pass) {
  const FloatTensor& input = pass.inputs[0];
  const int64_t channels = input.shape.back(), rows = input.size() / channels;
  const Saved saved(const_cast<float*>(pass.saved->data()) + 1, channels);
  const bool batch_statistics = pass.saved->front() != 0;
  const Limits limits = limits_of(pass.fused);
  const kernels::Normalized normalized{
      channels, saved.mean, saved.inverse_deviation, saved.scale, saved.shift, limits.low, limits.high};
  const float* dy = pass.output_gradients[0].data;
  const Blocks blocks = row_blocks(rows);
  float* sum_parts = aligned_room(*pass.workspace, (2 * blocks.count() + 3) * channels);
  float* product_parts = sum_parts + blocks.count() * channels;
  for_blocks(*pass.pool, blocks, [&](int64_t row, int64_t count, int64_t block, int) {
    kernels::normalized_gradient_sums(normalized, input.data + row * channels, dy + row * channels, count,
                                      sum_parts + block * channels, product_parts + block * channels);
  });
  std::vector<double> sums, products;
  add_blocks(sum_parts, blocks.count(), channels, sums);
  add_blocks(product_parts, blocks.count(), channels, products);
  float* of_gradient = product_parts + blocks.count() * channels;
  float* of_input = of_gradient + channels;
  float* constant = of_input + channels;
  for (int64_t c = 0; c < channels; ++c) {
    const double sum = sums[static_cast<size_t>(c)], product = products[static_cast<size_t>(c)];
    if (float* gamma = pass.input_gradients[1].data) gamma[c] = static_cast<float>(product);
    if (float* beta = pass.input_gradients[2].data) beta[c] = static_cast<float>(sum);
    const double share = batch_statistics ? saved.scale[c] / static_cast<double>(rows) : 0;
    of_gradient[c] = saved.scale[c];
    of_input[c] = static_cast<float>(-share * saved.inverse_deviation[c] * product);
    constant[c] = static_cast<float>(-share * sum);
  }
  float* dx = pass.input_gradients[0].data;
  if (!dx) return;
  for_blocks(*pass.pool, blocks, [&](int64_t row, int64_t count, int64_t, int) {
    kernels::normalized_gradient(normalized, input.data + row * channels, dy + row * channels, count,
                                 of_gradient, of_input, constant, dx + row * channels);
  });
}

}  // namespace tinyml::ops
