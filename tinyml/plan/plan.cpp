// SPDX-License-Identifier: Apache-2.0
#include "tinyml/plan/plan.h"

#include <algorithm>
#include <numeric>

#include "tinyml/base/error.h"
#include "tinyml/plan/packing.h"

namespace tinyml::plan {
namespace {

int64_t aligned(int64_t bytes) { return (bytes + kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes; }

bool is_activation(const Graph& graph, TensorId id) { return id != kNoTensor && graph[id].data == nullptr; }

std::vector<TensorId> find_storage(const Graph& graph, std::span<const ops::KernelCall> calls) {
  std::vector<TensorId> storage(graph.tensors.size());
  std::iota(storage.begin(), storage.end(), 0);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!calls[i].function.empty()) continue;
    const Node& node = graph.nodes[i];
    storage[static_cast<size_t>(node.outputs.at(0))] = storage[static_cast<size_t>(node.inputs.at(0))];
  }
  return storage;
}

std::vector<Lifetime> find_lifetimes(const Graph& graph, const std::vector<TensorId>& storage) {
  std::vector<Lifetime> lifetime(graph.tensors.size());
  const auto extend = [&](TensorId id, int32_t time) {
    if (!is_activation(graph, id)) return;
    Lifetime& life = lifetime[static_cast<size_t>(storage[static_cast<size_t>(id)])];
    if (life.first < 0) life.first = time;
    life.last = std::max(life.last, time);
  };
  for (TensorId id : graph.inputs) extend(id, 0);
  const auto nodes = static_cast<int32_t>(graph.nodes.size());
  for (int32_t i = 0; i < nodes; ++i) {
    for (TensorId id : graph.nodes[static_cast<size_t>(i)].inputs) extend(id, i);
    for (TensorId id : graph.nodes[static_cast<size_t>(i)].outputs) extend(id, i);
  }
  for (TensorId id : graph.outputs) extend(id, nodes);
  for (size_t t = 0; t < lifetime.size(); ++t) lifetime[t] = lifetime[static_cast<size_t>(storage[t])];
  return lifetime;
}

/// Which buffer of the packing a tensor's storage and a node's scratch are; -1: none.
struct BufferIndex {
  std::vector<int32_t> of_storage, of_scratch;
  std::vector<Buffer> buffers;
};

BufferIndex collect_buffers(const Graph& graph, std::span<const ops::KernelCall> calls, const Plan& plan,
                            const PlanOptions& options) {
  BufferIndex index{
      std::vector<int32_t>(graph.tensors.size(), -1), std::vector<int32_t>(graph.nodes.size(), -1), {}};
  std::vector<bool> external(graph.tensors.size(), false);
  for (TensorId id : options.external) {
    external[static_cast<size_t>(plan.storage.at(static_cast<size_t>(id)))] = true;
  }
  for (size_t t = 0; t < graph.tensors.size(); ++t) {
    if (plan.storage[t] != static_cast<TensorId>(t) || external[t] || plan.lifetime[t].first < 0) continue;
    index.of_storage[t] = static_cast<int32_t>(index.buffers.size());
    index.buffers.push_back(
        {aligned(graph.tensors[t].size_bytes()), plan.lifetime[t].first, plan.lifetime[t].last});
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (calls[i].scratch_bytes <= 0) continue;
    index.of_scratch[i] = static_cast<int32_t>(index.buffers.size());
    const auto time = static_cast<int32_t>(i);
    index.buffers.push_back({aligned(calls[i].scratch_bytes), time, time, kScratchAlignmentBytes});
  }
  return index;
}

void allow_overlaps(const Graph& graph, std::span<const ops::KernelCall> calls, const Plan& plan,
                    const BufferIndex& index, Packing& packing) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (calls[i].overlap_lead < 0 || node.inputs.empty() || !is_activation(graph, node.inputs[0])) continue;
    const auto in_storage = static_cast<size_t>(plan.storage[static_cast<size_t>(node.inputs[0])]);
    const auto out_storage = static_cast<size_t>(plan.storage[static_cast<size_t>(node.outputs.at(0))]);
    const int32_t in = index.of_storage[in_storage], out = index.of_storage[out_storage];
    if (in < 0 || out < 0 || plan.lifetime[in_storage].last != static_cast<int32_t>(i)) continue;
    const auto reads = std::count_if(node.inputs.begin(), node.inputs.end(), [&](TensorId id) {
      return id != kNoTensor && static_cast<size_t>(plan.storage[static_cast<size_t>(id)]) == in_storage;
    });
    const auto a = static_cast<size_t>(out), b = static_cast<size_t>(in);
    if (reads == 1) packing.set_gap(a, b, std::min(packing[a].bytes, aligned(calls[i].overlap_lead)));
  }
}

}  // namespace

Plan plan_memory(const Graph& graph, std::span<const ops::KernelCall> calls, const PlanOptions& options) {
  TINYML_CHECK(calls.size() == graph.nodes.size());
  Plan plan;
  plan.storage = find_storage(graph, calls);
  plan.lifetime = find_lifetimes(graph, plan.storage);
  const BufferIndex index = collect_buffers(graph, calls, plan, options);
  Packing packing(index.buffers);
  if (options.allow_overlap) allow_overlaps(graph, calls, plan, index, packing);
  const Placement placement = pack(packing);

  plan.arena_bytes = placement.bytes;
  plan.lower_bound_bytes = packing.lower_bound();
  for (TensorId root : plan.storage) {
    const int32_t buffer = index.of_storage[static_cast<size_t>(root)];
    plan.offset.push_back(buffer < 0 ? -1 : placement.offsets[static_cast<size_t>(buffer)]);
  }
  for (int32_t buffer : index.of_scratch) {
    plan.scratch_offset.push_back(buffer < 0 ? -1 : placement.offsets[static_cast<size_t>(buffer)]);
  }
  return plan;
}

}  // namespace tinyml::plan
