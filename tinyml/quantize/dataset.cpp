// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/dataset.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace tinyml::quantize {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

void check_input(const Dataset& dataset, const Graph& graph, size_t input) {
  const Tensor& tensor = graph[graph.inputs[input]];
  std::vector<float> values(static_cast<size_t>(elements(tensor.shape)));
  float first = 0;
  bool varies = false;
  for (size_t i = 0; i < dataset.count; ++i) {
    dataset.fill(i, input, values);
    if (i == 0 && !values.empty()) first = values[0];
    for (const float value : values) {
      if (!std::isfinite(value)) {
        refuse(fmt::format("representative example {} of input \"{}\" holds {}", i, tensor.name, value));
      }
      varies = varies || value != first;
    }
  }
  if (!varies && tensor.dtype == DType::float32) {
    refuse(fmt::format("the representative examples of input \"{}\" are all {}: real ones are needed",
                       tensor.name, first));
  }
}

}  // namespace

Dataset Dataset::spread(size_t most) const {
  if (count <= most) return *this;
  Dataset few{most, {}, {}};
  few.fill = [all = fill, total = count, most](size_t index, size_t input, std::span<float> values) {
    all(index * total / most, input, values);
  };
  for (size_t i = 0; i < most && !classes.empty(); ++i) few.classes.push_back(classes[i * count / most]);
  return few;
}

void check(const Dataset& dataset, const Graph& graph) {
  if (dataset.count == 0) refuse("there are no representative examples");
  for (size_t input = 0; input < graph.inputs.size(); ++input) check_input(dataset, graph, input);
  if (!dataset.classes.empty()) classes_of(dataset, graph);
}

int32_t classes_of(const Dataset& dataset, const Graph& graph) {
  const auto outputs = static_cast<int32_t>(elements(graph[graph.outputs.at(0)].shape));
  if (dataset.classes.size() != dataset.count) {
    refuse(fmt::format("{} labels for {} examples", dataset.classes.size(), dataset.count));
  }
  for (const int32_t label : dataset.classes) {
    if (outputs < 2 || label < 0 || label >= outputs) {
      refuse(fmt::format("label {} for a model of {} outputs", label, outputs));
    }
  }
  return outputs;
}

}  // namespace tinyml::quantize
