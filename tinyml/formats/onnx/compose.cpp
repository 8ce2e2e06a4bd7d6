// SPDX-License-Identifier: Apache-2.0
// Operators of ONNX that are made of several of ours.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

/// Arithmetic on the graph: every function adds a node and returns its output.
class Maths {
 public:
  Maths(Import& import, const Source& source) : import_(import), name_(source.output_name(0)) {}

  TensorId add(TensorId a, TensorId b) { return node(Add{}, {a, b}); }
  TensorId sub(TensorId a, TensorId b) { return node(Sub{}, {a, b}); }
  TensorId mul(TensorId a, TensorId b) { return node(Mul{}, {a, b}); }
  TensorId div(TensorId a, TensorId b) { return node(Binary{BinaryKind::div}, {a, b}); }
  TensorId min(TensorId a, TensorId b) { return node(Binary{BinaryKind::minimum}, {a, b}); }
  TensorId max(TensorId a, TensorId b) { return node(Binary{BinaryKind::maximum}, {a, b}); }
  TensorId relu(TensorId a) { return node(Relu{}, {a}); }
  TensorId function(UnaryKind kind, TensorId a) { return node(Unary{kind}, {a}); }
  TensorId mean(TensorId a, const std::vector<int32_t>& axes) {
    return node(Reduction{ReductionKind::mean, axes, true}, {a});
  }
  /// One number that goes with `like`.
  TensorId number(TensorId like, float value) {
    if (!std::isfinite(value)) reject("a number that is not finite");
    const Shape shape(import_.graph[like].shape.size(), 1);
    return import_.add_constant(make_constant(DType::float32, shape, std::vector<float>{value}),
                                name_ + "/number");
  }
  TensorId node(Operator op, std::vector<TensorId> inputs) {
    return import_.add(std::move(op), std::move(inputs), name_);
  }

 private:
  Import& import_;
  std::string name_;
};

/// relu(x) + a * (exp(min(x, 0) / b) - 1)
TensorId elu(Maths& maths, TensorId x, float a, float b) {
  TensorId low = maths.min(x, maths.number(x, 0));
  if (b != 1) low = maths.mul(low, maths.number(x, 1 / b));
  low = maths.sub(maths.function(UnaryKind::exp, low), maths.number(x, 1));
  if (a != 1) low = maths.mul(low, maths.number(x, a));
  return maths.add(maths.relu(x), low);
}

/// log(1 + exp(x)), which does not overflow.
TensorId softplus(Maths& maths, TensorId x) {
  const TensorId far = maths.function(UnaryKind::neg, maths.function(UnaryKind::abs, x));
  const TensorId one_more = maths.add(maths.function(UnaryKind::exp, far), maths.number(x, 1));
  return maths.add(maths.relu(x), maths.function(UnaryKind::log, one_more));
}

/// (x - mean) / sqrt(variance + epsilon), over axes of the graph's tensor.
TensorId normalized(Maths& maths, TensorId x, const std::vector<int32_t>& axes, float epsilon) {
  if (!(epsilon >= 0 && epsilon < 1)) reject(fmt::format("an epsilon of {}", epsilon));
  const TensorId centred = maths.sub(x, maths.mean(x, axes));
  const TensorId variance = maths.mean(maths.mul(centred, centred), axes);
  const TensorId scale = maths.function(UnaryKind::rsqrt, maths.add(variance, maths.number(x, epsilon)));
  return maths.mul(centred, scale);
}

}  // namespace

void map_composed(Import& import, Source& source) {
  const Value& x = source.input(0);
  if (x.constant) refuse("an input that is constant");
  const std::string op = source.op();
  Maths maths(import, source);
  TensorId y = x.id;
  if (op == "Elu" && source.number("alpha", 1) == 1) {
    y = maths.function(UnaryKind::elu, y);
  } else if (op == "Elu") {
    y = elu(maths, y, source.number("alpha", 1), 1);
  }
  if (op == "Celu") y = elu(maths, y, source.number("alpha", 1), source.number("alpha", 1));
  if (op == "Selu") {
    y = elu(maths, y, source.number("alpha", 1.67326319217681884765625f), 1);
    y = maths.mul(y, maths.number(y, source.number("gamma", 1.05070102214813232421875f)));
  }
  if (op == "Softplus") y = softplus(maths, y);
  if (op == "Mish") y = maths.mul(y, maths.function(UnaryKind::tanh, softplus(maths, y)));
  if (op == "Softsign") {
    y = maths.div(y, maths.add(maths.function(UnaryKind::abs, y), maths.number(y, 1)));
  }
  if (op == "Reciprocal") y = maths.div(maths.number(y, 1), y);
  if (op == "HardSigmoid") {
    y = maths.mul(y, maths.number(y, source.number("alpha", 0.2f)));
    y = maths.add(y, maths.number(y, source.number("beta", 0.5f)));
    y = maths.min(maths.max(y, maths.number(y, 0)), maths.number(y, 1));
  }
  source.set_output(0, import.computed(y, x.order));
}

void map_normalization(Import& import, Source& source) {
  const Value& x = source.input(0);
  const bool layer = source.op() == "LayerNormalization";
  if (x.constant) refuse("an input that is constant");
  if (x.rank() < (layer ? 1 : 3)) reject(fmt::format("an input of {}", to_string(x.shape)));
  if (source.is_used(1)) refuse("a second output");
  const size_t first = layer ? checked_axis(source.integer("axis", -1), x.rank()) : 2;
  std::vector<int32_t> axes;
  for (size_t i = first; i < x.rank(); ++i) axes.push_back(stored_axis(x, i));
  std::sort(axes.begin(), axes.end());
  Maths maths(import, source);
  TensorId y = normalized(maths, x.id, axes, source.number("epsilon", 1e-5f));
  const auto parameter = [&](size_t index) {
    Constant constant = source.constant(index, "a parameter");
    if (!layer) {
      if (constant.shape != Shape{x.shape[1]})
        reject(fmt::format("parameters of {}", to_string(constant.shape)));
      constant.quantization.axis = 0;
      constant.shape.resize(x.rank() - 1, 1);
    }
    return import.tensor(of_rank(import, import.value(std::move(constant)), x.rank()), x.order);
  };
  y = maths.mul(y, parameter(1));
  if (source.has(2)) y = maths.add(y, parameter(2));
  source.set_output(0, import.computed(y, x.order));
}

void map_power(Import& import, Source& source) {
  const Value& x = source.input(0);
  const std::vector<float> exponent = reals(source.constant(1, "an exponent"));
  if (x.constant) refuse("a constant base");
  if (exponent.size() != 1) refuse("several exponents");
  Maths maths(import, source);
  TensorId y = x.id;
  if (exponent[0] == 2) {
    y = maths.function(UnaryKind::square, y);
  } else if (exponent[0] == 3) {
    y = maths.mul(maths.mul(y, y), y);
  } else if (exponent[0] == 0.5f) {
    y = maths.function(UnaryKind::sqrt, y);
  } else if (exponent[0] == -0.5f) {
    y = maths.function(UnaryKind::rsqrt, y);
  } else if (exponent[0] == -1) {
    y = maths.div(maths.number(y, 1), y);
  } else if (exponent[0] != 1) {
    refuse(fmt::format("the power of {} (2, 3, 1, 0.5, -0.5 and -1 are)", exponent[0]));
  }
  source.set_output(0, import.computed(y, x.order));
}

}  // namespace tinyml::formats::onnx
