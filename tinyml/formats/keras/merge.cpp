// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>

#include "tinyml/formats/keras/layer.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::keras {
namespace {

using tflite::refuse;
using tflite::reject;

/// Also of Keras' functions of that name.
Operator operator_of(const std::string& class_name) {
  if (class_name == "Add") return Add{};
  if (class_name == "Subtract") return Sub{};
  if (class_name == "Multiply") return Mul{};
  if (class_name == "Maximum") return Binary{BinaryKind::maximum};
  if (class_name == "Minimum") return Binary{BinaryKind::minimum};
  TINYML_CHECK(class_name == "Divide" || class_name == "TrueDivide");
  return Binary{BinaryKind::div};
}

/// Whether all are images of one row that stand for sequences, or all vectors that stand for themselves.
bool alike(const Import& import, const std::vector<Value>& values) {
  return std::all_of(values.begin(), values.end(), [&](const Value& value) {
    return import.graph[value.id].shape == as_image(value.shape);
  });
}

Value combine(const Layer& layer, const Operator& op, const Value& a, const Value& b) {
  Import& import = layer.import;
  if (a.shape == b.shape && import.graph[a.id].shape == import.graph[b.id].shape) {
    return {layer.add(op, {a.id, b.id}, "merged"), a.shape};
  }
  // A number has the shape {1}.
  if (a.shape.size() != b.shape.size() && a.shape.size() != 1 && b.shape.size() != 1) {
    refuse(fmt::format("{} with {}", to_string(a.shape), to_string(b.shape)));
  }
  const TensorId merged = layer.add(op, {import.tensor(a), import.tensor(b)}, "merged");
  return {merged, import.graph[merged].shape};
}

Value combine_all(const Layer& layer, const Operator& op) {
  if (layer.inputs.size() < 2) reject("it merges fewer than two inputs");
  Value merged = layer.inputs[0];
  for (size_t i = 1; i < layer.inputs.size(); ++i) merged = combine(layer, op, merged, layer.inputs[i]);
  return merged;
}

}  // namespace

Value map_merge(const Layer& layer) {
  const Operator op = operator_of(layer.class_name());
  const bool is_pair = !std::holds_alternative<Add>(op) && !std::holds_alternative<Mul>(op) &&
                       name_of(op) != "maximum" && name_of(op) != "minimum";
  if (is_pair && layer.inputs.size() != 2)
    reject(fmt::format("it merges {} inputs, not 2", layer.inputs.size()));
  return combine_all(layer, op);
}

Value map_average(const Layer& layer) {
  const Value sum = combine_all(layer, Add{});
  const double share = 1.0 / static_cast<double>(layer.inputs.size());
  return {layer.add(Mul{}, {sum.id, layer.number_constant("share", share)}, "average"), sum.shape};
}

Value map_concatenate(const Layer& layer) {
  if (layer.inputs.empty()) reject("it has no inputs");
  const size_t rank = layer.inputs[0].shape.size();
  const Json& given = layer.at("axis");
  if (!given.is_null() && !given.is_number_integer()) reject("a wrong axis");
  const int32_t axis = checked_axis(given.is_null() ? -1 : given.get<int64_t>(), rank);
  if (axis == 0) refuse("concatenation along the batch");
  Shape shape = layer.inputs[0].shape;
  const auto place = static_cast<size_t>(axis);
  shape[place] = 0;
  for (const Value& value : layer.inputs) {
    Shape others = value.shape;
    if (others.size() == rank) others[place] = 0;
    Shape first = shape;
    first[place] = 0;
    if (others != first) {
      reject(fmt::format("{} beside {}", to_string(value.shape), to_string(layer.inputs[0].shape)));
    }
    if (shape[place] > (1 << 20) - value.shape[place]) refuse("more than 2^20 elements along an axis");
    shape[place] += value.shape[place];
  }
  const bool images = alike(layer.import, layer.inputs);
  std::vector<TensorId> inputs;
  for (const Value& value : layer.inputs) inputs.push_back(images ? value.id : layer.import.tensor(value));
  return {layer.add(Concatenation{axis + (images ? 1 : 0)}, std::move(inputs), "concatenated"), shape};
}

}  // namespace tinyml::formats::keras
