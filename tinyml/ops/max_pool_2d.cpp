// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lower_pool.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const MaxPool2D& op, Graph& graph, const Node& node) {
  const Shape& input = input_shape(graph, node, 4);
  const Window2D window = window_of(op, input, op.filter_height, op.filter_width);
  set_output(graph, node, {input[0], window.height.output, window.width.output, input[3]});
}

int64_t macs(const MaxPool2D&, const Graph&, const Node&) { return 0; }

// Saves, for each output, the largest element's place in the window, as a float.
void forward(const MaxPool2D& op, FloatForward& pass) {
  const FloatTensor& input = pass.inputs[0];
  const FloatTensor& output = pass.outputs[0];
  const Window2D window = window_of(op, input.shape, op.filter_height, op.filter_width);
  const WindowAxis &height = window.height, &width = window.width;
  const int64_t channels = input.shape[3];
  const Limits limits = limits_of(op.activation);
  pass.saved->resize(static_cast<size_t>(output.size()));
  const Blocks lines{int64_t{input.shape[0]} * height.output, std::max(1, 64 / width.output)};
  for_blocks(*pass.pool, lines, [&](int64_t first, int64_t count, int64_t, int) {
    for (int64_t line = first; line < first + count; ++line) {
      const float* sample = input.data + line / height.output * height.input * width.input * channels;
      const int64_t top = line % height.output * height.stride - height.pad_before;
      for (int64_t ox = 0; ox < width.output; ++ox) {
        const int64_t at = (line * width.output + ox) * channels;
        float* y = output.data + at;
        float* place = pass.saved->data() + at;
        std::fill_n(y, channels, -std::numeric_limits<float>::infinity());
        std::fill_n(place, channels, 0.0f);
        for (int64_t f = 0; f < int64_t{height.filter} * width.filter; ++f) {
          const int64_t iy = top + f / width.filter;
          const int64_t ix = ox * width.stride - width.pad_before + f % width.filter;
          if (iy < 0 || iy >= height.input || ix < 0 || ix >= width.input) continue;
          const float* x = sample + (iy * width.input + ix) * channels;
          for (int64_t c = 0; c < channels; ++c) {
            const bool larger = x[c] > y[c];
            y[c] = larger ? x[c] : y[c];
            place[c] = larger ? static_cast<float>(f) : place[c];
          }
        }
        if (op.activation != Activation::none) kernels::clamp(y, channels, limits.low, limits.high, y);
      }
    }
  });
}

void backward(const MaxPool2D& op, FloatBackward& pass) {
  if (!pass.input_gradients[0].data) return;
  const FloatTensor& input = pass.inputs[0];
  const FloatTensor& gradient = pass.output_gradients[0];
  const Window2D window = window_of(op, input.shape, op.filter_height, op.filter_width);
  const WindowAxis &height = window.height, &width = window.width;
  const int64_t channels = input.shape[3];
  const Limits limits = limits_of(op.activation);
  const int64_t input_sample = input.size() / input.shape[0],
                output_sample = gradient.size() / input.shape[0];
  for_blocks(*pass.pool, few_blocks(input.shape[0], 16), [&](int64_t first, int64_t count, int64_t, int) {
    for (int64_t n = first; n < first + count; ++n) {
      float* dy = gradient.data + n * output_sample;
      float* dx = pass.input_gradients[0].data + n * input_sample;
      const float* place = pass.saved->data() + n * output_sample;
      if (op.activation != Activation::none) {
        kernels::clamp_gradient(pass.outputs[0].data + n * output_sample, dy, output_sample, limits.low,
                                limits.high, dy);
      }
      std::fill_n(dx, input_sample, 0.0f);
      for (int64_t o = 0; o < output_sample; ++o) {
        const int64_t c = o % channels, ox = o / channels % width.output, oy = o / channels / width.output;
        const auto f = static_cast<int64_t>(place[o]);
        const int64_t iy = oy * height.stride - height.pad_before + f / width.filter;
        const int64_t ix = ox * width.stride - width.pad_before + f % width.filter;
        dx[(iy * width.input + ix) * channels + c] += dy[o];
      }
    }
  });
}

KernelCall lower(const MaxPool2D& op, const Graph& graph, const Node& node, const Target&) {
  return lower_pool(op, graph, node, "max_pool_2d", TINYML_KERNEL(max_pool_2d));
}

void write_tflite(const MaxPool2D& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::MAX_POOL_2D;
  set_versions(writer, 1, 2, 3);
  writer.options.Set(window_options<schema::Pool2DOptionsT>(op));
}

bool read_tflite(MaxPool2D& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::MAX_POOL_2D) return false;
  expect_operands(reader, 1, 1);
  read_window(op, options_of<schema::Pool2DOptions>(reader));
  return true;
}

}  // namespace tinyml::ops
