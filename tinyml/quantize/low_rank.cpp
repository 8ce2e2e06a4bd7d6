// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

#include "tinyml/graph/rewrites.h"
#include "tinyml/quantize/layer_weights.h"
#include "tinyml/quantize/smaller.h"

namespace tinyml::quantize {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// How many singular values hold the share of the sum of squares.
Eigen::Index rank_of(const Eigen::VectorXd& values, double energy) {
  const double total = values.squaredNorm();
  Eigen::Index rank = 1;
  while (rank < values.size() && values.head(rank).squaredNorm() < energy * total) ++rank;
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
    const Eigen::Map<const Matrix> matrix(weights.values<float>().data(), weights.shape[0], weights.shape[1]);
    const Eigen::BDCSVD<Eigen::MatrixXd> svd(matrix.cast<double>(),
                                             Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Eigen::VectorXd& values = svd.singularValues();
    const Eigen::Index kept =
        rank > 0 ? std::min<Eigen::Index>(rank, values.size()) : rank_of(values, energy);
    if (kept * (matrix.rows() + matrix.cols()) >= matrix.size()) {
      nodes.push_back(std::move(node));
      continue;
    }
    // Both factors get the root of the singular values, so that their ranges are alike.
    const Eigen::VectorXd roots = values.head(kept).cwiseSqrt();
    const Matrix narrow = (roots.asDiagonal() * svd.matrixV().leftCols(kept).transpose()).cast<float>();
    const Matrix wide = (svd.matrixU().leftCols(kept) * roots.asDiagonal()).cast<float>();
    const auto width = static_cast<int32_t>(kept);
    const auto constant = [&](const std::string& suffix, Shape shape, const Matrix& data) {
      return graph.add({weights.name + suffix,
                        DType::float32,
                        std::move(shape),
                        {},
                        to_constant(std::span<const float>(data.data(), static_cast<size_t>(data.size())))});
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
