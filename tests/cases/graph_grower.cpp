// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/graph_grower.h"

#include <algorithm>
#include <cmath>

#include "tests/cases/random_graph.h"
#include "tinyml/ops/operator.h"

namespace tinyml::tests {

namespace {

constexpr int64_t kMostElements = 4000;
constexpr int32_t kMostNodes = 12, kMostTries = 40;

}  // namespace

GraphGrower::GraphGrower(uint64_t seed)
    : builder_("graph_" + std::to_string(seed), seed), random_(Random(seed).fork(1)) {}

int32_t GraphGrower::between(int32_t low, int32_t high) {
  return low + static_cast<int32_t>(random_.below(static_cast<uint64_t>(high - low + 1)));
}

float GraphGrower::scale(double low_log2, double high_log2) {
  return static_cast<float>(std::exp2(random_.uniform(low_log2, high_log2)));
}

int32_t GraphGrower::zero_point() { return one_in(4) ? one_of({-128, 0, 127}) : between(-128, 127); }

Activation GraphGrower::activation() {
  return one_of({Activation::none, Activation::none, Activation::none, Activation::relu, Activation::relu6,
                 Activation::relu_n1_to_1});
}

Shape GraphGrower::shape(int32_t rank) {
  Shape made = {1};
  if (rank == 2 && one_in(6)) return {1, between(1, 1500)};
  const int32_t most = rank == 2 ? 40 : rank == 3 ? 12 : 9;
  while (std::ssize(made) < rank) made.push_back(between(1, most));
  return made;
}

TensorId GraphGrower::value(int32_t rank, DType dtype) {
  std::vector<TensorId> fitting;
  for (const TensorId id : values_) {
    if (builder_.tensor(id).dtype == dtype && std::ssize(builder_.tensor(id).shape) == rank) {
      fitting.push_back(id);
    }
  }
  if (!fitting.empty() && !one_in(8)) {
    // The newest most often, so that graphs grow deep.
    const uint64_t back = std::min(random_.below(fitting.size()), random_.below(fitting.size()));
    return fitting[fitting.size() - 1 - back];
  }
  const bool quantized = dtype == DType::int8 || dtype == DType::int16;
  const int32_t zero = dtype == DType::int8 ? zero_point() : 0;
  const TensorId id = builder_.input(shape(rank), quantized ? scale(-7, 0) : 0, zero, dtype);
  values_.push_back(id);
  return id;
}

std::optional<TensorId> GraphGrower::another(TensorId other) {
  for (const TensorId id : values_) {
    const Tensor& tensor = builder_.tensor(id);
    if (id != other && tensor.dtype == (*this)[other].dtype && tensor.shape == (*this)[other].shape) {
      return id;
    }
  }
  return std::nullopt;
}

TensorId GraphGrower::result(float scale, int32_t zero_point, DType dtype) {
  Tensor tensor;
  tensor.name = "value" + std::to_string(++results_);
  tensor.dtype = dtype;
  if (scale > 0) tensor.quantization = {{scale}, {zero_point}, 0};
  return builder_.add(std::move(tensor));
}

TensorId GraphGrower::result_of(float scale, DType dtype) {
  return result(scale, dtype == DType::int8 ? zero_point() : 0, dtype);
}

TensorId GraphGrower::result_like(TensorId id) {
  return builder_.tensor_like(id, "value" + std::to_string(++results_), {});
}

TensorId GraphGrower::result_of_sums(TensorId input, TensorId weights, int32_t taps) {
  const auto& scales = (*this)[weights].quantization.scales;
  const float largest = *std::max_element(scales.begin(), scales.end());
  const auto deviation = static_cast<float>(73 * std::sqrt(taps));
  const float fitting = (*this)[input].quantization.scale() * largest * deviation;
  return result_of(fitting * scale(-2, 1.5), (*this)[input].dtype);
}

bool GraphGrower::add(Operator op, std::vector<TensorId> inputs, std::vector<TensorId> outputs) {
  const std::string name(name_of(op));
  builder_.node(std::move(op), std::move(inputs), outputs);
  const Graph& graph = builder_.graph();
  for (const TensorId id : outputs) {
    const Shape& made = graph[id].shape;
    if (made.empty() || made[0] != 1 || elements(made) > kMostElements) return false;
  }
  with_context(name, [&] { ops::lower(graph, graph.nodes.back(), {}); });
  values_.insert(values_.end(), outputs.begin(), outputs.end());
  return true;
}

OperatorCase GraphGrower::finish() {
  std::vector<TensorId> unread;
  for (const TensorId id : values_) {
    const auto& inputs = builder_.graph().inputs;
    const bool is_input = std::find(inputs.begin(), inputs.end(), id) != inputs.end();
    if (!is_input && builder_.graph().consumers(id).empty()) unread.push_back(id);
  }
  return builder_.finish(std::move(unread));
}

OperatorCase random_graph(uint64_t seed) {
  std::vector<Grow> growth;
  for (const auto& family : {weighted_growth(), elementwise_growth(), movement_growth()}) {
    growth.insert(growth.end(), family.begin(), family.end());
  }
  GraphGrower grower(seed);
  const int32_t nodes = grower.between(1, kMostNodes);
  int32_t grown = 0;
  for (int32_t tries = 0; grown == 0 || (grown < nodes && tries < kMostTries); ++tries) {
    GraphGrower before = grower;
    const Grow grow = growth[grower.random().below(growth.size())];
    if (grow(grower)) {
      ++grown;
    } else {
      const Random random = grower.random();
      grower = std::move(before);
      grower.random() = random;
    }
  }
  return grower.finish();
}

}  // namespace tinyml::tests
