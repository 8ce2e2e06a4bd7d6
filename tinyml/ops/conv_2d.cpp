// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/kernels/gemm.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/hybrid.h"
#include "tinyml/ops/lower_convolution.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const Conv2D& op, Graph& graph, const Node& node) {
  const Shape& input = input_shape(graph, node, 4);
  const Shape& weights = graph[node.inputs.at(1)].shape;
  if (weights.size() != 4 || weights[3] != input[3]) {
    throw Error(ErrorKind::bad_file,
                "conv_2d weights " + to_string(weights) + " do not fit the input " + to_string(input));
  }
  const Window2D window = window_of(op, input, weights[1], weights[2]);
  set_output(graph, node, {input[0], window.height.output, window.width.output, weights[0]});
}

int64_t macs(const Conv2D&, const Graph& graph, const Node& node) {
  const Shape& weights = graph[node.inputs[1]].shape;
  return elements(graph[node.outputs[0]].shape) * weights[1] * weights[2] * weights[3];
}

namespace {

// Runs are as short as a filter's row of one channel; whole vectors that overlap beat memcpy's dispatch.
inline void copy_run(const float* from, int64_t n, float* to) {
  constexpr int64_t kStep = 4;
  if (n < kStep) {
    for (int64_t i = 0; i < n; ++i) to[i] = from[i];
    return;
  }
  for (int64_t i = 0; i + kStep < n; i += kStep) std::memcpy(to + i, from + i, kStep * sizeof(float));
  std::memcpy(to + n - kStep, from + n - kStep, kStep * sizeof(float));
}

// The convolution as a product of patches: rows are output positions, K = filter height * width * channels.
// A 1x1 convolution without strides reads its input as patches directly.
struct Patches {
  WindowAxis height, width;
  int64_t channels, filters, depth;
  bool direct;

  Patches(const Conv2D& op, const Shape& input, const Shape& weights)
      : channels(input[3]), filters(weights[0]), depth(int64_t{weights[1]} * weights[2] * weights[3]) {
    const Window2D window = window_of(op, input, weights[1], weights[2]);
    height = window.height;
    width = window.width;
    direct = weights[1] == 1 && weights[2] == 1 && op.stride_height == 1 && op.stride_width == 1;
  }

  int64_t input_sample() const { return int64_t{height.input} * width.input * channels; }
  // Lines of outputs, so many that a block has about 256 rows.
  int64_t lines_a_block() const { return std::max(1, 256 / width.output); }

  // Calls body(input offset, patch offset, floats) for the runs of a line's patches that lie inside the
  // input.
  template <class Body>
  void for_runs(int64_t line, const Body& body) const {
    const int64_t sample = line / height.output * input_sample();
    const int64_t y = line % height.output * height.stride - height.pad_before;
    const int64_t step = width.dilation;
    for (int64_t fy = 0; fy < height.filter; ++fy) {
      const int64_t row = y + fy * height.dilation;
      if (row < 0 || row >= height.input) continue;
      for (int64_t ox = 0; ox < width.output; ++ox) {
        const int64_t x = ox * width.stride - width.pad_before;
        const int64_t begin = x < 0 ? (-x + step - 1) / step : 0;
        const int64_t end = std::min<int64_t>(width.filter, (width.input - x + step - 1) / step);
        const int64_t from = sample + (row * width.input + x) * channels;
        const int64_t to = ox * depth + fy * width.filter * channels;
        if (step == 1) {
          if (begin < end) body(from + begin * channels, to + begin * channels, (end - begin) * channels);
        } else {
          for (int64_t fx = begin; fx < end; ++fx)
            body(from + fx * step * channels, to + fx * channels, channels);
        }
      }
    }
  }

  void gather(const float* input, int64_t line, int64_t lines, float* patches) const {
    std::fill_n(patches, lines * width.output * depth, 0.0f);
    for (int64_t i = 0; i < lines; ++i, patches += width.output * depth) {
      for_runs(line + i,
               [&](int64_t from, int64_t to, int64_t n) { copy_run(input + from, n, patches + to); });
    }
  }

  void scatter(const float* patches, int64_t line, int64_t lines, float* input) const {
    for (int64_t i = 0; i < lines; ++i, patches += width.output * depth) {
      for_runs(line + i, [&](int64_t from, int64_t to, int64_t n) {
        for (int64_t c = 0; c < n; ++c) input[from + c] += patches[to + c];
      });
    }
  }
};

}  // namespace

void forward(const Conv2D& op, FloatForward& pass) {
  const FloatTensor& input = pass.inputs[0];
  const Patches p(op, input.shape, pass.inputs[1].shape);
  const Limits limits = limits_of(op.activation);
  const Blocks lines{int64_t{input.shape[0]} * p.height.output, p.lines_a_block()};
  const int64_t patch_room = p.direct ? 0 : cache_lines(lines.size * p.width.output * p.depth);
  float* weights =
      aligned_room(*pass.workspace, cache_lines(p.depth * p.filters) + patch_room * pass.pool->threads());
  float* room = weights + cache_lines(p.depth * p.filters);
  kernels::transpose(pass.inputs[1].data, p.filters, p.depth, p.depth, weights);
  for_blocks(*pass.pool, lines, [&](int64_t line, int64_t count, int64_t, int thread) {
    const float* patches = input.data + line * p.width.output * p.depth;
    if (!p.direct) {
      float* gathered = room + thread * patch_room;
      p.gather(input.data, line, count, gathered);
      patches = gathered;
    }
    kernels::Gemm g{.m = count * p.width.output, .n = p.filters, .k = p.depth};
    g.a = patches;
    g.a_row_stride = p.depth;
    g.b = weights;
    g.b_row_stride = p.filters;
    g.c = pass.outputs[0].data + line * p.width.output * p.filters;
    g.c_row_stride = p.filters;
    g.bias = pass.inputs.size() > 2 ? pass.inputs[2].data : nullptr;
    g.low = limits.low;
    g.high = limits.high;
    kernels::gemm(g);
  });
}

void backward(const Conv2D& op, FloatBackward& pass) {
  const FloatTensor& input = pass.inputs[0];
  const Patches p(op, input.shape, pass.inputs[1].shape);
  const Limits limits = limits_of(op.activation);
  float* input_gradient = pass.input_gradients[0].data;
  float* weight_gradient = pass.input_gradients[1].data;
  float* bias_gradient = pass.inputs.size() > 2 ? pass.input_gradients[2].data : nullptr;

  const Blocks samples = few_blocks(input.shape[0], 16);
  const int64_t weight_count = p.filters * p.depth;
  const int64_t patch_room = p.direct ? 0 : cache_lines(p.lines_a_block() * p.width.output * p.depth);
  float* weight_parts = aligned_room(*pass.workspace, cache_lines(samples.count() * weight_count) +
                                                          cache_lines(samples.count() * p.filters) +
                                                          patch_room * pass.pool->threads());
  float* bias_parts = weight_parts + cache_lines(samples.count() * weight_count);
  float* room = bias_parts + cache_lines(samples.count() * p.filters);

  for_blocks(*pass.pool, samples, [&](int64_t sample, int64_t count, int64_t block, int thread) {
    float* patches = room + thread * patch_room;
    const int64_t first_line = sample * p.height.output, last_line = first_line + count * p.height.output;
    float* gradients = pass.output_gradients[0].data + first_line * p.width.output * p.filters;
    const int64_t rows = (last_line - first_line) * p.width.output;
    if (op.activation != Activation::none) {
      const float* outputs = pass.outputs[0].data + first_line * p.width.output * p.filters;
      kernels::clamp_gradient(outputs, gradients, rows * p.filters, limits.low, limits.high, gradients);
    }
    if (bias_gradient) kernels::column_sums(gradients, rows, p.filters, bias_parts + block * p.filters);
    if (input_gradient && !p.direct) {
      std::fill_n(input_gradient + sample * p.input_sample(), count * p.input_sample(), 0.0f);
    }
    for (int64_t line = first_line; line < last_line; line += p.lines_a_block()) {
      const int64_t lines = std::min(p.lines_a_block(), last_line - line);
      const float* dy = pass.output_gradients[0].data + line * p.width.output * p.filters;
      if (weight_gradient) {
        if (!p.direct) p.gather(input.data, line, lines, patches);
        kernels::Gemm g{.m = p.filters, .n = p.depth, .k = lines * p.width.output};
        g.a = dy;
        g.a_row_stride = 1;
        g.a_depth_stride = p.filters;
        g.b = p.direct ? input.data + line * p.width.output * p.depth : patches;
        g.b_row_stride = p.depth;
        g.c = weight_parts + block * weight_count;
        g.c_row_stride = p.depth;
        g.accumulate = line != first_line;
        kernels::gemm(g);
      }
      if (input_gradient) {
        kernels::Gemm g{.m = lines * p.width.output, .n = p.depth, .k = p.filters};
        g.a = dy;
        g.a_row_stride = p.filters;
        g.b = pass.inputs[1].data;
        g.b_row_stride = p.depth;
        g.c = p.direct ? input_gradient + line * p.width.output * p.depth : patches;
        g.c_row_stride = p.depth;
        kernels::gemm(g);
        if (!p.direct) p.scatter(patches, line, lines, input_gradient);
      }
    }
  });
  if (weight_gradient) kernels::sum_parts(weight_parts, samples.count(), weight_count, weight_gradient);
  if (bias_gradient) kernels::sum_parts(bias_parts, samples.count(), p.filters, bias_gradient);
}

KernelCall lower(const Conv2D& op, const Graph& graph, const Node& node, const Target& target) {
  const Shape& weights = graph[node.inputs.at(1)].shape;
  const Window2D window = window_of(op, input_shape(graph, node, 4), weights.at(1), weights.at(2));
  return lower_convolution(window, op.activation, graph, node, target);
}

void write_tflite(const Conv2D& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::CONV_2D;
  const bool dilated = op.dilation_height > 1 || op.dilation_width > 1;
  set_versions(writer, dilated ? 2 : 1, 3, 4);
  if (dilated && writer.version < 4) writer.min_runtime = "1.14.0";
  if (is_hybrid(writer.graph, writer.node)) {
    const bool per_channel = writer.input(1).quantization.per_channel();
    writer.version = per_channel ? 5 : 2;
    writer.min_runtime = per_channel ? "2.4.0" : "1.14.0";
  }
  writer.options.Set(window_options<schema::Conv2DOptionsT>(op));
  add_missing_bias(writer);
}

bool read_tflite(Conv2D& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::CONV_2D) return false;
  expect_operands(reader, 2, 3);
  read_window(op, options_of<schema::Conv2DOptions>(reader));
  return true;
}

}  // namespace tinyml::ops
