// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tinyml/formats/onnx/constant.h"
#include "tinyml/graph/graph.h"

namespace tinyml::schema::onnx {  // generated from schema/onnx.proto
class AttributeProto;
class NodeProto;
}  // namespace tinyml::schema::onnx

namespace tinyml::formats::onnx {

/// 0, 1, 2 …: ONNX's own order of axes.
Order plain_order(size_t rank);
/// Batch, then space, then channels: {0, 2, 3, 1} for rank 4.
Order channels_last(size_t rank);

/// A value of the file: a constant, or a tensor of the graph whose axes may stand in another order. So a
/// Transpose of the file costs nothing, and who reads its output asks for the order that it needs.
struct Value {
  std::shared_ptr<const Constant> constant;  // null where it is computed
  TensorId id = kNoTensor;
  Shape shape;  // in ONNX's order
  Order order;  // of the graph's tensor
  /// In the file. In the graph, int64 is int32 and uint8 that does not come from outside is int8, smaller by
  /// 128.
  DType dtype = DType::float32;

  size_t rank() const { return shape.size(); }
};

/// `axis` of `rank` dimensions, counted from the last where it is negative. Errors: bad_file.
size_t checked_axis(int64_t axis, size_t rank);
/// Where the graph's tensor of `value` has ONNX's `axis`.
int32_t stored_axis(const Value& value, size_t axis);

/// The slice that takes all of `rank` axes.
StridedSlice whole_slice(size_t rank);
/// Narrows one entry of it, an axis of `extent`, to those from `begin` to before `end`; an `end` of -1, with
/// a negative step, is before the first.
void narrow(StridedSlice& slice, size_t entry, int32_t extent, int32_t begin, int32_t end, int32_t step);

/// The graph while it is made.
class Import {
 public:
  Import(int64_t opset_version, int64_t file_bytes);

  Graph graph;
  const int64_t opset;
  Budget budget;

  /// A node of the graph with one output, its shape inferred. `name` is the output's.
  TensorId add(Operator op, std::vector<TensorId> inputs, const std::string& name);
  /// The same with an output a name. Errors: unsupported, for inputs that are not float32, or, where the
  /// operator moves elements, not of one type.
  std::vector<TensorId> add(Operator op, std::vector<TensorId> inputs, const std::vector<std::string>& names);
  /// The same for an operator whose output is of a type of its own: that of `output`, which has no shape yet.
  TensorId add(Operator op, std::vector<TensorId> inputs, Tensor output);
  /// float32, its axes as they are; where the constant has a quantization, so has the tensor.
  TensorId add_constant(const Constant& constant, std::string name);
  TensorId reshape(TensorId id, const Shape& shape);

  /// The tensor of `value` with its axes in `order`: a Reshape where only axes of extent 1 move, otherwise a
  /// transposition. Of a constant, the constant's.
  TensorId tensor(const Value& value, const Order& order);
  /// A computed value whose graph tensor has its axes in `order`.
  Value computed(TensorId id, Order order) const;
  Value value(Constant constant);

 private:
  std::vector<TensorId> add(Operator op, std::vector<TensorId> inputs, std::vector<Tensor> outputs);

  std::map<std::pair<TensorId, Order>, TensorId> reordered_;
};

/// A node of the file as its mapping sees it.
class Source {
 public:
  Source(const schema::onnx::NodeProto& proto, std::unordered_map<std::string, Value>& values,
         const std::unordered_map<std::string, int>& uses);

  std::string op() const;
  size_t input_count() const;
  size_t output_count() const;
  /// Whether the input is there and not left out.
  bool has(size_t index) const;
  /// Errors: bad_file, for an input that is left out or not computed before.
  const Value& input(size_t index) const;
  /// Errors: unsupported, where it is computed; `what` it is goes into the message.
  const Constant& constant(size_t index, std::string_view what) const;
  bool is_constant(size_t index) const { return input(index).constant != nullptr; }
  /// Whether every input is a constant.
  bool all_constant() const;
  /// How often the nodes and outputs of the file read an input of this node.
  int uses_of_input(size_t index) const;
  bool is_used(size_t output) const;

  std::string output_name(size_t index) const;
  void set_output(size_t index, Value value);

  bool has_attribute(std::string_view name) const;
  int64_t integer(std::string_view name, int64_t otherwise) const;
  float number(std::string_view name, float otherwise) const;
  std::string text(std::string_view name, const std::string& otherwise) const;
  /// Empty where it is left out.
  std::vector<int64_t> integers(std::string_view name) const;
  std::vector<float> numbers(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::optional<Constant> tensor(std::string_view name, Budget& budget) const;
  /// What older operator sets give as the attribute `name` and newer ones as the input `index`; nothing where
  /// both are left out.
  std::optional<std::vector<int64_t>> integers(std::string_view name, size_t index) const;

 private:
  const schema::onnx::AttributeProto* find(std::string_view name) const;

  const schema::onnx::NodeProto& proto_;
  std::unordered_map<std::string, Value>& values_;
  const std::unordered_map<std::string, int>& uses_;
};

}  // namespace tinyml::formats::onnx
