// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tinyml/plan/plan.h"

namespace tinyml::plan {

/// A graph of byte counts: enough for the planner, which looks at sizes and calls only.
struct ToyGraph {
  struct Call {
    int64_t overlap_lead = -1;
    int64_t scratch_bytes = 0;
  };

  Graph graph;
  std::vector<ops::KernelCall> calls;

  TensorId tensor(int32_t bytes) {
    Tensor added;
    added.dtype = DType::int8;
    added.shape = {1, bytes};
    return graph.add(std::move(added));
  }
  TensorId input(int32_t bytes) {
    graph.inputs.push_back(tensor(bytes));
    return graph.inputs.back();
  }
  TensorId node(std::vector<TensorId> inputs, int32_t bytes) {
    return node(std::move(inputs), bytes, Call{});
  }
  TensorId node(std::vector<TensorId> inputs, int32_t bytes, Call call) {
    ops::KernelCall kernel;
    kernel.function = "toy";
    kernel.overlap_lead = call.overlap_lead;
    kernel.scratch_bytes = call.scratch_bytes;
    return append(std::move(inputs), bytes, std::move(kernel));
  }
  TensorId reshape(TensorId in) {
    return append({in}, static_cast<int32_t>(graph[in].size_bytes()), ops::KernelCall{});
  }
  void output(TensorId id) { graph.outputs.push_back(id); }

  Plan plan(const PlanOptions& options = {}) const { return plan_memory(graph, calls, options); }

 private:
  TensorId append(std::vector<TensorId> inputs, int32_t bytes, ops::KernelCall call) {
    const TensorId out = tensor(bytes);
    graph.nodes.push_back({Softmax{}, std::move(inputs), {out}});
    calls.push_back(std::move(call));
    return out;
  }
};

}  // namespace tinyml::plan
