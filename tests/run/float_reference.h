// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tinyml/graph/geometry.h"
#include "tinyml/graph/graph.h"

// The operators' definitions, word for word and in double: what the float engine is tested against.
namespace tinyml::reference {

struct Array {
  Shape shape;
  std::vector<double> values;

  double& at(int64_t n, int64_t y, int64_t x, int64_t c) {
    return values[static_cast<size_t>(((n * shape[1] + y) * shape[2] + x) * shape[3] + c)];
  }
  double at(int64_t n, int64_t y, int64_t x, int64_t c) const {
    return const_cast<Array*>(this)->at(n, y, x, c);
  }
};

inline Array array(const Shape& shape) {
  return {shape, std::vector<double>(static_cast<size_t>(elements(shape)))};
}

inline double activate(double v, Activation activation) {
  if (activation == Activation::none) return v;
  return std::min(std::max(v, 0.0), activation == Activation::relu6 ? 6.0 : INFINITY);
}

// Calls body(n, output y, output x, filter y, filter x, input y, input x) inside the input.
template <class Body>
void for_taps(const Window2D& w, int32_t batch, const Body& body) {
  for (int32_t n = 0; n < batch; ++n)
    for (int32_t oy = 0; oy < w.height.output; ++oy)
      for (int32_t ox = 0; ox < w.width.output; ++ox)
        for (int32_t fy = 0; fy < w.height.filter; ++fy)
          for (int32_t fx = 0; fx < w.width.filter; ++fx) {
            const int32_t y = oy * w.height.stride - w.height.pad_before + fy * w.height.dilation;
            const int32_t x = ox * w.width.stride - w.width.pad_before + fx * w.width.dilation;
            if (y >= 0 && y < w.height.input && x >= 0 && x < w.width.input) body(n, oy, ox, fy, fx, y, x);
          }
}

using Inputs = std::vector<Array>;  // an input left out has an empty shape

inline Array finish(Array y, const Inputs& in, Activation activation) {
  for (size_t i = 0; i < y.values.size(); ++i) {
    if (in.size() > 2 && !in[2].shape.empty()) y.values[i] += in[2].values[i % in[2].values.size()];
    y.values[i] = activate(y.values[i], activation);
  }
  return y;
}

inline Array run(const Conv2D& op, const Inputs& in, const Shape& out) {
  Array y = array(out);
  const Window2D w = window_of(op, in[0].shape, in[1].shape[1], in[1].shape[2]);
  for_taps(w, out[0], [&](auto n, auto oy, auto ox, auto fy, auto fx, auto iy, auto ix) {
    for (int32_t o = 0; o < out[3]; ++o)
      for (int32_t c = 0; c < in[0].shape[3]; ++c)
        y.at(n, oy, ox, o) += in[0].at(n, iy, ix, c) * in[1].at(o, fy, fx, c);
  });
  return finish(y, in, op.activation);
}

inline Array run(const DepthwiseConv2D& op, const Inputs& in, const Shape& out) {
  Array y = array(out);
  const Window2D w = window_of(op, in[0].shape, in[1].shape[1], in[1].shape[2]);
  for_taps(w, out[0], [&](auto n, auto oy, auto ox, auto fy, auto fx, auto iy, auto ix) {
    for (int32_t o = 0; o < out[3]; ++o)
      y.at(n, oy, ox, o) += in[0].at(n, iy, ix, o / op.depth_multiplier) * in[1].at(0, fy, fx, o);
  });
  return finish(y, in, op.activation);
}

inline Array run(const FullyConnected& op, const Inputs& in, const Shape& out) {
  Array y = array(out);
  const int32_t depth = in[1].shape[1];
  for (int32_t n = 0; n < out[0]; ++n)
    for (int32_t o = 0; o < out[1]; ++o)
      for (int32_t i = 0; i < depth; ++i)
        y.values[static_cast<size_t>(n * out[1] + o)] += in[0].values[static_cast<size_t>(n * depth + i)] *
                                                         in[1].values[static_cast<size_t>(o * depth + i)];
  return finish(y, in, op.activation);
}

// In training: by the batch's statistics.
inline Array run(const BatchNorm& op, const Inputs& in, const Shape& out) {
  Array y = in[0];
  const size_t channels = static_cast<size_t>(out.back()), rows = y.values.size() / channels;
  for (size_t c = 0; c < channels; ++c) {
    double mean = 0, variance = 0;
    for (size_t r = 0; r < rows; ++r) mean += y.values[r * channels + c] / static_cast<double>(rows);
    for (size_t r = 0; r < rows; ++r)
      variance += std::pow(y.values[r * channels + c] - mean, 2) / static_cast<double>(rows);
    for (size_t r = 0; r < rows; ++r) {
      double& v = y.values[r * channels + c];
      v = (v - mean) / std::sqrt(variance + static_cast<double>(op.epsilon)) * in[1].values[c] +
          in[2].values[c];
    }
  }
  return y;
}

inline Array run(const Relu& op, const Inputs& in, const Shape&) {
  Array y = in[0];
  for (double& v : y.values) v = activate(v, op.activation);
  return y;
}

inline Array run(const AveragePool2D& op, const Inputs& in, const Shape& out) {
  Array y = array(out), count = array(out);
  const Window2D w = window_of(op, in[0].shape, op.filter_height, op.filter_width);
  for_taps(w, out[0], [&](auto n, auto oy, auto ox, auto, auto, auto iy, auto ix) {
    for (int32_t c = 0; c < out[3]; ++c) {
      y.at(n, oy, ox, c) += in[0].at(n, iy, ix, c);
      count.at(n, oy, ox, c) += 1;
    }
  });
  for (size_t i = 0; i < y.values.size(); ++i)
    y.values[i] = activate(y.values[i] / count.values[i], op.activation);
  return y;
}

inline Array run(const MaxPool2D& op, const Inputs& in, const Shape& out) {
  Array y = array(out);
  std::fill(y.values.begin(), y.values.end(), -INFINITY);
  const Window2D w = window_of(op, in[0].shape, op.filter_height, op.filter_width);
  for_taps(w, out[0], [&](auto n, auto oy, auto ox, auto, auto, auto iy, auto ix) {
    for (int32_t c = 0; c < out[3]; ++c) {
      y.at(n, oy, ox, c) = std::max(y.at(n, oy, ox, c), in[0].at(n, iy, ix, c));
    }
  });
  for (double& v : y.values) v = activate(v, op.activation);
  return y;
}

inline Array run(const Softmax& op, const Inputs& in, const Shape& out) {
  Array y = in[0];
  const size_t columns = static_cast<size_t>(out.back());
  for (size_t r = 0; r < y.values.size() / columns; ++r) {
    double sum = 0;
    for (size_t c = 0; c < columns; ++c)
      sum += y.values[r * columns + c] = std::exp(static_cast<double>(op.beta) * y.values[r * columns + c]);
    for (size_t c = 0; c < columns; ++c) y.values[r * columns + c] /= sum;
  }
  return y;
}

inline double sigmoid(double v) { return 1 / (1 + std::exp(-v)); }

// The sum of gate `g` of `gates` for one unit: x and W, h and R, b.
inline double gate_sum(const Inputs& in, size_t gates, size_t g, const double* x, const double* h,
                       size_t unit) {
  const Array &w = in[1 + g], &r = in[1 + gates + g];
  const auto depth = static_cast<size_t>(w.shape[1]), units = static_cast<size_t>(w.shape[0]);
  double sum = in[1 + 2 * gates + g].values[unit];
  for (size_t k = 0; k < depth; ++k) sum += x[k] * w.values[unit * depth + k];
  for (size_t k = 0; k < units; ++k) sum += h[k] * r.values[unit * units + k];
  return sum;
}

inline Array run(const Lstm& op, const Inputs& in, const Shape& out) {
  Array y = array(out);
  const auto steps = static_cast<size_t>(out[1]), units = static_cast<size_t>(out[2]);
  const auto depth = static_cast<size_t>(in[0].shape[2]);
  const double clip = static_cast<double>(op.cell_clip);
  for (size_t n = 0; n < static_cast<size_t>(out[0]); ++n) {
    std::vector<double> c(units), h(units);
    for (size_t t = 0; t < steps; ++t) {
      const double* x = &in[0].values[(n * steps + t) * depth];
      std::vector<double> next(units);
      for (size_t u = 0; u < units; ++u) {
        const auto sum = [&](size_t gate) { return gate_sum(in, 4, gate, x, h.data(), u); };
        c[u] = sigmoid(sum(1)) * c[u] + sigmoid(sum(0)) * std::tanh(sum(2));
        if (clip > 0) c[u] = std::min(std::max(c[u], -clip), clip);
        next[u] = sigmoid(sum(3)) * std::tanh(c[u]);
      }
      h = next;
      std::copy(h.begin(), h.end(), y.values.begin() + static_cast<ptrdiff_t>((n * steps + t) * units));
    }
  }
  return y;
}

inline Array run(const Gru&, const Inputs& in, const Shape& out) {
  Array y = array(out);
  const auto steps = static_cast<size_t>(out[1]), units = static_cast<size_t>(out[2]);
  const auto depth = static_cast<size_t>(in[0].shape[2]);
  const std::vector<double> nothing(std::max(depth, units));
  for (size_t n = 0; n < static_cast<size_t>(out[0]); ++n) {
    std::vector<double> h(units);
    for (size_t t = 0; t < steps; ++t) {
      const double* x = &in[0].values[(n * steps + t) * depth];
      std::vector<double> next(units);
      for (size_t u = 0; u < units; ++u) {
        const double update = sigmoid(gate_sum(in, 3, 0, x, h.data(), u));
        const double reset = sigmoid(gate_sum(in, 3, 1, x, h.data(), u));
        const double of_input = gate_sum(in, 3, 2, x, nothing.data(), u);
        const double of_output =
            gate_sum(in, 3, 2, nothing.data(), h.data(), u) - in[9].values[u] + in[10].values[u];
        const double fresh = std::tanh(of_input + reset * of_output);
        next[u] = update * h[u] + (1 - update) * fresh;
      }
      h = next;
      std::copy(h.begin(), h.end(), y.values.begin() + static_cast<ptrdiff_t>((n * steps + t) * units));
    }
  }
  return y;
}

inline Array run(const Reshape&, const Inputs& in, const Shape& out) { return {out, in[0].values}; }

}  // namespace tinyml::reference
