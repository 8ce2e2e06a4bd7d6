// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/gather.h"

#include <algorithm>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/axis.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {
namespace {

device::GatherParams params_of(const Gather& op, const Shape& input, const Shape& indices) {
  const int64_t batches = extents_before(input, op.batch_axes);
  device::GatherParams p{};
  p.batches = static_cast<int32_t>(batches);
  p.rows = static_cast<int32_t>(extents_before(input, op.axis) / batches);
  p.extent = input[static_cast<size_t>(op.axis)];
  p.taken = static_cast<int32_t>(extents_from(indices, op.batch_axes));
  p.run = static_cast<int32_t>(extents_from(input, op.axis + 1));
  return p;
}

}  // namespace

void infer(const Gather& op, Graph& graph, const Node& node) {
  const Shape input = graph[node.inputs.at(0)].shape;
  const Tensor& indices = graph[node.inputs.at(1)];
  const int32_t axis = checked_axis(op.axis, input.size());
  const auto batch = static_cast<size_t>(op.batch_axes);
  if (op.axis < 0 || op.batch_axes < 0 || op.batch_axes > axis || batch > indices.shape.size() ||
      !std::equal(input.begin(), input.begin() + op.batch_axes, indices.shape.begin())) {
    throw Error(ErrorKind::bad_file,
                fmt::format("{} gathered by {} along axis {} with {} batch dimensions", to_string(input),
                            to_string(indices.shape), op.axis, op.batch_axes));
  }
  if (indices.dtype != DType::int32) {
    throw Error(ErrorKind::unsupported, fmt::format("indices of {}; int32 are", name_of(indices.dtype)));
  }
  if (indices.is_constant()) {
    const int32_t extent = input[static_cast<size_t>(axis)];
    for (const int32_t index : indices.values<int32_t>()) {
      if (index < 0 || index >= extent) {
        throw Error(ErrorKind::bad_file, fmt::format("index {} of {} elements", index, extent));
      }
    }
  }
  Shape output(input.begin(), input.begin() + axis);
  output.insert(output.end(), indices.shape.begin() + op.batch_axes, indices.shape.end());
  output.insert(output.end(), input.begin() + axis + 1, input.end());
  set_output(graph, node, output);
}

int64_t macs(const Gather&, const Graph&, const Node&) { return 0; }

void forward(const Gather& op, FloatForward& pass) {
  // The bits of int32: an engine of floats holds constants of any type of four bytes.
  const auto* indices = reinterpret_cast<const int32_t*>(pass.inputs[1].data);
  device::gather(params_of(op, pass.inputs[0].shape, pass.inputs[1].shape), pass.inputs[0].data, indices,
                 pass.outputs[0].data);
}

void backward(const Gather& op, FloatBackward& pass) {
  float* dx = pass.input_gradients[0].data;
  if (!dx) return;
  std::fill_n(dx, pass.inputs[0].size(), 0.0f);
  const auto* indices = reinterpret_cast<const int32_t*>(pass.inputs[1].data);
  const device::GatherParams p = params_of(op, pass.inputs[0].shape, pass.inputs[1].shape);
  const float* dy = pass.output_gradients[0].data;
  for (int64_t row = 0; row < int64_t{p.batches} * p.rows; ++row) {
    const int32_t* taken = indices + row / p.rows * p.taken;
    for (int32_t t = 0; t < p.taken; ++t, dy += p.run) {
      float* to = dx + (row * p.extent + std::clamp(taken[t], 0, p.extent - 1)) * p.run;
      for (int32_t i = 0; i < p.run; ++i) to[i] += dy[i];
    }
  }
}

KernelCall lower(const Gather& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = graph[node.inputs.at(0)];
  const device::GatherParams p = params_of(op, input.shape, graph[node.inputs.at(1)].shape);
  return with_element_bits(input.dtype, [&]<class T>(T) {
    KernelCall call = make_typed_call<T>(Types<T, int32_t>{}, Types<>{}, "gather.h", "gather", p, {}, 0, -1,
                                         TINYML_KERNEL(gather));
    call.takes_constants = true;
    return call;
  });
}

void write_tflite(const Gather& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::GATHER;
  set_versions(writer, 1, 2);
  if (op.batch_axes > 0) writer.version = 5;
  schema::GatherOptionsT options;
  options.axis = op.axis;
  options.batch_dims = op.batch_axes;
  writer.options.Set(std::move(options));
}

bool read_tflite(Gather& op, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::GATHER) return false;
  expect_operands(reader, 2, 2);
  const auto& options = options_of<schema::GatherOptions>(reader);
  op.axis = checked_axis(options.axis(), reader.input(0).shape.size());
  op.batch_axes = options.batch_dims();
  if (op.batch_axes < 0) op.batch_axes += static_cast<int32_t>(reader.input(1).shape.size());
  return true;
}

}  // namespace tinyml::ops
