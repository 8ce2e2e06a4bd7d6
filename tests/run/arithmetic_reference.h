// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/run/float_reference.h"

// The definitions of the arithmetic operators, in double.
namespace tinyml::reference {

/// The element of an operand that broadcasts to `shape` which stands at element `index` of it.
inline double broadcast_at(const Array& operand, const Shape& shape, size_t index) {
  size_t at = 0, stride = 1;
  for (size_t back = 1; back <= shape.size(); ++back) {
    const auto extent = static_cast<size_t>(shape[shape.size() - back]);
    const size_t coordinate = index % extent;
    index /= extent;
    if (back > operand.shape.size()) continue;
    const auto own = static_cast<size_t>(operand.shape[operand.shape.size() - back]);
    if (own > 1) at += coordinate * stride;
    stride *= own;
  }
  return operand.values[at];
}

template <class F>
Array run_pairs(const Inputs& in, const Shape& out, Activation activation, const F& f) {
  Array y = array(out);
  for (size_t i = 0; i < y.values.size(); ++i) {
    y.values[i] = activate(f(broadcast_at(in[0], out, i), broadcast_at(in[1], out, i)), activation);
  }
  return y;
}

inline Array run(const Add& op, const Inputs& in, const Shape& out) {
  return run_pairs(in, out, op.activation, [](double a, double b) { return a + b; });
}

inline Array run(const Sub& op, const Inputs& in, const Shape& out) {
  return run_pairs(in, out, op.activation, [](double a, double b) { return a - b; });
}

inline Array run(const Mul& op, const Inputs& in, const Shape& out) {
  return run_pairs(in, out, op.activation, [](double a, double b) { return a * b; });
}

inline Array run(const Binary& op, const Inputs& in, const Shape& out) {
  return run_pairs(in, out, op.activation, [&](double a, double b) {
    if (op.kind == BinaryKind::div) return a / b;
    if (op.kind == BinaryKind::minimum) return std::min(a, b);
    if (op.kind == BinaryKind::maximum) return std::max(a, b);
    return (a - b) * (a - b);
  });
}

inline Array run(const Prelu&, const Inputs& in, const Shape& out) {
  return run_pairs(in, out, Activation::none, [](double x, double slope) { return x < 0 ? slope * x : x; });
}

inline Array run(const Unary& op, const Inputs& in, const Shape&) {
  const auto function = [&](double x) {
    switch (op.kind) {
      case UnaryKind::logistic:
        return 1 / (1 + std::exp(-x));
      case UnaryKind::tanh:
        return std::tanh(x);
      case UnaryKind::hard_swish:
        return x * std::clamp(x + 3, 0.0, 6.0) / 6;
      case UnaryKind::leaky_relu:
        return x > 0 ? x : static_cast<double>(op.alpha) * x;
      case UnaryKind::rsqrt:
        return 1 / std::sqrt(x);
      case UnaryKind::sqrt:
        return std::sqrt(x);
      case UnaryKind::log:
        return std::log(x);
      case UnaryKind::exp:
        return std::exp(x);
      case UnaryKind::abs:
        return std::abs(x);
      case UnaryKind::neg:
        return -x;
      case UnaryKind::square:
        return x * x;
      case UnaryKind::elu:
        return x < 0 ? std::exp(x) - 1 : x;
      case UnaryKind::sin:
        return std::sin(x);
      case UnaryKind::cos:
        return std::cos(x);
      case UnaryKind::floor:
        return std::floor(x);
      case UnaryKind::ceil:
        return std::ceil(x);
      case UnaryKind::round:
        return std::nearbyint(x);
    }
    return 0.0;
  };
  Array y = in[0];
  for (double& v : y.values) v = function(v);
  return y;
}

inline Array run(const LogSoftmax&, const Inputs& in, const Shape& out) {
  Array y = in[0];
  const auto columns = static_cast<size_t>(out.back());
  for (size_t first = 0; first < y.values.size(); first += columns) {
    double sum = 0;
    for (size_t c = 0; c < columns; ++c) sum += std::exp(in[0].values[first + c]);
    for (size_t c = 0; c < columns; ++c) y.values[first + c] -= std::log(sum);
  }
  return y;
}

inline Array run(const Reduction& op, const Inputs& in, const Shape& out) {
  const bool max = op.kind == ReductionKind::max;
  Array y = array(out);
  if (max) std::fill(y.values.begin(), y.values.end(), -1e30);
  const Shape& shape = in[0].shape;
  double terms = 1;
  for (const int32_t axis : op.axes) terms *= shape[static_cast<size_t>(axis)];
  for (size_t i = 0; i < in[0].values.size(); ++i) {
    size_t rest = i, at = 0, stride = 1;
    for (size_t d = shape.size(); d-- > 0;) {
      const auto extent = static_cast<size_t>(shape[d]);
      if (std::find(op.axes.begin(), op.axes.end(), static_cast<int32_t>(d)) == op.axes.end()) {
        at += rest % extent * stride;
        stride *= extent;
      }
      rest /= extent;
    }
    if (max) {
      y.values[at] = std::max(y.values[at], in[0].values[i]);
    } else {
      y.values[at] += in[0].values[i] / (op.kind == ReductionKind::mean ? terms : 1);
    }
  }
  return y;
}

}  // namespace tinyml::reference
