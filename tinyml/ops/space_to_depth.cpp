// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/strided_copy.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

/// Of the larger image, [N, H, W, C], to the one of blocks.
StridedCopy copy_of(const SpaceToDepth& op, const Shape& large) {
  const std::vector<int64_t> strides = strides_of(large);
  const int64_t block = op.block;
  StridedCopy copy{{{large[0], strides[0], 0},
                    {large[1] / block, block * strides[1], 0},
                    {large[2] / block, block * strides[2], 0},
                    {block, strides[1], 0},
                    {block, strides[2], 0},
                    {large[3], 1, 0}}};
  copy.write_in_order();
  return copy;
}

StridedCopy copy_of(const SpaceToDepth& op, const Shape& input, const Shape& output) {
  if (!op.inverse) return copy_of(op, input);
  StridedCopy copy = copy_of(op, output).reversed();
  std::swap(copy.loops[2], copy.loops[3]);  // the output's rows in order
  return copy;
}

}  // namespace

void infer(const SpaceToDepth& op, Graph& graph, const Node& node) {
  const Shape x = input_shape(graph, node, 4);
  constexpr int32_t kMostBlock = 1 << 10;
  const int32_t block = std::clamp(op.block, 1, kMostBlock), depth = block * block;
  if (block != op.block || (op.inverse ? x[3] % depth != 0 : x[1] % block != 0 || x[2] % block != 0)) {
    throw Error(ErrorKind::bad_file,
                fmt::format("{} does not divide into blocks of {} by {}", to_string(x), op.block, op.block));
  }
  set_output(graph, node,
             op.inverse ? Shape{x[0], x[1] * block, x[2] * block, x[3] / depth}
                        : Shape{x[0], x[1] / block, x[2] / block, x[3] * depth});
}

int64_t macs(const SpaceToDepth&, const Graph&, const Node&) { return 0; }

void forward(const SpaceToDepth& op, FloatForward& pass) {
  run(copy_of(op, pass.inputs[0].shape, pass.outputs[0].shape), pass.inputs[0].data, pass.outputs[0].data);
}

void backward(const SpaceToDepth& op, FloatBackward& pass) {
  copy_gradient(copy_of(op, pass.inputs[0].shape, pass.outputs[0].shape), pass);
}

KernelCall lower(const SpaceToDepth& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = graph[node.inputs.at(0)];
  return copy_call(copy_of(op, input.shape, graph[node.outputs.at(0)].shape), input.dtype);
}

void write_tflite(const SpaceToDepth& op, TfliteWriter& writer) {
  set_versions(writer, 1, op.inverse ? 1 : 2);
  const auto set = [&]<class Options>(schema::BuiltinOperator builtin, Options options) {
    writer.builtin = builtin;
    options.block_size = op.block;
    writer.options.Set(std::move(options));
  };
  if (op.inverse) {
    set(schema::BuiltinOperator::DEPTH_TO_SPACE, schema::DepthToSpaceOptionsT());
  } else {
    set(schema::BuiltinOperator::SPACE_TO_DEPTH, schema::SpaceToDepthOptionsT());
  }
}

bool read_tflite(SpaceToDepth& op, const TfliteReader& reader) {
  op.inverse = reader.builtin == schema::BuiltinOperator::DEPTH_TO_SPACE;
  if (!op.inverse && reader.builtin != schema::BuiltinOperator::SPACE_TO_DEPTH) return false;
  expect_operands(reader, 1, 1);
  op.block = factor(op.inverse ? options_of<schema::DepthToSpaceOptions>(reader).block_size()
                               : options_of<schema::SpaceToDepthOptions>(reader).block_size(),
                    "the block");
  return true;
}

}  // namespace tinyml::ops
