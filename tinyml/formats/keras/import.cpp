// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/keras/import.h"

#include <fmt/core.h>

#include "tinyml/formats/tflite/checks.h"
#include "tinyml/ops/operator.h"

namespace tinyml::formats::keras {

using tflite::refuse;
using tflite::reject;

Import::Import(const Unpacked& file, bool is_keras_2) : keras_2(is_keras_2), file_(file) {}

TensorId Import::add(Operator op, std::vector<TensorId> inputs, const std::string& name) {
  return add(std::move(op), std::move(inputs), std::vector<std::string>{name})[0];
}

std::vector<TensorId> Import::add(Operator op, std::vector<TensorId> inputs,
                                  const std::vector<std::string>& names) {
  constexpr size_t kMostNodes = 1 << 14;
  if (graph.nodes.size() >= kMostNodes) refuse(fmt::format("more than {} operators", kMostNodes));
  Node node{std::move(op), std::move(inputs), {}};
  for (const std::string& name : names) node.outputs.push_back(graph.add({name, DType::float32, {}, {}, {}}));
  ops::infer(graph, node);
  for (const TensorId id : node.outputs) tflite::check_extents(graph[id].shape);
  graph.nodes.push_back(node);
  return node.outputs;
}

TensorId Import::add_constant(const std::string& name, const Shape& shape, const std::vector<float>& values) {
  TINYML_CHECK(elements(shape) == static_cast<int64_t>(values.size()));
  tflite::check_extents(shape);
  return constants_[name] = graph.add({name, DType::float32, shape, {}, to_constant<float>(values)});
}

TensorId Import::tensor(const Value& value, const Shape& shape) {
  TensorId id = value.id;
  if (graph[id].shape == shape) return id;
  if (const auto before = before_reshape_.find(id); before != before_reshape_.end()) id = before->second;
  if (graph[id].shape == shape) return id;
  if (elements(graph[id].shape) != elements(shape)) {
    reject(fmt::format("{} is no shape for {}", to_string(shape), to_string(value.shape)));
  }
  const auto found = reshaped_.find({id, shape});
  if (found != reshaped_.end()) return found->second;
  const TensorId to = add(Reshape{shape}, {id}, graph[id].name + "/reshaped");
  before_reshape_[to] = id;
  return reshaped_[{id, shape}] = to;
}

TensorId Import::loose_tensor(const Value& value) {
  return graph[value.id].shape == as_image(value.shape) ? value.id : tensor(value);
}

Shape as_image(const Shape& sequence) {
  Shape image = sequence;
  image.insert(image.begin() + (image.empty() ? 0 : 1), 1);
  return image;
}

std::vector<float> permuted(const std::vector<float>& values, const Shape& shape,
                            const std::vector<size_t>& order) {
  const size_t rank = shape.size();
  std::vector<int64_t> strides(rank, 1);
  for (size_t i = rank; i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  std::vector<float> result;
  result.reserve(values.size());
  std::vector<int32_t> at(rank, 0);
  for (size_t count = 0; count < values.size(); ++count) {
    int64_t from = 0;
    for (size_t i = 0; i < rank; ++i) from += at[i] * strides[order[i]];
    result.push_back(values[static_cast<size_t>(from)]);
    for (size_t i = rank; i-- > 0;) {
      if (++at[i] < shape[order[i]]) break;
      at[i] = 0;
    }
  }
  return result;
}

}  // namespace tinyml::formats::keras
