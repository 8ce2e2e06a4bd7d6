// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

Tensor bool_output(const Source& source) { return {source.output_name(0), DType::boolean, {}, {}, nullptr}; }

/// A tensor of bool, whose axes are in `order`.
TensorId condition(Import& import, const Value& value, const Order& order) {
  if (value.dtype != DType::boolean) refuse(fmt::format("a condition of {}", name_of(value.dtype)));
  if (!value.constant) return import.tensor(value, order);
  const Constant turned = permuted(*value.constant, order, import.budget);
  return import.graph.add({"condition", DType::boolean, turned.shape, {}, turned.data});
}

}  // namespace

void map_comparison(Import& import, Source& source) {
  static const std::unordered_map<std::string, ComparisonKind> kinds{
      {"Equal", ComparisonKind::equal},
      {"Less", ComparisonKind::less},
      {"LessOrEqual", ComparisonKind::less_equal},
      {"Greater", ComparisonKind::greater},
      {"GreaterOrEqual", ComparisonKind::greater_equal},
  };
  const size_t rank = std::max(source.input(0).rank(), source.input(1).rank());
  const Value a = of_rank(import, source.input(0), rank), b = of_rank(import, source.input(1), rank);
  for (const Value* value : {&a, &b}) {
    if (value->dtype != DType::float32) {
      refuse(fmt::format("the comparison of {} (float32 is)", name_of(value->dtype)));
    }
  }
  const Order order = a.constant ? b.order : a.order;
  const std::vector<TensorId> inputs{import.tensor(a, order), import.tensor(b, order)};
  const TensorId id = import.add(Comparison{kinds.at(source.op())}, inputs, bool_output(source));
  source.set_output(0, import.computed(id, order));
}

void map_not(Import& import, Source& source) {
  const Value& x = source.input(0);
  if (x.dtype != DType::boolean) reject(fmt::format("the negation of {}", name_of(x.dtype)));
  const Shape scalar(x.rank(), 1);
  const TensorId no = import.graph.add(
      {source.output_name(0) + "/false", DType::boolean, scalar, {}, std::make_shared<const Bytes>(1)});
  const TensorId id = import.add(Comparison{ComparisonKind::equal}, {x.id, no}, bool_output(source));
  source.set_output(0, import.computed(id, x.order));
}

void map_where(Import& import, Source& source) {
  const size_t rank = std::max({source.input(0).rank(), source.input(1).rank(), source.input(2).rank()});
  std::vector<Value> values;
  for (size_t i = 0; i < 3; ++i) values.push_back(of_rank(import, source.input(i), rank));
  const auto computed =
      std::find_if(values.begin(), values.end(), [](const Value& v) { return !v.constant; });
  if (computed == values.end()) refuse("constants of this type");
  const Order order = computed->order;
  std::vector<TensorId> inputs{condition(import, values[0], order)};
  for (size_t i = 1; i < 3; ++i) {
    if (values[i].dtype != DType::float32) {
      refuse(fmt::format("a choice of {} (float32 is)", name_of(values[i].dtype)));
    }
    inputs.push_back(import.tensor(values[i], order));
  }
  const TensorId id = import.add(Select{}, std::move(inputs), Tensor{source.output_name(0), {}, {}, {}, {}});
  source.set_output(0, import.computed(id, order));
}

void map_arg_extremum(Import& import, Source& source) {
  const Value& x = source.input(0);
  const size_t axis = checked_axis(source.integer("axis", 0), x.rank());
  if (source.integer("select_last_index", 0) != 0) refuse("select_last_index");
  if (x.dtype != DType::float32) refuse(fmt::format("{} of {}", source.op(), name_of(x.dtype)));
  const ArgExtremum op{source.op() == "ArgMax", stored_axis(x, axis)};
  const TensorId id = import.add(op, {x.id}, Tensor{source.output_name(0), DType::int32, {}, {}, nullptr});
  const bool keeps = source.integer("keepdims", 1) != 0;
  Order order;
  Shape shape;
  for (const int32_t other : x.order) {
    const bool found = other == static_cast<int32_t>(axis);
    if (found && !keeps) continue;
    order.push_back(other - (!keeps && other > static_cast<int32_t>(axis) ? 1 : 0));
    shape.push_back(found ? 1 : x.shape[static_cast<size_t>(other)]);
  }
  if (shape.empty()) refuse("a result without dimensions");
  Value result = import.computed(import.reshape(id, shape), order);
  result.dtype = DType::int64;
  source.set_output(0, std::move(result));
}

void map_cast(Import& import, Source& source) {
  const Value& x = source.input(0);
  const DType wanted = dtype_of(static_cast<int32_t>(std::clamp<int64_t>(source.integer("to", 0), 0, 99)));
  const auto in_graph = [](DType dtype) { return dtype == DType::int64 ? DType::int32 : dtype; };
  const DType from = import.graph[x.id].dtype, to = in_graph(wanted);
  Value result = x;
  if (from == DType::uint8 && to == DType::float32) {
    Quantization& known = import.graph[x.id].quantization;
    const Quantization as_they_are{{1.0f}, {0}, 0};
    if (!known.empty() && !(known == as_they_are)) refuse("a Cast of what is dequantized too");
    known = as_they_are;
    const TensorId id =
        import.add(Dequantize{}, {x.id}, Tensor{source.output_name(0), DType::float32, {}, {}, nullptr});
    result = import.computed(id, x.order);
  } else if (in_graph(x.dtype) != to) {
    if (from == DType::uint8 || to == DType::uint8 || x.dtype == DType::uint8 || to == DType::boolean) {
      refuse(fmt::format("{} to {}", name_of(x.dtype), name_of(wanted)));
    }
    const TensorId id = import.add(Cast{}, {x.id}, Tensor{source.output_name(0), to, {}, {}, nullptr});
    result = import.computed(id, x.order);
  }
  result.dtype = wanted;
  source.set_output(0, std::move(result));
}

}  // namespace tinyml::formats::onnx
