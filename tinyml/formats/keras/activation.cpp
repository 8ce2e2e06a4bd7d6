// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <cmath>

#include "tinyml/formats/keras/layer.h"
#include "tinyml/formats/keras/names.h"
#include "tinyml/formats/text.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::keras {
namespace {

using tflite::refuse;
using tflite::reject;

/// Functions of one element, made of operators.
class Elementwise {
 public:
  Elementwise(const Layer& layer, const Value& value)
      : layer_(layer), x_(layer.import.loose_tensor(value)), shape_(value.shape) {}

  TensorId x() const { return x_; }
  Value value(TensorId id) const { return {id, shape_}; }

  TensorId unary(UnaryKind kind, TensorId a, float alpha = 0) const {
    return layer_.add(Unary{kind, alpha}, {a}, kUnaryNames[static_cast<size_t>(kind)].data());
  }
  TensorId relu(TensorId a, Activation limit = Activation::relu) const {
    return layer_.add(Relu{limit}, {a}, limit == Activation::relu6 ? "relu6" : "relu");
  }
  TensorId times(TensorId a, TensorId b) const { return layer_.add(Mul{}, {a, b}, "product"); }
  TensorId scaled(TensorId a, double by) const { return by == 1 ? a : times(a, number(by)); }
  TensorId plus(TensorId a, TensorId b) const { return layer_.add(Add{}, {a, b}, "sum"); }
  TensorId shifted(TensorId a, double by) const { return plus(a, number(by)); }
  TensorId over(TensorId a, TensorId b) const { return layer_.add(Binary{BinaryKind::div}, {a, b}, "ratio"); }
  TensorId at_most(TensorId a, double b) const {
    return layer_.add(Binary{BinaryKind::minimum}, {a, number(b)}, "at_most");
  }
  TensorId at_least(TensorId a, double b) const {
    return layer_.add(Binary{BinaryKind::maximum}, {a, number(b)}, "at_least");
  }

  TensorId sigmoid(TensorId a) const { return unary(UnaryKind::logistic, a); }
  TensorId hard_sigmoid() const {
    // Keras 2 has clip(0.2 x + 0.5, 0, 1), Keras 3 relu6(x + 3) / 6.
    const TensorId sloped = layer_.import.keras_2 ? scaled(x_, 1.2) : x_;
    return scaled(relu(shifted(sloped, 3), Activation::relu6), 1.0 / 6);
  }
  TensorId elu(double alpha) const {
    const TensorId below = shifted(unary(UnaryKind::exp, at_most(x_, 0)), -1);
    return plus(relu(x_), scaled(below, alpha));
  }
  TensorId softplus() const {
    const TensorId small = unary(UnaryKind::exp, unary(UnaryKind::neg, unary(UnaryKind::abs, x_)));
    return plus(relu(x_), unary(UnaryKind::log, shifted(small, 1)));
  }

 private:
  TensorId number(double value) const {
    return layer_.number_constant(fmt::format("number_{}", value).c_str(), value);
  }

  const Layer& layer_;
  TensorId x_;
  Shape shape_;
};

constexpr double kSeluAlpha = 1.6732632423543772, kSeluScale = 1.0507009873554805;

}  // namespace

Value leaky_relu(const Layer& layer, const Value& value, double slope) {
  const Elementwise f(layer, value);
  return f.value(slope == 0 ? f.relu(f.x())
                            : f.unary(UnaryKind::leaky_relu, f.x(), static_cast<float>(slope)));
}

Value activate(const Layer& layer, const Value& value, const std::string& function) {
  if (function == "linear") return value;
  if (function == "softmax" || function == "log_softmax") {
    const TensorId x = layer.import.loose_tensor(value);
    const Operator op = function == "softmax" ? Operator(Softmax{}) : Operator(LogSoftmax{});
    return {layer.add(op, {x}, function.c_str()), value.shape};
  }
  const Elementwise f(layer, value);
  const TensorId x = f.x();
  if (function == "relu") return f.value(f.relu(x));
  if (function == "relu6") return f.value(f.relu(x, Activation::relu6));
  if (function == "leaky_relu") return leaky_relu(layer, value, 0.2);
  if (function == "sigmoid") return f.value(f.sigmoid(x));
  if (function == "tanh") return f.value(f.unary(UnaryKind::tanh, x));
  if (function == "hard_sigmoid") return f.value(f.hard_sigmoid());
  if (function == "hard_swish" || function == "hard_silu") return f.value(f.unary(UnaryKind::hard_swish, x));
  if (function == "swish" || function == "silu") return f.value(f.times(x, f.sigmoid(x)));
  if (function == "elu") return f.value(f.unary(UnaryKind::elu, x));
  if (function == "selu") return f.value(f.scaled(f.elu(kSeluAlpha), kSeluScale));
  if (function == "softplus") return f.value(f.softplus());
  if (function == "softsign") return f.value(f.over(x, f.shifted(f.unary(UnaryKind::abs, x), 1)));
  if (function == "mish") return f.value(f.times(x, f.unary(UnaryKind::tanh, f.softplus())));
  if (function == "exponential") return f.value(f.unary(UnaryKind::exp, x));
  if (function == "hard_tanh") return f.value(f.at_least(f.at_most(x, 1), -1));
  if (function == "relu_6") return f.value(f.relu(x, Activation::relu6));
  refuse(fmt::format("the activation {}; {}", function, kExportAdvice));
}

Value activate_by_config(const Layer& layer, const Value& value, const char* key) {
  const Json& given = layer.at(key);
  if (given.is_null()) return value;
  if (given.is_string()) return activate(layer, value, layer.text(key, ""));
  if (!given.is_object()) reject(fmt::format("a wrong {}", key));
  const Json name = given.value("class_name", Json(""));
  const Mapping mapping = name == "ReLU" || name == "LeakyReLU" || name == "ELU"
                              ? find_mapping(name.get<std::string>(), false)
                              : nullptr;
  if (!mapping) {
    const Json inner = given.value("config", Json());
    const Json& shown = inner.is_string() ? inner : name;
    refuse(fmt::format("the activation {}, a custom function; {}",
                       shown.is_string() ? clean(shown.get<std::string>().substr(0, 64)) : "given",
                       kExportAdvice));
  }
  return mapping(layer.wrapped(given, value));
}

Value map_activation(const Layer& layer) { return activate_by_config(layer, layer.input()); }

Value map_relu(const Layer& layer) {
  if (layer.number("threshold", 0) != 0) refuse("a threshold");
  const double slope = layer.number("negative_slope", 0), most = layer.number("max_value", 0);
  const bool bounded = !layer.at("max_value").is_null();
  if (bounded && most == 6 && slope == 0) return activate(layer, layer.input(), "relu6");
  const Value value = leaky_relu(layer, layer.input(), slope);
  if (!bounded) return value;
  return {
      layer.add(Binary{BinaryKind::minimum}, {value.id, layer.number_constant("max_value", most)}, "at_most"),
      value.shape};
}

Value map_leaky_relu(const Layer& layer) {
  const char* key = layer.at("negative_slope").is_null() ? "alpha" : "negative_slope";
  return leaky_relu(layer, layer.input(), layer.number(key, 0.3));
}

Value map_elu(const Layer& layer) {
  const Elementwise f(layer, layer.input());
  const double alpha = layer.number("alpha", 1);
  return f.value(alpha == 1 ? f.unary(UnaryKind::elu, f.x()) : f.elu(alpha));
}

Value map_prelu(const Layer& layer) {
  const Value& input = layer.input();
  Shape shape(input.shape.begin() + 1, input.shape.end());
  const Json& shared = layer.at("shared_axes");
  for (const Json& axis : shared.is_array() ? shared : Json::array()) {
    if (!axis.is_number_integer()) reject("wrong shared_axes");
    const int32_t i = checked_axis(axis.get<int64_t>(), input.shape.size());
    if (i == 0) reject("wrong shared_axes");
    shape[static_cast<size_t>(i) - 1] = 1;
  }
  const TensorId slopes =
      layer.constant("alpha", shape, [&] { return layer.weight("", 0, {"alpha"}, shape); });
  return {layer.add(Prelu{}, {layer.import.loose_tensor(input), slopes}, "prelu"), input.shape};
}

Value map_softmax(const Layer& layer) {
  const Value& input = layer.input();
  const Json& json = layer.at("axis");
  const Json& axis = json.is_array() && json.size() == 1 ? json[0] : json;
  if (!axis.is_null() &&
      (!axis.is_number_integer() || checked_axis(axis.get<int64_t>(), input.shape.size()) + 1 !=
                                        static_cast<int32_t>(input.shape.size()))) {
    refuse("softmax of another axis than the last");
  }
  return activate(layer, input, "softmax");
}

}  // namespace tinyml::formats::keras
