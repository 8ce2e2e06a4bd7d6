// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tinyml/graph/geometry.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lower_pool.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const AveragePool2D& op, Graph& graph, const Node& node) {
  const Shape& input = input_shape(graph, node, 4);
  const Window2D window = window_of(op, input, op.filter_height, op.filter_width);
  set_output(graph, node, {input[0], window.height.output, window.width.output, input[3]});
}

int64_t macs(const AveragePool2D&, const Graph&, const Node&) { return 0; }

namespace {

// Calls body(output position, input position, 1 / elements of the window) for every element of a sample's
// windows; positions count floats.
template <class Body>
void for_window_elements(const AveragePool2D& op, const Shape& input, const Body& body) {
  const auto [height, width] = window_of(op, input, op.filter_height, op.filter_width);
  const int64_t channels = input[3];
  for (int32_t oy = 0; oy < height.output; ++oy) {
    const int32_t y0 = std::max(oy * height.stride - height.pad_before, 0);
    const int32_t y1 = std::min(oy * height.stride - height.pad_before + height.filter, height.input);
    for (int32_t ox = 0; ox < width.output; ++ox) {
      const int32_t x0 = std::max(ox * width.stride - width.pad_before, 0);
      const int32_t x1 = std::min(ox * width.stride - width.pad_before + width.filter, width.input);
      const float share = 1.0f / static_cast<float>((y1 - y0) * (x1 - x0));
      const int64_t output = (int64_t{oy} * width.output + ox) * channels;
      for (int32_t y = y0; y < y1; ++y) {
        for (int32_t x = x0; x < x1; ++x) body(output, (int64_t{y} * width.input + x) * channels, share);
      }
    }
  }
}

}  // namespace

void forward(const AveragePool2D& op, FloatForward& pass) {
  const FloatTensor& input = pass.inputs[0];
  const FloatTensor& output = pass.outputs[0];
  const Limits limits = limits_of(op.activation);
  const int64_t input_sample = input.size() / input.shape[0], output_sample = output.size() / input.shape[0];
  for_blocks(*pass.pool, few_blocks(input.shape[0], 16), [&](int64_t first, int64_t count, int64_t, int) {
    for (int64_t n = first; n < first + count; ++n) {
      const float* x = input.data + n * input_sample;
      float* y = output.data + n * output_sample;
      std::fill_n(y, output_sample, 0.0f);
      for_window_elements(op, input.shape, [&](int64_t to, int64_t from, float share) {
        kernels::add_scaled(x + from, input.shape[3], share, y + to);
      });
      if (op.activation != Activation::none) kernels::clamp(y, output_sample, limits.low, limits.high, y);
    }
  });
}

void backward(const AveragePool2D& op, FloatBackward& pass) {
  if (!pass.input_gradients[0].data) return;
  const FloatTensor& input = pass.inputs[0];
  const FloatTensor& gradient = pass.output_gradients[0];
  const Limits limits = limits_of(op.activation);
  const int64_t input_sample = input.size() / input.shape[0],
                output_sample = gradient.size() / input.shape[0];
  for_blocks(*pass.pool, few_blocks(input.shape[0], 16), [&](int64_t first, int64_t count, int64_t, int) {
    for (int64_t n = first; n < first + count; ++n) {
      float* dy = gradient.data + n * output_sample;
      float* dx = pass.input_gradients[0].data + n * input_sample;
      if (op.activation != Activation::none) {
        kernels::clamp_gradient(pass.outputs[0].data + n * output_sample, dy, output_sample, limits.low,
                                limits.high, dy);
      }
      std::fill_n(dx, input_sample, 0.0f);
      for_window_elements(op, input.shape, [&](int64_t from, int64_t to, float share) {
        kernels::add_scaled(dy + from, input.shape[3], share, dx + to);
      });
    }
  });
}

KernelCall lower(const AveragePool2D& op, const Graph& graph, const Node& node, const Target&) {
  return lower_pool(op, graph, node, "average_pool_2d", TINYML_KERNEL(average_pool_2d));
}

void write_tflite(const AveragePool2D& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::AVERAGE_POOL_2D;
  set_versions(writer, 1, 2, 3);
  writer.options.Set(window_options<schema::Pool2DOptionsT>(op));
}

bool read_tflite(AveragePool2D& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::AVERAGE_POOL_2D) return false;
  expect_operands(reader, 1, 1);
  read_window(op, options_of<schema::Pool2DOptions>(reader));
  return true;
}

}  // namespace tinyml::ops
