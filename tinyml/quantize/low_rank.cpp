// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tinyml/graph/rewrites.h"
#include "tinyml/quantize/layer_weights.h"
#include "tinyml/quantize/smaller.h"

namespace tinyml::quantize {

SingularValues singular_values(const std::vector<double>& matrix, size_t rows, size_t columns) {
  TINYML_CHECK(matrix.size() == rows * columns && rows > 0 && columns > 0);
  if (rows < columns) {
    std::vector<double> turned(matrix.size());
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = 0; c < columns; ++c) turned[c * rows + r] = matrix[r * columns + c];
    }
    SingularValues found = singular_values(turned, columns, rows);
    std::swap(found.u, found.v);
    return found;
  }
  // Columns one after the other, turned in pairs until they stand at right angles.
  std::vector<std::vector<double>> a(columns, std::vector<double>(rows)),
      v(columns, std::vector<double>(columns));
  for (size_t c = 0; c < columns; ++c) {
    v[c][c] = 1;
    for (size_t r = 0; r < rows; ++r) a[c][r] = matrix[r * columns + c];
  }
  const auto dot = [](const std::vector<double>& x, const std::vector<double>& y) {
    return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
  };
  constexpr int kMostSweeps = 60;
  bool turned = true;
  for (int sweep = 0; sweep < kMostSweeps && turned; ++sweep) {
    turned = false;
    for (size_t p = 0; p < columns; ++p) {
      for (size_t q = p + 1; q < columns; ++q) {
        const double aa = dot(a[p], a[p]), bb = dot(a[q], a[q]), ab = dot(a[p], a[q]);
        if (std::fabs(ab) <= 1e-14 * std::sqrt(aa * bb)) continue;
        turned = true;
        const double zeta = (bb - aa) / (2 * ab);
        const double t = std::copysign(1.0, zeta) / (std::fabs(zeta) + std::sqrt(1 + zeta * zeta));
        const double cosine = 1 / std::sqrt(1 + t * t), sine = cosine * t;
        const auto turn = [&](std::vector<double>& x, std::vector<double>& y) {
          for (size_t i = 0; i < x.size(); ++i) {
            const double before = x[i];
            x[i] = cosine * before - sine * y[i];
            y[i] = sine * before + cosine * y[i];
          }
        };
        turn(a[p], a[q]);
        turn(v[p], v[q]);
      }
    }
  }
  std::vector<double> lengths(columns);
  for (size_t c = 0; c < columns; ++c) lengths[c] = std::sqrt(dot(a[c], a[c]));
  std::vector<size_t> order(columns);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t x, size_t y) { return lengths[x] > lengths[y]; });
  SingularValues found;
  found.u.resize(rows * columns);
  found.v.resize(columns * columns);
  for (size_t k = 0; k < columns; ++k) {
    const size_t c = order[k];
    found.values.push_back(lengths[c]);
    for (size_t r = 0; r < rows; ++r) found.u[r * columns + k] = lengths[c] > 0 ? a[c][r] / lengths[c] : 0;
    for (size_t r = 0; r < columns; ++r) found.v[r * columns + k] = v[c][r];
  }
  return found;
}

namespace {

/// How many singular values hold the share of the sum of squares.
size_t rank_of(const std::vector<double>& values, double energy) {
  double total = 0, held = 0;
  for (const double value : values) total += value * value;
  size_t rank = 0;
  while (rank < values.size() && (rank == 0 || held < energy * total)) {
    held += values[rank] * values[rank];
    ++rank;
  }
  return rank;
}

}  // namespace

Graph low_rank(const Graph& model, double energy, int32_t rank) {
  if (!(energy > 0 && energy <= 1)) {
    throw Error(ErrorKind::invalid_argument, fmt::format("energy is above 0 and at most 1, not {}", energy));
  }
  if (rank < 0) throw Error(ErrorKind::invalid_argument, fmt::format("rank is 0 or more, not {}", rank));
  Graph graph = model;
  std::vector<Node> nodes;
  for (Node node : model.nodes) {
    if (!std::holds_alternative<FullyConnected>(node.op) || !has_layer_weights(graph, node)) {
      nodes.push_back(std::move(node));
      continue;
    }
    const Tensor weights = graph[node.inputs[1]];
    const auto outputs = static_cast<size_t>(weights.shape[0]),
               inputs = static_cast<size_t>(weights.shape[1]);
    const auto values = weights.values<float>();
    const SingularValues s = singular_values({values.begin(), values.end()}, outputs, inputs);
    const size_t all = s.values.size();
    const size_t kept =
        rank > 0 ? std::min<size_t>(static_cast<size_t>(rank), all) : rank_of(s.values, energy);
    if (kept * (outputs + inputs) >= outputs * inputs) {
      nodes.push_back(std::move(node));
      continue;
    }
    // Both factors get the root of the singular values, so that their ranges are alike.
    std::vector<float> narrow(kept * inputs), wide(outputs * kept);
    for (size_t k = 0; k < kept; ++k) {
      const double root = std::sqrt(s.values[k]);
      for (size_t i = 0; i < inputs; ++i)
        narrow[k * inputs + i] = static_cast<float>(root * s.v[i * all + k]);
      for (size_t o = 0; o < outputs; ++o) wide[o * kept + k] = static_cast<float>(root * s.u[o * all + k]);
    }
    const auto width = static_cast<int32_t>(kept);
    const auto constant = [&](const std::string& suffix, Shape shape, const std::vector<float>& data) {
      return graph.add(
          {weights.name + suffix, DType::float32, std::move(shape), {}, to_constant<float>(data)});
    };
    Shape between = graph[node.outputs[0]].shape;
    between.back() = width;
    const std::string name = graph[node.outputs[0]].name;
    const TensorId middle = graph.add({name + "/narrow", DType::float32, between, {}, nullptr});
    FullyConnected first = std::get<FullyConnected>(node.op);
    first.activation = Activation::none;
    nodes.push_back(
        {first, {node.inputs[0], constant("/narrow", {width, weights.shape[1]}, narrow)}, {middle}});
    node.inputs[0] = middle;
    node.inputs[1] = constant("/wide", {weights.shape[0], width}, wide);
    nodes.push_back(std::move(node));
  }
  graph.nodes = std::move(nodes);
  return without_unused_tensors(graph);
}

}  // namespace tinyml::quantize
