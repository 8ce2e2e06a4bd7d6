// SPDX-License-Identifier: Apache-2.0
#include "tinyml/run/float_plan.h"

#include <fmt/core.h>

#include <algorithm>

namespace tinyml::run {
namespace {

size_t at(TensorId id) { return static_cast<size_t>(id); }
int64_t padded(const Tensor& tensor) { return (elements(tensor.shape) + 15) / 16 * 16; }

bool is_trainable(const Operator& op) {
  return std::visit([](const auto& attributes) { return attributes.kTrainable; }, op);
}

// Operators that may write input gradient 0 over output gradient 0 (ops/float_pass.h).
bool has_gradient_in_place(const Operator& op) {
  return std::holds_alternative<BatchNorm>(op) || std::holds_alternative<Relu>(op) ||
         std::holds_alternative<Dropout>(op) || std::holds_alternative<Reshape>(op) ||
         std::holds_alternative<Softmax>(op);
}

void fuse_relus(const Graph& graph, FloatPlan& plan) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!std::holds_alternative<BatchNorm>(node.op)) continue;
    const TensorId output = node.outputs[0];
    const std::vector<size_t> readers = graph.consumers(output);
    if (readers.size() != 1 || std::count(graph.outputs.begin(), graph.outputs.end(), output)) continue;
    const auto* relu = std::get_if<Relu>(&graph.nodes[readers[0]].op);
    if (!relu) continue;
    plan.fused[i] = relu->activation;
    plan.skipped[readers[0]] = true;
    plan.roots[at(graph.nodes[readers[0]].outputs[0])] = output;
  }
}

void place_constants(const Graph& graph, FloatPlan& plan) {
  for (const Node& node : graph.nodes) {
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const TensorId id = node.inputs[i];
      if (id == kNoTensor || !graph[id].is_constant() || plan.places[at(id)] != Place::unused) continue;
      const bool state = !is_trainable(node.op) || graph[id].dtype != DType::float32 ||
                         (std::holds_alternative<BatchNorm>(node.op) && i >= 3);
      int64_t& end = state ? plan.state_floats : plan.parameter_floats;
      plan.places[at(id)] = state ? Place::state : Place::parameter;
      plan.offsets[at(id)] = end;
      end += padded(graph[id]);
    }
  }
}

void place_activations(const Graph& graph, FloatPlan& plan) {
  const auto place = [&](TensorId id) {
    plan.places[at(id)] = Place::activation;
    plan.offsets[at(id)] = plan.activation_floats;
    plan.activation_floats += padded(graph[id]);
  };
  for (const TensorId id : graph.inputs) place(id);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    for (const TensorId id : node.outputs) {
      const bool reshaped =
          std::holds_alternative<Reshape>(node.op) && plan.places[at(node.inputs[0])] == Place::activation;
      if (plan.skipped[i] || reshaped) {
        plan.places[at(id)] = plan.places[at(node.inputs[0])];
        plan.offsets[at(id)] = plan.offsets[at(node.inputs[0])];
      } else {
        place(id);
      }
    }
  }
}

// Which tensors the loss depends on parameters through; their gradients share slots by lifetime.
void place_gradients(const Graph& graph, FloatPlan& plan) {
  std::vector<bool> wanted(graph.tensors.size());
  std::vector<int32_t> uses(graph.tensors.size());
  std::vector<size_t> producer(graph.tensors.size(), graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (plan.skipped[i]) continue;
    const Node& node = graph.nodes[i];
    bool learns = false;
    for (const TensorId id : node.inputs) {
      if (id == kNoTensor) continue;
      const size_t root = at(plan.roots[at(id)]);
      learns |= plan.places[at(id)] == Place::parameter || wanted[root];
      ++uses[root];
    }
    for (const TensorId id : node.outputs) {
      wanted[at(id)] = learns && is_trainable(node.op);
      producer[at(id)] = i;
    }
  }

  std::vector<bool> taken;
  const auto take = [&](TensorId id) {
    size_t slot = 0;
    while (slot < taken.size() && taken[slot]) ++slot;
    if (slot == taken.size()) {
      taken.push_back(false);
      plan.slot_sizes.push_back(0);
    }
    taken[slot] = true;
    plan.slot_sizes[slot] = std::max(plan.slot_sizes[slot], padded(graph[id]));
    plan.gradient_slots[at(id)] = static_cast<int32_t>(slot);
  };
  // Output 0 needs a place for its gradient even where nothing is trained.
  take(plan.roots[at(graph.outputs[0])]);
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    if (plan.skipped[i]) continue;
    const Node& node = graph.nodes[i];
    const TensorId output = node.outputs[0];
    bool kept = false;
    for (const TensorId id : node.inputs) {
      if (id == kNoTensor) continue;
      const TensorId root = plan.roots[at(id)];
      if (!wanted[at(root)] || plan.gradient_slots[at(root)] >= 0) continue;
      if (has_gradient_in_place(node.op) && id == node.inputs[0] && uses[at(root)] == 1 &&
          plan.gradient_slots[at(output)] >= 0) {
        plan.gradient_slots[at(root)] = plan.gradient_slots[at(output)];
        kept = true;
      } else {
        take(root);
      }
    }
    for (const TensorId id : node.outputs) {
      const int32_t slot = plan.gradient_slots[at(id)];
      if (slot >= 0 && !kept) taken[static_cast<size_t>(slot)] = false;
    }
  }
}

}  // namespace

FloatPlan::FloatPlan(const Graph& graph)
    : places(graph.tensors.size(), Place::unused),
      offsets(graph.tensors.size()),
      gradient_slots(graph.tensors.size(), -1),
      roots(graph.tensors.size()),
      fused(graph.nodes.size(), Activation::none),
      skipped(graph.nodes.size()) {
  for (size_t i = 0; i < roots.size(); ++i) roots[i] = static_cast<TensorId>(i);
  fuse_relus(graph, *this);
  place_constants(graph, *this);
  place_activations(graph, *this);
  place_gradients(graph, *this);
  for (size_t i = 0; i < graph.tensors.size(); ++i) {
    // Constants of int32, such as indices, are held by their bits.
    const bool bits = places[i] == Place::state && graph.tensors[i].dtype == DType::int32;
    if (places[i] != Place::unused && !bits && graph.tensors[i].dtype != DType::float32) {
      throw Error(ErrorKind::unsupported,
                  fmt::format("the float engine cannot run {}, which is {}", graph.tensors[i].name,
                              name_of(graph.tensors[i].dtype)));
    }
  }
}

}  // namespace tinyml::run
