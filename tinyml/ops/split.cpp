// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "tinyml/ops/axis.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void infer(const Split& op, Graph& graph, const Node& node) {
  const Tensor input = graph[node.inputs.at(0)];
  const auto axis = static_cast<size_t>(checked_axis(op.axis, input.shape.size()));
  if (op.extents.size() != node.outputs.size() ||
      std::accumulate(op.extents.begin(), op.extents.end(), int64_t{0}) != input.shape[axis]) {
    throw Error(ErrorKind::bad_file, fmt::format("split of {} along axis {} into {} parts of {} in all",
                                                 to_string(input.shape), axis, node.outputs.size(),
                                                 std::accumulate(op.extents.begin(), op.extents.end(), 0LL)));
  }
  for (size_t i = 0; i < op.extents.size(); ++i) {
    Tensor& part = graph[node.outputs[i]];
    part.shape = input.shape;
    part.shape[axis] = op.extents[i];
    if (op.drops_axis) part.shape.erase(part.shape.begin() + static_cast<ptrdiff_t>(axis));
    part.dtype = input.dtype;
  }
}

int64_t macs(const Split&, const Graph&, const Node&) { return 0; }

void forward(const Split& op, FloatForward& pass) {
  const int64_t rows = extents_before(pass.inputs[0].shape, op.axis);
  const float* from = pass.inputs[0].data;
  for (int64_t row = 0; row < rows; ++row) {
    for (const FloatTensor& part : pass.outputs) {
      const int64_t width = extents_from(part.shape, op.axis);
      std::copy_n(from, width, part.data + row * width);
      from += width;
    }
  }
}

void backward(const Split& op, FloatBackward& pass) {
  const int64_t rows = extents_before(pass.inputs[0].shape, op.axis);
  float* to = pass.input_gradients[0].data;
  if (!to) return;
  for (int64_t row = 0; row < rows; ++row) {
    for (const FloatTensor& part : pass.output_gradients) {
      const int64_t width = extents_from(part.shape, op.axis);
      to = part.data ? std::copy_n(part.data + row * width, width, to) : std::fill_n(to, width, 0.0f);
    }
  }
}

KernelCall lower(const Split& op, const Graph& graph, const Node& node, const Target&) {
  std::vector<int32_t> row_bytes;
  const device::PartsParams p =
      parts_params(graph, node.outputs, graph[node.inputs.at(0)], op.axis, row_bytes);
  KernelCall call{.header = "tinyml/device/nn/concatenation.h",
                  .function = "split",
                  .parameters = list_parameters(p),
                  .tables = {make_table("row_bytes", row_bytes)},
                  .takes_constants = true,
                  .output_array = true};
  call.run = [p, row_bytes](std::span<const void* const> inputs, std::span<void* const> outputs, void*) {
    device::split(p, inputs[0], row_bytes.data(), outputs.data());
  };
  return call;
}

void write_tflite(const Split& op, TfliteWriter& writer) {
  set_versions(writer, 1, 2);
  if (op.drops_axis) {
    writer.builtin = schema::BuiltinOperator::UNPACK;
    schema::UnpackOptionsT options;
    options.num = static_cast<int32_t>(op.extents.size());
    options.axis = op.axis;
    return writer.options.Set(std::move(options));
  }
  writer.builtin = schema::BuiltinOperator::SPLIT_V;
  writer.more_inputs.push_back(int32_constant(writer.output().name + "/extents", op.extents));
  writer.more_inputs.push_back(int32_scalar(writer.output().name + "/axis", op.axis));
  schema::SplitVOptionsT options;
  options.num_splits = static_cast<int32_t>(op.extents.size());
  writer.options.Set(std::move(options));
}

bool read_tflite(Split& op, const TfliteReader& reader) {
  std::vector<TensorId>& inputs = reader.node.inputs;
  const auto parts = static_cast<int32_t>(reader.node.outputs.size());
  if (reader.builtin == schema::BuiltinOperator::SPLIT) {
    expect_inputs(reader, 2, 2);
    std::swap(inputs[0], inputs[1]);
    const Shape& shape = reader.input(0).shape;
    op.axis = checked_axis(constant_scalar(reader.input(1)), shape.size());
    const int32_t extent = shape[static_cast<size_t>(op.axis)];
    if (parts == 0 || extent % parts != 0) {
      throw Error(ErrorKind::bad_file,
                  fmt::format("{} of {} do not make {} equal parts", extent, to_string(shape), parts));
    }
    op.extents.assign(static_cast<size_t>(parts), extent / parts);
  } else if (reader.builtin == schema::BuiltinOperator::SPLIT_V) {
    expect_inputs(reader, 3, 3);
    const Shape& shape = reader.input(0).shape;
    op.axis = checked_axis(constant_scalar(reader.input(2)), shape.size());
    op.extents = constant_values(reader.input(1));
    // One extent may be -1: what the others leave.
    const auto open = std::find(op.extents.begin(), op.extents.end(), -1);
    if (open != op.extents.end()) {
      *open = 0;
      const int64_t others = std::accumulate(op.extents.begin(), op.extents.end(), int64_t{0});
      *open = static_cast<int32_t>(shape[static_cast<size_t>(op.axis)] - others);
    }
    if (std::any_of(op.extents.begin(), op.extents.end(), [](int32_t extent) { return extent < 1; })) {
      throw Error(ErrorKind::bad_file, "a part with an extent below 1");
    }
  } else if (reader.builtin == schema::BuiltinOperator::UNPACK) {
    expect_inputs(reader, 1, 1);
    op.axis = checked_axis(options_of<schema::UnpackOptions>(reader).axis(), reader.input(0).shape.size());
    op.extents.assign(static_cast<size_t>(parts), 1);
    op.drops_axis = true;
  } else {
    return false;
  }
  inputs.resize(1);
  return true;
}

}  // namespace tinyml::ops
