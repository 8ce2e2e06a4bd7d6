// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/last_step.h"

#include <algorithm>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

void infer(const LastStep&, Graph& graph, const Node& node) {
  const Shape x = input_shape(graph, node, 3);
  set_output(graph, node, {x[0], x[2]});
}

int64_t macs(const LastStep&, const Graph&, const Node&) { return 0; }

void forward(const LastStep&, FloatForward& pass) {
  const Shape& x = pass.inputs[0].shape;
  const int64_t steps = x[1], channels = x[2];
  for (int64_t n = 0; n < x[0]; ++n) {
    std::copy_n(pass.inputs[0].data + ((n + 1) * steps - 1) * channels, channels,
                pass.outputs[0].data + n * channels);
  }
}

void backward(const LastStep&, FloatBackward& pass) {
  float* dx = pass.input_gradients[0].data;
  if (!dx) return;
  const Shape& x = pass.inputs[0].shape;
  const int64_t steps = x[1], channels = x[2];
  std::fill_n(dx, pass.inputs[0].size(), 0.0f);
  for (int64_t n = 0; n < x[0]; ++n) {
    std::copy_n(pass.output_gradients[0].data + n * channels, channels,
                dx + ((n + 1) * steps - 1) * channels);
  }
}

KernelCall lower(const LastStep&, const Graph& graph, const Node& node, const Target&) {
  const Shape& x = int8_activation(graph, node.inputs.at(0)).shape;
  if (x.at(0) != 1) throw Error(ErrorKind::unsupported, "a batch, where 1 is needed");
  device::LastStepParams p{};
  p.steps = x.at(1);
  p.channels = x.at(2);
  return make_call<1>("last_step.h", "last_step", p, {}, 0, 0, TINYML_KERNEL(last_step));
}

namespace {

// The masks of STRIDED_SLICE for [:, -1, :]: from the start and to the end of axes 0 and 2; axis 1 goes.
constexpr int32_t kWhole = 0b101, kGone = 0b010;

}  // namespace

void write_tflite(const LastStep&, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::STRIDED_SLICE;
  set_versions(writer, 1, 2);
  const auto add = [&](const char* name, const std::vector<int32_t>& values) {
    writer.more_inputs.push_back(int32_constant(writer.output().name + name, values));
  };
  add("/begin", {0, -1, 0});
  add("/end", {0, 0, 0});
  add("/strides", {1, 1, 1});
  schema::StridedSliceOptionsT options;
  options.begin_mask = options.end_mask = kWhole;
  options.shrink_axis_mask = kGone;
  writer.options.Set(std::move(options));
}

bool read_tflite(LastStep&, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::STRIDED_SLICE) return false;
  expect_operands(reader, 4, 4);
  const auto& options = options_of<schema::StridedSliceOptions>(reader);
  const Shape& x = reader.input(0).shape;
  bool fits =
      x.size() == 3 && options.ellipsis_mask() == 0 && options.new_axis_mask() == 0 && !options.offset();
  for (size_t i = 1; i < 4 && fits; ++i) {
    const Tensor& tensor = reader.input(i);
    fits = tensor.is_constant() && tensor.dtype == DType::int32 && tensor.shape == Shape{3};
  }
  if (fits) {
    const auto begin = reader.input(1).values<int32_t>(), end = reader.input(2).values<int32_t>();
    const auto strides = reader.input(3).values<int32_t>();
    fits = options.shrink_axis_mask() == kGone && (begin[1] == -1 || begin[1] == x[1] - 1) &&
           !(options.begin_mask() & kGone);
    for (const size_t axis : {0u, 2u}) {
      const int32_t bit = 1 << axis;
      fits = fits && strides[axis] == 1 && ((options.begin_mask() & bit) || begin[axis] == 0) &&
             ((options.end_mask() & bit) || end[axis] >= x[axis]);
    }
  }
  if (!fits) refuse("a slice other than the last step of [1, steps, channels]");
  reader.node.inputs.resize(1);
  return true;
}

}  // namespace tinyml::ops
