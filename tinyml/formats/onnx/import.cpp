// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/onnx/import.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "tinyml/formats/tflite/checks.h"
#include "tinyml/ops/operator.h"

namespace tinyml::formats::onnx {

using tflite::refuse;
using tflite::reject;

namespace {

/// Operators whose inputs may all but one be constants, in any place.
template <class Op>
constexpr bool takes_constants =
    std::is_same_v<Op, Concatenation> || std::is_same_v<Op, Add> || std::is_same_v<Op, Sub> ||
    std::is_same_v<Op, Mul> || std::is_same_v<Op, Binary> || std::is_same_v<Op, Comparison> ||
    std::is_same_v<Op, Select>;

/// Of elements of any type, which they leave as they are.
bool moves_elements(const Operator& op) {
  return std::visit(
      []<class Op>(const Op&) {
        return std::is_same_v<Op, Reshape> || std::is_same_v<Op, Concatenation> ||
               std::is_same_v<Op, Split> || std::is_same_v<Op, StridedSlice> ||
               std::is_same_v<Op, Transpose> || std::is_same_v<Op, SpaceToDepth> ||
               std::is_same_v<Op, Gather> || std::is_same_v<Op, Pad> || std::is_same_v<Op, Resize> ||
               std::is_same_v<Op, MaxPool2D>;
      },
      op);
}

void check_type(const Tensor& tensor, DType wanted) {
  if (tensor.dtype == wanted) return;
  refuse(fmt::format("{} of {}, where {} is expected", tensor.name, name_of(tensor.dtype), name_of(wanted)));
}

}  // namespace

Order plain_order(size_t rank) {
  Order order(rank);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

Order channels_last(size_t rank) {
  Order order = plain_order(rank);
  if (rank > 2) std::rotate(order.begin() + 1, order.begin() + 2, order.end());
  return order;
}

size_t checked_axis(int64_t axis, size_t rank) {
  const auto count = static_cast<int64_t>(rank);
  if (axis < -count || axis >= count) reject(fmt::format("axis {} of {} dimensions", axis, rank));
  return static_cast<size_t>(axis < 0 ? axis + count : axis);
}

int32_t stored_axis(const Value& value, size_t axis) {
  const auto found = std::find(value.order.begin(), value.order.end(), static_cast<int32_t>(axis));
  return static_cast<int32_t>(found - value.order.begin());
}

StridedSlice whole_slice(size_t rank) {
  StridedSlice slice{Shape(rank, 0), Shape(rank, 0), Shape(rank, 1)};
  slice.begin_mask = slice.end_mask = (1 << rank) - 1;
  return slice;
}

void narrow(StridedSlice& slice, size_t entry, int32_t extent, int32_t begin, int32_t end, int32_t step) {
  if (begin == 0 && end == extent && step == 1) return;
  slice.begin[entry] = begin;
  slice.end[entry] = std::max(end, 0);
  slice.strides[entry] = step;
  slice.begin_mask &= ~(1 << entry);
  if (end >= 0) slice.end_mask &= ~(1 << entry);
}

Import::Import(int64_t opset_version, int64_t file_bytes)
    : opset(opset_version), budget((int64_t{1} << 24) + 16 * file_bytes) {}

TensorId Import::add(Operator op, std::vector<TensorId> inputs, const std::string& name) {
  return add(std::move(op), std::move(inputs), std::vector<std::string>{name})[0];
}

TensorId Import::add(Operator op, std::vector<TensorId> inputs, Tensor output) {
  return add(std::move(op), std::move(inputs), std::vector<Tensor>{std::move(output)})[0];
}

std::vector<TensorId> Import::add(Operator op, std::vector<TensorId> inputs,
                                  const std::vector<std::string>& names) {
  const auto computed =
      std::find_if(inputs.begin(), inputs.end(), [&](TensorId id) { return !graph[id].is_constant(); });
  if (computed == inputs.end()) refuse("an input that is constant");
  const Tensor& first = graph[*computed];
  Tensor like{{}, first.dtype, {}, first.quantization, nullptr};
  if (!moves_elements(op)) {
    like = Tensor{};
    for (const TensorId id : inputs) check_type(graph[id], DType::float32);
  } else if (std::holds_alternative<Concatenation>(op)) {
    for (const TensorId id : inputs) {
      check_type(graph[id], first.dtype);
      if (first.dtype != DType::float32 && !(graph[id].quantization == first.quantization)) {
        refuse("parts of different scales");
      }
    }
  }
  std::vector<Tensor> outputs;
  for (const std::string& name : names) {
    outputs.push_back(like);
    outputs.back().name = name;
  }
  return add(std::move(op), std::move(inputs), std::move(outputs));
}

std::vector<TensorId> Import::add(Operator op, std::vector<TensorId> inputs, std::vector<Tensor> outputs) {
  Node node{std::move(op), std::move(inputs), {}};
  const bool any_place = std::visit([]<class Op>(const Op&) { return takes_constants<Op>; }, node.op);
  if (!any_place && graph[node.inputs[0]].is_constant()) refuse("an input that is constant");
  for (Tensor& output : outputs) node.outputs.push_back(graph.add(std::move(output)));
  const DType dtype = graph[node.outputs[0]].dtype;
  ops::infer(graph, node);
  graph[node.outputs[0]].dtype = dtype;
  for (const TensorId id : node.outputs) tflite::check_extents(graph[id].shape);
  std::vector<TensorId> ids = node.outputs;
  graph.nodes.push_back(std::move(node));
  return ids;
}

TensorId Import::add_constant(const Constant& constant, std::string name) {
  tflite::check_extents(constant.shape);
  if (constant.dtype != DType::float32 && constant.quantization.empty()) {
    refuse(fmt::format("a constant of {} without a scale", name_of(constant.dtype)));
  }
  budget.spend(static_cast<int64_t>(constant.data->size()));
  budget.spend(8 * static_cast<int64_t>(constant.quantization.scales.size()));
  const Constant real = dequantized(constant, budget);
  return graph.add({std::move(name), DType::float32, constant.shape, constant.quantization, real.data});
}

TensorId Import::reshape(TensorId id, const Shape& shape) {
  if (graph[id].shape == shape) return id;
  return add(Reshape{shape}, {id}, graph[id].name);
}

TensorId Import::tensor(const Value& value, const Order& order) {
  if (value.constant) return add_constant(permuted(*value.constant, order, budget), "constant");
  if (value.order == order) return value.id;
  const auto [entry, fresh] = reordered_.try_emplace({value.id, order}, kNoTensor);
  if (!fresh) return entry->second;
  const auto moving = [&](const Order& all) {
    Order axes;
    for (const int32_t axis : all) {
      if (value.shape[static_cast<size_t>(axis)] != 1) axes.push_back(axis);
    }
    return axes;
  };
  if (moving(value.order) != moving(order)) {
    Transpose transpose;
    for (const int32_t axis : order) {
      transpose.permutation.push_back(stored_axis(value, static_cast<size_t>(axis)));
    }
    return entry->second = add(transpose, {value.id}, graph[value.id].name);
  }
  return entry->second = reshape(value.id, in_order(value.shape, order));
}

Value Import::value(Constant constant) {
  budget.spend(8 * static_cast<int64_t>(constant.quantization.scales.size()));
  Value value;
  value.shape = constant.shape;
  value.dtype = constant.quantization.empty() ? constant.dtype : DType::float32;
  value.constant = std::make_shared<const Constant>(std::move(constant));
  return value;
}

Value Import::computed(TensorId id, Order order) const {
  Value value;
  value.id = id;
  value.shape.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    value.shape[static_cast<size_t>(order[i])] = graph[id].shape.at(i);
  }
  value.dtype = graph[id].dtype;
  value.order = std::move(order);
  return value;
}

}  // namespace tinyml::formats::onnx
