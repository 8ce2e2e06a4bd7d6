// SPDX-License-Identifier: Apache-2.0
#include "tinyml/run/engine.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/hybrid.h"
#include "tinyml/ops/operator.h"

namespace tinyml::run {

namespace {

bool is_float(const Graph& graph, const Node& node) {
  const auto is = [&](TensorId id) { return id == kNoTensor || graph[id].dtype == DType::float32; };
  return std::all_of(node.inputs.begin(), node.inputs.end(), is) &&
         std::all_of(node.outputs.begin(), node.outputs.end(), is);
}

}  // namespace

static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ >= 16, "kernels expect buffers aligned like malloc's");

Engine::Engine(const Graph& graph, ops::Target target)
    : graph_(graph),
      buffers_(graph.tensors.size()),
      storage_(graph.tensors.size()),
      states_(graph.nodes.size()) {
  std::iota(storage_.begin(), storage_.end(), 0);
  size_t scratch_bytes = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (is_float(graph, node)) {
      calls_.emplace_back();
      continue;
    }
    const ops::KernelCall& call =
        calls_.emplace_back(with_context(fmt::format("layer {} ({})", i, name_of(node.op)), [&] {
          return ops::is_hybrid(graph, node) ? ops::hybrid_call(graph, node)
                                             : ops::lower(graph, node, target);
        }));
    if (call.function.empty()) {
      storage_[static_cast<size_t>(node.outputs.at(0))] = storage_[static_cast<size_t>(node.inputs.at(0))];
    }
    scratch_bytes = std::max(scratch_bytes, static_cast<size_t>(call.scratch_bytes));
    states_[i].resize(static_cast<size_t>(call.state_bytes));
  }
  for (size_t id = 0; id < buffers_.size(); ++id) {
    if (storage_[id] == static_cast<TensorId>(id) && !graph.tensors[id].is_constant()) {
      buffers_[id].resize(static_cast<size_t>(graph.tensors[id].size_bytes()));
    }
  }
  scratch_.resize(scratch_bytes);
  reset();
}

uint8_t* Engine::data(TensorId id) {
  return buffers_[static_cast<size_t>(storage_.at(static_cast<size_t>(id)))].data();
}

std::span<const uint8_t> Engine::activation(TensorId id) const {
  return buffers_[static_cast<size_t>(storage_.at(static_cast<size_t>(id)))];
}

void Engine::set_input(size_t index, std::span<const uint8_t> bytes) {
  const TensorId id = graph_.inputs.at(index);
  const auto expected = static_cast<size_t>(graph_[id].size_bytes());
  if (bytes.size() != expected) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("input {} has {} bytes; the model takes {} ({} {})", index, bytes.size(),
                            expected, to_string(graph_[id].shape), name_of(graph_[id].dtype)));
  }
  std::memcpy(data(id), bytes.data(), expected);
}

void Engine::invoke() {
  for (size_t i = 0; i < calls_.size(); ++i) {
    const Node& node = graph_.nodes[i];
    if (is_float(graph_, node)) run_float(i);
    if (calls_[i].function.empty()) continue;
    std::vector<const void*> inputs;
    std::vector<void*> outputs;
    for (TensorId id : node.inputs) {
      if (id == kNoTensor) continue;
      if (!graph_[id].is_constant()) {
        inputs.push_back(data(id));
      } else if (calls_[i].takes_constants) {
        inputs.push_back(graph_[id].data->data());
      }
    }
    for (TensorId id : node.outputs) outputs.push_back(data(id));
    if (!states_[i].empty()) outputs.push_back(states_[i].data());
    calls_[i].run(inputs, outputs, scratch_.data());
  }
}

void Engine::run_float(size_t index) {
  const Node& node = graph_.nodes[index];
  const auto tensor = [&](TensorId id) -> ops::FloatTensor {
    if (id == kNoTensor) return {};
    // A forward pass reads its inputs alone.
    uint8_t* bytes = graph_[id].is_constant() ? const_cast<uint8_t*>(graph_[id].data->data()) : data(id);
    return {reinterpret_cast<float*>(bytes), graph_[id].shape};
  };
  ops::FloatForward pass;
  for (TensorId id : node.inputs) pass.inputs.push_back(tensor(id));
  for (TensorId id : node.outputs) pass.outputs.push_back(tensor(id));
  std::vector<float> saved;
  pass.saved = &saved;
  pass.workspace = &workspace_;
  pass.pool = &pool_;
  ops::forward(node.op, pass);
}

void Engine::reset() {
  for (Bytes& state : states_) std::fill(state.begin(), state.end(), uint8_t{0});
  for (size_t id = 0; id < buffers_.size(); ++id) {
    if (graph_.tensors[id].is_variable) buffers_[id] = *graph_.tensors[id].data;
  }
}

std::vector<Bytes> Engine::run(const std::vector<Bytes>& inputs) {
  if (inputs.size() != graph_.inputs.size()) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} inputs given; the model takes {}", inputs.size(), graph_.inputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) set_input(i, inputs[i]);
  invoke();
  std::vector<Bytes> outputs;
  for (TensorId id : graph_.outputs) {
    const auto bytes = activation(id);
    outputs.emplace_back(bytes.begin(), bytes.end());
  }
  return outputs;
}

std::vector<int8_t> Engine::run(std::span<const int8_t> input) {
  if (graph_.inputs.size() != 1 || graph_.outputs.size() != 1) {
    throw Error(ErrorKind::invalid_argument, "the model has not one input and one output");
  }
  set_input(0, {reinterpret_cast<const uint8_t*>(input.data()), input.size()});
  invoke();
  const auto bytes = activation(graph_.outputs[0]);
  const auto* first = reinterpret_cast<const int8_t*>(bytes.data());
  return {first, first + bytes.size()};
}

}  // namespace tinyml::run
