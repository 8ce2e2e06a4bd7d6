// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>

#include "tests/cases/graph_grower.h"

namespace tinyml::tests {

namespace {

float scale_of(GraphGrower& g, TensorId x) { return g[x].quantization.scale(); }

/// A second operand for x: a value of its shape, x itself, or a constant that broadcasts.
TensorId operand(GraphGrower& g, TensorId x) {
  if (const auto old = g.another(x); old && !g.one_in(4)) return *old;
  if (g.one_in(2)) return x;
  Shape shape = g[x].shape;
  for (int32_t& extent : shape) {
    if (g.one_in(3)) extent = 1;
  }
  if (g.one_in(2)) shape = {shape.back()};
  const DType dtype = g[x].dtype;
  const float own = scale_of(g, x);
  return g.builder().constant(shape, own * g.scale(-2, 2), dtype == DType::int8 ? g.zero_point() : 0, dtype);
}

template <class Op>
bool pair(GraphGrower& g) {
  const TensorId a = g.any_value(g.either()), b = operand(g, a);
  const float deviation = g[a].dtype == DType::int8 ? 73 : 18900;
  const float range = std::is_same_v<Op, Mul> ? scale_of(g, a) * scale_of(g, b) * deviation
                                              : std::max(scale_of(g, a), scale_of(g, b));
  return g.add(Op{g.activation()}, {a, b}, {g.result_of(range * g.scale(-2, 2), g[a].dtype)});
}

bool squared_difference(GraphGrower& g) {
  const DType dtype = g.either();
  const TensorId a = g.any_value(dtype), b = operand(g, a);
  const float larger = std::max(scale_of(g, a), scale_of(g, b));
  const float deviation = dtype == DType::int8 ? 73 : 18900;
  return g.add(Binary{BinaryKind::squared_difference}, {a, b},
               {g.result_of(larger * larger * deviation * g.scale(-1, 2), dtype)});
}

/// Of int8 alone. What TensorFlow Lite Micro makes of divisors of 0 and of less than 1/32 of a step of the
/// output is undefined.
bool division(GraphGrower& g) {
  const TensorId a = g.any_value();
  const int32_t zero = g.between(-120, 120);
  const TensorId b = g.builder().constant({g[a].shape.back()}, scale_of(g, a) * g.scale(-2, 2), zero);
  g.builder().change<int8_t>(b, [&](int8_t value) {
    const int32_t divisor = 1 + (value & 0x7F) % 7;
    return static_cast<int8_t>(zero + (value < 0 ? -divisor : divisor));
  });
  const TensorId y = g.result(scale_of(g, a) / scale_of(g, b) * g.scale(-3, -1.1), g.zero_point());
  return g.add(Binary{BinaryKind::div, g.activation()}, {a, b}, {y});
}

bool extremum(GraphGrower& g) {
  const TensorId a = g.any_value(g.either());
  const Shape shape = {g[a].shape.back()};
  const TensorId b = g.builder().constant(shape, scale_of(g, a), g[a].quantization.zero_point(), g[a].dtype);
  return g.add(Binary{g.one_of({BinaryKind::minimum, BinaryKind::maximum})}, {a, b}, {g.result_like(a)});
}

bool softmax(GraphGrower& g) {
  const TensorId x = g.any_value(g.either());
  if (g[x].shape.back() > 500) return false;  // sums of 512 end TensorFlow Lite Micro
  const Softmax op{g.one_in(3) ? g.scale(-1, 1) : 1.0f};
  if (g[x].dtype == DType::int16) return g.add(op, {x}, {g.result(0x1p-15f, 0, DType::int16)});
  return g.add(op, {x}, {g.result(1.0f / 256, -128)});
}

bool log_softmax(GraphGrower& g) { return g.add(LogSoftmax{}, {g.any_value()}, {g.result(1.0f / 16, 127)}); }

template <UnaryKind kKind>
bool gate(GraphGrower& g) {
  const DType dtype = g.either();
  const TensorId x = g.any_value(dtype);
  if (scale_of(g, x) > (dtype == DType::int8 ? 8 : 2)) return false;
  if (dtype == DType::int16) return g.add(Unary{kKind}, {x}, {g.result(0x1p-15f, 0, dtype)});
  const bool logistic = kKind == UnaryKind::logistic;
  return g.add(Unary{kKind}, {x}, {g.result(logistic ? 1.0f / 256 : 1.0f / 128, logistic ? -128 : 0)});
}

/// Of numbers that are not below 0, for TensorFlow Lite Micro takes no others.
bool inverse_root(GraphGrower& g) {
  const TensorId x = g.any_value();
  const TensorId above = g.result(scale_of(g, x), g.zero_point());
  if (!g.add(Relu{}, {x}, {above})) return false;
  const float largest = 1 / std::sqrt(scale_of(g, above));
  return g.add(Unary{UnaryKind::rsqrt}, {above}, {g.result(largest / 128 * g.scale(-2, 1), g.zero_point())});
}

bool elu(GraphGrower& g) {
  const TensorId x = g.any_value();
  return g.add(Unary{UnaryKind::elu}, {x}, {g.result(scale_of(g, x) * g.scale(-1, 1), g.zero_point())});
}

bool on_slopes(GraphGrower& g) {
  const DType dtype = g.either();
  const TensorId x = g.any_value(dtype);
  const TensorId y = g.result_of(scale_of(g, x) * g.scale(-1, 1), dtype);
  switch (g.between(0, 4)) {
    case 0:
      return dtype == DType::int8 && g.add(Unary{UnaryKind::hard_swish}, {x}, {y});
    case 1:
      return g.add(Unary{UnaryKind::leaky_relu, g.one_of({0.1f, 0.3f, 1.5f, -0.2f})}, {x}, {y});
    case 2:
      return g.add(Relu{}, {x}, {y});
    case 3:
      return g.add(Relu{Activation::relu6}, {x}, {g.result_like(x)});
    default:
      return g.add(Unary{UnaryKind::abs}, {x}, {y});
  }
}

bool prelu(GraphGrower& g) {
  const TensorId x = g.value(4);
  const TensorId slopes = g.builder().constant({1, 1, g[x].shape[3]}, g.scale(-8, -6), g.zero_point());
  return g.add(Prelu{}, {x, slopes}, {g.result(scale_of(g, x) * g.scale(-1, 1), g.zero_point())});
}

bool largest(GraphGrower& g) {
  const TensorId x = g.value(g.between(3, 4));
  const int32_t axis = g.between(1, static_cast<int32_t>(std::ssize(g[x].shape)) - 1);
  return g.add(Reduction{ReductionKind::max, {axis}, g.one_in(2)}, {x}, {g.result_like(x)});
}

bool reduction(GraphGrower& g) {
  const DType dtype = g.either();
  const TensorId x = g.value(g.between(3, 4), dtype);
  const bool mean = !g.one_in(3);
  Reduction op{mean ? ReductionKind::mean : ReductionKind::sum, {}, g.one_in(2)};
  int32_t count = 1;
  for (int32_t axis = 1; axis < static_cast<int32_t>(std::ssize(g[x].shape)); ++axis) {
    if (g.one_in(2)) op.axes.push_back(axis), count *= g[x].shape[static_cast<size_t>(axis)];
  }
  const bool drops_all = !op.keep_dimensions && op.axes.size() + 1 == g[x].shape.size();
  if (op.axes.empty() || drops_all) return false;
  if (mean && g.one_in(2)) return g.add(op, {x}, {g.result_like(x)});
  const float grown = mean ? 1 : static_cast<float>(count);
  return g.add(op, {x}, {g.result_of(scale_of(g, x) * grown * g.scale(-2, 1), dtype)});
}

/// a condition on a and b; nothing where TensorFlow Lite Micro has none.
std::optional<TensorId> comparison(GraphGrower& g, TensorId a) {
  const TensorId b = operand(g, a);
  // It compares on scales below 1.
  if (g[b].shape != g[a].shape || scale_of(g, a) >= 1 || scale_of(g, b) >= 1) return std::nullopt;
  const auto kind = static_cast<ComparisonKind>(g.between(0, 5));
  const TensorId condition = g.result(0, 0, DType::boolean);
  if (!g.add(Comparison{kind}, {a, b}, {condition})) return std::nullopt;
  return condition;
}

bool compare_and_select(GraphGrower& g) {
  const TensorId a = g.any_value();
  std::optional<TensorId> condition = comparison(g, a);
  if (!condition) return false;
  if (g.one_in(2)) {
    const std::optional<TensorId> second = comparison(g, a);
    if (!second) return false;
    const Logical op{g.one_of({LogicalKind::logical_and, LogicalKind::logical_or, LogicalKind::logical_not})};
    std::vector<TensorId> inputs = {*condition, *second};
    if (op.kind == LogicalKind::logical_not) inputs.pop_back();
    condition = g.result(0, 0, DType::boolean);
    if (!g.add(op, inputs, {*condition})) return false;
  }
  const TensorId other =
      g.builder().constant(g[a].shape, scale_of(g, a), g[a].quantization.zero_point(), g[a].dtype);
  return g.add(Select{}, {*condition, a, other}, {g.result_like(a)});
}

bool arg_extremum(GraphGrower& g) {
  const TensorId x = g.value(g.between(3, 4));
  const int32_t axis = g.between(1, static_cast<int32_t>(std::ssize(g[x].shape)) - 1);
  return g.add(ArgExtremum{g.one_in(2), axis}, {x}, {g.result(0, 0, DType::int32)});
}

bool requantize(GraphGrower& g) {
  const TensorId x = g.any_value(g.either());
  const DType to = g.either();
  const double log2 = (to == DType::int16 ? -8 : 0) + (g[x].dtype == DType::int16 ? 8 : 0);
  return g.add(Quantize{}, {x}, {g.result_of(scale_of(g, x) * g.scale(log2 - 1, log2 + 2), to)});
}

bool dequantize(GraphGrower& g) {
  return g.add(Dequantize{}, {g.any_value(g.either())}, {g.result(0, 0, DType::float32)});
}

bool cast(GraphGrower& g) {
  return g.add(Cast{}, {g.any_value(g.either())}, {g.result(0, 0, g.one_of({DType::int32, DType::float32}))});
}

}  // namespace

std::vector<Grow> elementwise_growth() {
  return {pair<Add>,
          pair<Sub>,
          pair<Mul>,
          squared_difference,
          division,
          extremum,
          softmax,
          log_softmax,
          gate<UnaryKind::logistic>,
          gate<UnaryKind::tanh>,
          on_slopes,
          on_slopes,
          inverse_root,
          elu,
          largest,
          prelu,
          reduction,
          compare_and_select,
          arg_extremum,
          dequantize,
          cast,
          requantize,
          requantize};
}

}  // namespace tinyml::tests
