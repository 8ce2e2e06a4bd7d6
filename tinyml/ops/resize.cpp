// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tinyml/device/nn/resize_bilinear.h"
#include "tinyml/graph/geometry.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/indexed_copy.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

/// How far apart in the input the output's positions lie along an axis.
float step_of(const Resize& op, int32_t input, int32_t output) {
  if (op.align_corners && output > 1) return static_cast<float>(input - 1) / static_cast<float>(output - 1);
  return static_cast<float>(input) / static_cast<float>(output);
}

std::vector<int32_t> nearest(const Resize& op, int32_t input, int32_t output) {
  const float step = step_of(op, input, output), offset = op.half_pixel_centers ? 0.5f : 0.0f;
  std::vector<int32_t> indexes;
  for (int32_t i = 0; i < output; ++i) {
    const float at = (static_cast<float>(i) + offset) * step;
    indexes.push_back(
        std::min(static_cast<int32_t>(op.align_corners ? std::round(at) : std::floor(at)), input - 1));
  }
  return indexes;
}

IndexedCopy nearest_of(const Resize& op, const Shape& input) {
  const auto whole = [](int32_t extent) {
    std::vector<int32_t> indexes(static_cast<size_t>(extent));
    std::iota(indexes.begin(), indexes.end(), 0);
    return indexes;
  };
  return {
      input,
      {whole(input[0]), nearest(op, input[1], op.height), nearest(op, input[2], op.width), whole(input[3])}};
}

/// An output position between two of the input.
template <class Share>
struct Between {
  int32_t low, high;
  Share of_high;
};

Between<float> between(const Resize& op, int32_t i, int32_t input, int32_t output) {
  const float step = step_of(op, input, output);
  const float at =
      op.half_pixel_centers ? (static_cast<float>(i) + 0.5f) * step - 0.5f : static_cast<float>(i) * step;
  const int32_t low = std::clamp(static_cast<int32_t>(std::floor(at)), 0, input - 1);
  const int32_t high = std::clamp(static_cast<int32_t>(std::ceil(at)), 0, input - 1);
  return {low, high, at - static_cast<float>(low)};
}

/// In 1024ths, by TFLM's arithmetic. Where rounding the step leads beyond the last element, whose neighbour
/// TFLM would read outside of the input, it is the last.
Between<int32_t> between_1024ths(const Resize& op, int64_t i, int64_t input, int64_t output) {
  constexpr int64_t kOne = 1 << 10;
  int64_t step = (kOne * input + output / 2) / output;
  if (op.align_corners && output > 1) step = (kOne * (input - 1) + (output - 1) / 2) / (output - 1);
  int64_t at = i * step;
  if (op.half_pixel_centers) at += step / 2 - kOne / 2;
  const int64_t low = std::max<int64_t>(at / kOne, 0);
  const int64_t high = std::min((at + kOne - 1) / kOne, input - 1);
  if (low >= input) return {static_cast<int32_t>(input - 1), static_cast<int32_t>(input - 1), 0};
  return {static_cast<int32_t>(low), static_cast<int32_t>(high), static_cast<int32_t>(at - kOne * low)};
}

std::vector<int32_t> table_of(const Resize& op, int32_t input, int32_t output, int32_t stride) {
  std::vector<int32_t> table;
  for (int32_t i = 0; i < output; ++i) {
    const Between<int32_t> at = between_1024ths(op, i, input, output);
    table.insert(table.end(), {at.low * stride, at.high * stride, at.of_high});
  }
  return table;
}

}  // namespace

void infer(const Resize& op, Graph& graph, const Node& node) {
  const Shape x = input_shape(graph, node, 4);
  constexpr int32_t kMost = 1 << 20;
  if (op.height < 1 || op.width < 1 || op.height > kMost || op.width > kMost) {
    throw Error(ErrorKind::bad_file, fmt::format("an image resized to {} by {}", op.height, op.width));
  }
  if (op.interpolation == Interpolation::bilinear && op.align_corners && op.half_pixel_centers) {
    throw Error(ErrorKind::bad_file, "both align_corners and half_pixel_centers");
  }
  set_output(graph, node, {x[0], op.height, op.width, x[3]});
}

int64_t macs(const Resize& op, const Graph& graph, const Node& node) {
  constexpr int64_t kNeighbours = 4;
  if (op.interpolation == Interpolation::nearest) return 0;
  return kNeighbours * elements(graph[node.outputs[0]].shape);
}

namespace {

/// Calls body(output position, input position, its share) for all that an output of a batch is made of;
/// positions count vectors of channels.
template <class Body>
void for_shares(const Resize& op, const Shape& x, const Body& body) {
  const bool bilinear = op.interpolation == Interpolation::bilinear;
  const auto along = [&](int32_t input, int32_t output) {
    std::vector<Between<float>> places;
    for (const int32_t i : nearest(op, input, output)) places.push_back({i, i, 0});
    for (int32_t i = 0; bilinear && i < output; ++i) {
      places[static_cast<size_t>(i)] = between(op, i, input, output);
    }
    return places;
  };
  const std::vector<Between<float>> rows = along(x[1], op.height), columns = along(x[2], op.width);
  int64_t to = 0;
  for (int64_t image = 0; image < x[0]; ++image) {
    for (const Between<float>& row : rows) {
      const int64_t top = (image * x[1] + row.low) * x[2], bottom = (image * x[1] + row.high) * x[2];
      for (const Between<float>& column : columns) {
        body(to, top + column.low, (1 - row.of_high) * (1 - column.of_high));
        if (bilinear) {
          body(to, bottom + column.low, row.of_high * (1 - column.of_high));
          body(to, top + column.high, (1 - row.of_high) * column.of_high);
          body(to, bottom + column.high, row.of_high * column.of_high);
        }
        ++to;
      }
    }
  }
}

}  // namespace

void forward(const Resize& op, FloatForward& pass) {
  const int64_t channels = pass.inputs[0].shape[3];
  const float* x = pass.inputs[0].data;
  float* y = pass.outputs[0].data;
  std::fill_n(y, pass.outputs[0].size(), 0.0f);
  for_shares(op, pass.inputs[0].shape, [&](int64_t to, int64_t from, float share) {
    for (int64_t c = 0; c < channels; ++c) y[to * channels + c] += x[from * channels + c] * share;
  });
}

void backward(const Resize& op, FloatBackward& pass) {
  float* dx = pass.input_gradients[0].data;
  if (!dx) return;
  const int64_t channels = pass.inputs[0].shape[3];
  const float* dy = pass.output_gradients[0].data;
  std::fill_n(dx, pass.inputs[0].size(), 0.0f);
  for_shares(op, pass.inputs[0].shape, [&](int64_t from, int64_t to, float share) {
    for (int64_t c = 0; c < channels; ++c) dx[to * channels + c] += dy[from * channels + c] * share;
  });
}

KernelCall lower(const Resize& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = graph[node.inputs.at(0)];
  const Shape& x = input.shape;
  if (op.interpolation == Interpolation::nearest) return copy_call(nearest_of(op, x), input.dtype);
  int8_activation(graph, node.inputs[0]);
  const device::ResizeBilinearParams p{x[0], x[1] * x[2] * x[3], op.height, op.width, x[3]};
  KernelCall call =
      make_call<1, int32_t, int32_t>("resize_bilinear.h", "resize_bilinear", p,
                                     {make_table("rows", table_of(op, x[1], op.height, x[2] * x[3])),
                                      make_table("columns", table_of(op, x[2], op.width, x[3]))},
                                     0, -1, TINYML_KERNEL(resize_bilinear));
  call.takes_constants = true;
  return call;
}

void write_tflite(const Resize& op, TfliteWriter& writer) {
  set_versions(writer, 1, 2);
  if (op.half_pixel_centers || (op.interpolation == Interpolation::nearest && op.align_corners)) {
    writer.version = 3;
    writer.min_runtime = "2.3.0";
  }
  writer.more_inputs.push_back(int32_constant(writer.output().name + "/size", {op.height, op.width}));
  const auto set = [&]<class Options>(schema::BuiltinOperator builtin, Options options) {
    writer.builtin = builtin;
    options.align_corners = op.align_corners;
    options.half_pixel_centers = op.half_pixel_centers;
    writer.options.Set(std::move(options));
  };
  if (op.interpolation == Interpolation::nearest) {
    set(schema::BuiltinOperator::RESIZE_NEAREST_NEIGHBOR, schema::ResizeNearestNeighborOptionsT());
  } else {
    set(schema::BuiltinOperator::RESIZE_BILINEAR, schema::ResizeBilinearOptionsT());
  }
}

bool read_tflite(Resize& op, const TfliteReader& reader) {
  const auto read = [&](const auto& options) {
    expect_operands(reader, 2, 2);
    op.align_corners = options.align_corners();
    op.half_pixel_centers = options.half_pixel_centers();
  };
  if (reader.builtin == schema::BuiltinOperator::RESIZE_BILINEAR) {
    op.interpolation = Interpolation::bilinear;
    read(options_of<schema::ResizeBilinearOptions>(reader));
  } else if (reader.builtin == schema::BuiltinOperator::RESIZE_NEAREST_NEIGHBOR) {
    read(options_of<schema::ResizeNearestNeighborOptions>(reader));
  } else {
    return false;
  }
  const std::vector<int32_t> size = constant_values(reader.input(1));
  if (size.size() != 2) throw Error(ErrorKind::bad_file, "its size is not two numbers");
  op.height = size[0];
  op.width = size[1];
  reader.node.inputs.resize(1);
  return true;
}

}  // namespace tinyml::ops
