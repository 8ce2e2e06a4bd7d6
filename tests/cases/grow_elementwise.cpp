// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/cases/graph_grower.h"

namespace tinyml::tests {

namespace {

float scale_of(GraphGrower& g, TensorId x) { return g[x].quantization.scale(); }

DType either(GraphGrower& g) { return g.one_in(4) ? DType::int16 : DType::int8; }

TensorId result_of(GraphGrower& g, float scale, DType dtype) {
  return g.result(scale, dtype == DType::int8 ? g.zero_point() : 0, dtype);
}

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
  const TensorId a = g.any_value(either(g)), b = operand(g, a);
  const float deviation = g[a].dtype == DType::int8 ? 73 : 18900;
  const float range = std::is_same_v<Op, Mul> ? scale_of(g, a) * scale_of(g, b) * deviation
                                              : std::max(scale_of(g, a), scale_of(g, b));
  return g.add(Op{g.activation()}, {a, b}, {result_of(g, range * g.scale(-2, 2), g[a].dtype)});
}

bool squared_difference(GraphGrower& g) {
  const TensorId a = g.any_value(), b = operand(g, a);
  const float larger = std::max(scale_of(g, a), scale_of(g, b));
  const TensorId y = g.result(larger * larger * 73 * g.scale(-1, 2), g.zero_point());
  return g.add(Binary{BinaryKind::squared_difference}, {a, b}, {y});
}

bool extremum(GraphGrower& g) {
  const TensorId a = g.any_value(either(g));
  const Shape shape = {g[a].shape.back()};
  const TensorId b = g.builder().constant(shape, scale_of(g, a), g[a].quantization.zero_point(), g[a].dtype);
  return g.add(Binary{g.one_of({BinaryKind::minimum, BinaryKind::maximum})}, {a, b}, {g.result_like(a)});
}

bool softmax(GraphGrower& g) {
  const TensorId x = g.any_value();
  return g.add(Softmax{g.one_in(3) ? g.scale(-1, 1) : 1.0f}, {x}, {g.result(1.0f / 256, -128)});
}

bool log_softmax(GraphGrower& g) { return g.add(LogSoftmax{}, {g.any_value()}, {g.result(1.0f / 16, 127)}); }

template <UnaryKind kKind>
bool gate(GraphGrower& g) {
  const TensorId x = g.any_value();
  if (scale_of(g, x) > 8) return false;
  const bool logistic = kKind == UnaryKind::logistic;
  return g.add(Unary{kKind}, {x}, {g.result(logistic ? 1.0f / 256 : 1.0f / 128, logistic ? -128 : 0)});
}

bool on_slopes(GraphGrower& g) {
  const DType dtype = either(g);
  const TensorId x = g.any_value(dtype);
  const TensorId y = result_of(g, scale_of(g, x) * g.scale(-1, 1), dtype);
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

bool reduction(GraphGrower& g) {
  const DType dtype = either(g);
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
  return g.add(op, {x}, {result_of(g, scale_of(g, x) * grown * g.scale(-2, 1), dtype)});
}

bool compare_and_select(GraphGrower& g) {
  const TensorId a = g.any_value(), b = operand(g, a);
  // TensorFlow Lite Micro compares on scales below 1.
  if (g[b].shape != g[a].shape || scale_of(g, a) >= 1 || scale_of(g, b) >= 1) return false;
  const auto kind = static_cast<ComparisonKind>(g.between(0, 5));
  const TensorId condition = g.result(0, 0, DType::boolean);
  const TensorId other = g.builder().constant(g[a].shape, scale_of(g, a), g[a].quantization.zero_point());
  return g.add(Comparison{kind}, {a, b}, {condition}) &&
         g.add(Select{}, {condition, a, other}, {g.result_like(a)});
}

bool arg_extremum(GraphGrower& g) {
  const TensorId x = g.value(g.between(3, 4));
  const int32_t axis = g.between(1, static_cast<int32_t>(std::ssize(g[x].shape)) - 1);
  return g.add(ArgExtremum{g.one_in(2), axis}, {x}, {g.result(0, 0, DType::int32)});
}

bool requantize(GraphGrower& g) {
  const TensorId x = g.any_value(either(g));
  const DType to = either(g);
  const double log2 = (to == DType::int16 ? -8 : 0) + (g[x].dtype == DType::int16 ? 8 : 0);
  return g.add(Quantize{}, {x}, {result_of(g, scale_of(g, x) * g.scale(log2 - 1, log2 + 2), to)});
}

bool dequantize(GraphGrower& g) {
  return g.add(Dequantize{}, {g.any_value(either(g))}, {g.result(0, 0, DType::float32)});
}

bool cast(GraphGrower& g) {
  return g.add(Cast{}, {g.any_value(either(g))}, {g.result(0, 0, g.one_of({DType::int32, DType::float32}))});
}

}  // namespace

std::vector<Grow> elementwise_growth() {
  return {pair<Add>,
          pair<Sub>,
          pair<Mul>,
          squared_difference,
          extremum,
          softmax,
          log_softmax,
          gate<UnaryKind::logistic>,
          gate<UnaryKind::tanh>,
          on_slopes,
          on_slopes,
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
