// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

/// A node from one tensor to one of the same shape and order.
void map_unary(Import& import, Source& source, Operator op) {
  const Value& x = source.input(0);
  const TensorId id = import.tensor(x, x.constant ? plain_order(x.rank()) : x.order);
  source.set_output(0, import.computed(import.add(std::move(op), {id}, source.output_name(0)), x.order));
}

/// A node of a tensor and one number.
TensorId with_number(Import& import, const Source& source, Operator op, TensorId id, float value) {
  if (!std::isfinite(value)) reject("a number that is not finite");
  const Shape scalar(import.graph[id].shape.size(), 1);
  const std::string name = source.output_name(0);
  const Constant number = make_constant(DType::float32, scalar, std::vector<float>{value});
  return import.add(std::move(op), {id, import.add_constant(number, name + "/number")}, name);
}

float bound(const Source& source, const char* name, size_t index, float otherwise) {
  if (!source.has(index)) return source.number(name, otherwise);
  const std::vector<float> values = reals(source.constant(index, "a bound"));
  if (values.size() != 1) reject(fmt::format("{} is not one number", name));
  return values[0];
}

}  // namespace

void map_relu(Import& import, Source& source) { map_unary(import, source, Relu{}); }

void map_clip(Import& import, Source& source) {
  constexpr float kMost = std::numeric_limits<float>::max();
  const float least = bound(source, "min", 1, -kMost), most = bound(source, "max", 2, kMost);
  if (least <= -kMost && most >= kMost) return map_identity(import, source);
  if (least == 0 && most >= kMost) return map_unary(import, source, Relu{});
  if (least == 0 && most == 6) return map_unary(import, source, Relu{Activation::relu6});
  if (!std::isfinite(least) || !std::isfinite(most) || least > most) {
    reject(fmt::format("Clip to {} and {}", least, most));
  }
  const Value& x = source.input(0);
  TensorId id = import.tensor(x, x.order);
  if (least > -kMost) id = with_number(import, source, Binary{BinaryKind::maximum}, id, least);
  if (most < kMost) id = with_number(import, source, Binary{BinaryKind::minimum}, id, most);
  source.set_output(0, import.computed(id, x.order));
}

void map_function(Import& import, Source& source) {
  static const std::unordered_map<std::string, UnaryKind> kinds{
      {"Sigmoid", UnaryKind::logistic},
      {"Tanh", UnaryKind::tanh},
      {"HardSwish", UnaryKind::hard_swish},
      {"LeakyRelu", UnaryKind::leaky_relu},
      {"Sqrt", UnaryKind::sqrt},
      {"Log", UnaryKind::log},
      {"Exp", UnaryKind::exp},
      {"Abs", UnaryKind::abs},
      {"Neg", UnaryKind::neg},
      {"Sin", UnaryKind::sin},
      {"Cos", UnaryKind::cos},
      {"Floor", UnaryKind::floor},
      {"Ceil", UnaryKind::ceil},
      {"Round", UnaryKind::round},
  };
  Unary op{kinds.at(source.op())};
  if (op.kind == UnaryKind::leaky_relu) op.alpha = source.number("alpha", 0.01f);
  if (!std::isfinite(op.alpha)) reject(fmt::format("an alpha of {}", op.alpha));
  map_unary(import, source, op);
}

void map_softmax(Import& import, Source& source) {
  const Value& x = source.input(0);
  if (x.rank() == 0) reject("an input without dimensions");
  const bool flattens = import.opset < 13;
  const size_t axis = checked_axis(source.integer("axis", flattens ? 1 : -1), x.rank());
  Order order = flattens ? plain_order(x.rank()) : x.order;
  int64_t columns = x.shape[axis];
  if (flattens) {
    for (size_t i = axis + 1; i < x.rank(); ++i) columns *= x.shape[i];
  } else {
    order.erase(std::find(order.begin(), order.end(), static_cast<int32_t>(axis)));
    order.push_back(static_cast<int32_t>(axis));
  }
  TensorId id = import.tensor(x, order);
  const Shape shape = import.graph[id].shape;
  const auto rows = static_cast<int32_t>(elements(shape) / columns);
  id = import.reshape(id, {rows, static_cast<int32_t>(columns)});
  const std::string name = source.output_name(0);
  id = source.op() == "Softmax" ? import.add(Softmax{}, {id}, name) : import.add(LogSoftmax{}, {id}, name);
  id = import.reshape(id, shape);
  source.set_output(0, import.computed(id, order));
}

void map_batch_norm(Import& import, Source& source) {
  const Value& x = source.input(0);
  if (x.rank() < 2) reject(fmt::format("an input of {}", to_string(x.shape)));
  if (source.integer("training_mode", 0) != 0 || source.is_used(1)) {
    refuse("BatchNormalization in training: export the model in inference mode (model.eval())");
  }
  Order order = x.order;
  order.erase(std::find(order.begin(), order.end(), 1));
  order.push_back(1);
  const std::string name = source.output_name(0);
  std::vector<TensorId> inputs{import.tensor(x, order)};
  constexpr const char* kNames[] = {"gamma", "beta", "mean", "variance"};
  for (size_t i = 0; i < 4; ++i) {
    inputs.push_back(import.add_constant(dequantized(source.constant(1 + i, kNames[i]), import.budget),
                                         fmt::format("{}/{}", name, kNames[i])));
  }
  BatchNorm norm;
  norm.epsilon = source.number("epsilon", 1e-5f);
  if (!(norm.epsilon >= 0 && norm.epsilon < 1)) reject(fmt::format("an epsilon of {}", norm.epsilon));
  source.set_output(0, import.computed(import.add(norm, std::move(inputs), name), order));
}

void map_identity(Import&, Source& source) {
  if (source.is_used(1)) refuse("a second output");
  Value value = source.input(0);
  source.set_output(0, std::move(value));
}

}  // namespace tinyml::formats::onnx
