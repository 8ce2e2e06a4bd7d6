// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/strided_copy.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

bool has(int32_t mask, size_t entry) { return (mask >> entry & 1) != 0; }

/// What a range takes of an axis.
struct Taken {
  int64_t begin, count, stride;
};

/// Errors: bad_file.
Taken taken(const StridedSlice& op, size_t entry, int64_t extent) {
  const int64_t stride = op.strides[entry];
  const bool forwards = stride > 0;
  const auto bound = [&](int64_t value) {
    if (value < 0) value += extent;
    return std::clamp<int64_t>(value, forwards ? 0 : -1, forwards ? extent : extent - 1);
  };
  if (stride == 0) throw Error(ErrorKind::bad_file, "a stride of 0");
  const int64_t begin = has(op.begin_mask, entry) ? (forwards ? 0 : extent - 1) : bound(op.begin[entry]);
  if (has(op.shrink_axis_mask, entry)) {
    if (!forwards || begin < 0 || begin >= extent) {
      throw Error(ErrorKind::bad_file, fmt::format("element {} of {}", op.begin[entry], extent));
    }
    return {begin, 1, 1};
  }
  const int64_t end = has(op.end_mask, entry) ? (forwards ? extent : -1) : bound(op.end[entry]);
  const int64_t span = forwards ? end - begin : begin - end, step = std::abs(stride);
  if (span < 1) throw Error(ErrorKind::bad_file, fmt::format("no element between {} and {}", begin, end));
  return {begin, (span + step - 1) / step, stride};
}

/// The copy, and the output's shape. Errors: bad_file.
StridedCopy copy_of(const StridedSlice& op, const Shape& input, Shape& output) {
  const size_t entries = op.begin.size();
  size_t axes = 0;
  for (size_t entry = 0; entry < entries; ++entry) axes += has(op.new_axis_mask, entry) ? 0 : 1;
  if (axes != input.size() || op.end.size() != entries || op.strides.size() != entries) {
    throw Error(ErrorKind::bad_file, fmt::format("a slice of {} of {} axes", to_string(input), axes));
  }
  const std::vector<int64_t> strides = strides_of(input);
  StridedCopy copy;
  size_t axis = 0;
  for (size_t entry = 0; entry < entries; ++entry) {
    if (has(op.new_axis_mask, entry)) {
      output.push_back(1);
      continue;
    }
    const Taken part = taken(op, entry, input[axis]);
    copy.from_offset += part.begin * strides[axis];
    copy.loops.push_back({part.count, part.stride * strides[axis], 0});
    if (!has(op.shrink_axis_mask, entry)) output.push_back(static_cast<int32_t>(part.count));
    ++axis;
  }
  copy.write_in_order();
  return copy;
}

StridedCopy copy_of(const StridedSlice& op, const Shape& input) {
  Shape output;
  return copy_of(op, input, output);
}

}  // namespace

void infer(const StridedSlice& op, Graph& graph, const Node& node) {
  Shape output;
  copy_of(op, graph[node.inputs.at(0)].shape, output);
  set_output(graph, node, output);
}

int64_t macs(const StridedSlice&, const Graph&, const Node&) { return 0; }

void forward(const StridedSlice& op, FloatForward& pass) {
  run(copy_of(op, pass.inputs[0].shape), pass.inputs[0].data, pass.outputs[0].data);
}

void backward(const StridedSlice& op, FloatBackward& pass) {
  copy_gradient(copy_of(op, pass.inputs[0].shape), pass);
}

KernelCall lower(const StridedSlice& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = graph[node.inputs.at(0)];
  return copy_call(copy_of(op, input.shape), input.dtype);
}

void write_tflite(const StridedSlice& op, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::STRIDED_SLICE;
  set_versions(writer, 1, 2);
  const auto add = [&](const char* name, const std::vector<int32_t>& values) {
    writer.more_inputs.push_back(int32_constant(writer.output().name + name, values));
  };
  add("/begin", op.begin);
  add("/end", op.end);
  add("/strides", op.strides);
  schema::StridedSliceOptionsT options;
  options.begin_mask = op.begin_mask;
  options.end_mask = op.end_mask;
  options.new_axis_mask = op.new_axis_mask;
  options.shrink_axis_mask = op.shrink_axis_mask;
  writer.options.Set(std::move(options));
}

namespace {

/// A slice that is written entry by entry.
struct Entries {
  StridedSlice op;

  void add(int32_t begin, int32_t end, int32_t stride) {
    op.begin.push_back(begin);
    op.end.push_back(end);
    op.strides.push_back(stride);
  }
  int32_t last_bit() const { return 1 << (op.begin.size() - 1); }
  void add_whole() {
    add(0, 0, 1);
    op.begin_mask |= last_bit();
    op.end_mask |= last_bit();
  }
  void add_range(int32_t begin, int32_t end, int32_t extent) {
    begin == 0 && end == extent ? add_whole() : add(begin, end, 1);
  }
};

StridedSlice read_slice(const TfliteReader& reader) {
  expect_operands(reader, 3, 3);
  const Shape& shape = reader.input(0).shape;
  const std::vector<int32_t> begin = constant_values(reader.input(1)),
                             size = constant_values(reader.input(2));
  if (begin.size() != shape.size() || size.size() != shape.size()) {
    throw Error(ErrorKind::bad_file, fmt::format("a slice of {} of {} axes", to_string(shape), begin.size()));
  }
  Entries entries;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    const int64_t end = size[axis] == -1 ? shape[axis] : int64_t{begin[axis]} + size[axis];
    if (begin[axis] < 0 || end <= begin[axis] || end > shape[axis]) {
      throw Error(ErrorKind::bad_file, fmt::format("a slice of {} elements from {} on of {}", size[axis],
                                                   begin[axis], shape[axis]));
    }
    entries.add_range(begin[axis], static_cast<int32_t>(end), shape[axis]);
  }
  return entries.op;
}

StridedSlice read_strided_slice(const TfliteReader& reader) {
  expect_operands(reader, 4, 4);
  const auto& options = options_of<schema::StridedSliceOptions>(reader);
  const Shape& shape = reader.input(0).shape;
  StridedSlice file{constant_values(reader.input(1)),
                    constant_values(reader.input(2)),
                    constant_values(reader.input(3)),
                    options.begin_mask(),
                    options.end_mask(),
                    options.new_axis_mask(),
                    options.shrink_axis_mask()};
  constexpr size_t kMostEntries = 16;
  const size_t count = file.begin.size();
  if (file.end.size() != count || file.strides.size() != count || count > kMostEntries) {
    throw Error(ErrorKind::bad_file, "begin, end and strides do not fit each other");
  }
  const auto is_range = [&](size_t entry) {
    return !has(file.new_axis_mask, entry) && !has(options.ellipsis_mask(), entry);
  };
  size_t ranges = 0;
  for (size_t entry = 0; entry < count; ++entry) ranges += is_range(entry);
  if (ranges > shape.size()) {
    throw Error(ErrorKind::bad_file, fmt::format("a slice of {} of {} axes", to_string(shape), ranges));
  }
  Entries entries;
  size_t axis = 0, left_out = shape.size() - ranges;  // axes of an ellipsis, or else behind the last entry
  const auto skip = [&] {
    for (; left_out > 0; --left_out, ++axis) entries.add_whole();
  };
  for (size_t entry = 0; entry < count; ++entry) {
    if (has(options.ellipsis_mask(), entry)) {
      skip();
      continue;
    }
    if (has(file.new_axis_mask, entry)) {
      entries.add(0, 0, 1);
      entries.op.new_axis_mask |= entries.last_bit();
      continue;
    }
    const int32_t extent = shape[axis++];
    if (options.offset() && !has(file.end_mask, entry)) {
      int64_t begin = has(file.begin_mask, entry) ? 0 : file.begin[entry];
      if (begin < 0) begin += extent;
      // An end below 0 would count from the last element.
      file.end[entry] = static_cast<int32_t>(std::clamp<int64_t>(begin + file.end[entry], 0, extent));
    }
    const Taken part = taken(file, entry, extent);
    const bool shrinks = has(file.shrink_axis_mask, entry);
    if (!shrinks && part.count == extent && part.stride == 1) {
      entries.add_whole();
      continue;
    }
    entries.add(file.begin[entry], file.end[entry], file.strides[entry]);
    if (has(file.begin_mask, entry)) entries.op.begin_mask |= entries.last_bit();
    if (has(file.end_mask, entry)) entries.op.end_mask |= entries.last_bit();
    if (shrinks) entries.op.shrink_axis_mask |= entries.last_bit();
  }
  skip();
  return entries.op;
}

}  // namespace

bool read_tflite(StridedSlice& op, const TfliteReader& reader) {
  if (reader.builtin == schema::BuiltinOperator::SLICE) {
    op = read_slice(reader);
  } else if (reader.builtin == schema::BuiltinOperator::STRIDED_SLICE) {
    op = read_strided_slice(reader);
  } else {
    return false;
  }
  reader.node.inputs.resize(1);
  return true;
}

}  // namespace tinyml::ops
