// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

Constant scaled(const Constant& constant, float factor, Budget& budget) {
  if (factor == 1) return constant;
  std::vector<float> values = reals(constant);
  for (float& value : values) value *= factor;
  budget.spend(constant.size() * 4);
  return make_constant(DType::float32, constant.shape, values);
}

/// A constant that is added to every row: [units] of it. Errors: unsupported, where rows differ.
Constant row_of(const Constant& constant, int32_t units, Budget& budget) {
  if (constant.size() == units && (constant.shape.empty() || constant.shape.back() == units)) {
    Constant row = constant;
    row.shape = {units};
    row.quantization.axis = 0;
    return row;
  }
  if (constant.size() != 1) {
    refuse(fmt::format("a bias of {} for {} units", to_string(constant.shape), units));
  }
  budget.spend(4 * units);
  return make_constant(DType::float32, {units},
                       std::vector<float>(static_cast<size_t>(units), reals(constant)[0]));
}

}  // namespace

void map_dense(Import& import, Source& source) {
  const bool gemm = source.op() == "Gemm";
  Value x = source.input(0);
  if (x.constant) refuse("a matrix product whose second factor is computed");
  Constant weights = source.constant(1, "a second factor");
  while (!gemm && weights.shape.size() > 2 && weights.shape[0] == 1 && weights.quantization.axis == 0 &&
         !weights.quantization.per_channel()) {
    weights.shape.erase(weights.shape.begin());
  }
  if (weights.shape.size() != 2 || weights.size() == 0) {
    refuse(fmt::format("a second factor of {} (matrices are)", to_string(weights.shape)));
  }
  if (gemm && source.integer("transA", 0) != 0) {
    if (x.rank() != 2) reject(fmt::format("an input of {}", to_string(x.shape)));
    std::swap(x.shape[0], x.shape[1]);
    for (int32_t& axis : x.order) axis = 1 - axis;
  }
  if (!gemm || source.integer("transB", 0) == 0) weights = permuted(weights, {1, 0}, import.budget);
  weights = scaled(weights, source.number("alpha", 1), import.budget);
  const int32_t units = weights.shape[0], depth = weights.shape[1];
  if (x.rank() < 1 || (gemm && x.rank() != 2) || x.shape.back() != depth) {
    reject(fmt::format("an input of {} for weights of {}", to_string(x.shape), to_string(weights.shape)));
  }
  Order order = x.order;
  const auto last = static_cast<int32_t>(x.rank()) - 1;
  order.erase(std::find(order.begin(), order.end(), last));
  order.push_back(last);
  const std::string name = source.output_name(0);
  std::vector<TensorId> inputs{import.tensor(x, order), import.add_constant(weights, name + "/weights")};
  if (source.has(2)) {
    const Constant bias = row_of(source.constant(2, "a bias"), units, import.budget);
    inputs.push_back(
        import.add_constant(scaled(bias, source.number("beta", 1), import.budget), name + "/bias"));
  }
  TensorId output = import.add(FullyConnected{}, std::move(inputs), name);
  Shape shape = in_order(x.shape, order);
  shape.back() = units;
  output = import.reshape(output, shape);
  source.set_output(0, import.computed(output, order));
}

}  // namespace tinyml::formats::onnx
