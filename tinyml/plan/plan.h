// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tinyml/graph/graph.h"
#include "tinyml/ops/kernel_call.h"

namespace tinyml::plan {

/// Every offset in an arena is a multiple of this; that of scratch, which may hold pointers, of the other.
constexpr int64_t kAlignmentBytes = 4;
constexpr int64_t kScratchAlignmentBytes = 8;

struct PlanOptions {
  /// Tensors whose memory is the caller's: a feature window that is state, an output that the caller
  /// provides. They and their Reshape aliases take no arena and never share it.
  std::vector<TensorId> external;
  /// Whether an output may overlap its input where KernelCall::overlap_lead allows.
  bool allow_overlap = true;
};

/// The nodes during which a buffer holds data, both ends included. Graph inputs begin at node 0; graph
/// outputs end after the last node, at the number of nodes.
struct Lifetime {
  int32_t first = -1, last = -1;
  bool operator==(const Lifetime&) const = default;
};

/// Where every buffer lives.
struct Plan {
  int64_t arena_bytes = 0;
  /// No plan with these lifetimes and overlaps is smaller: the largest set live at one node.
  int64_t lower_bound_bytes = 0;
  std::vector<int64_t> offset;          // one a tensor; -1: constant, variable, external or unused
  std::vector<int64_t> scratch_offset;  // one a node; -1: none
  std::vector<TensorId> storage;        // one a tensor: whose memory it is (Reshape chains lead to the first)
  std::vector<Lifetime> lifetime;       // one a tensor, of its storage; {-1, -1}: constant, variable, unused
};

/// Plans the activations and scratch of a graph. `calls` holds the lowering of each node in order; one
/// without a function (Reshape) makes its output an alias of its input. The best of several greedy orders,
/// a local search and, for few buffers, a search that is exhaustive within a fixed budget; never larger
/// than first fit by size. The same plan for the same graph on every machine.
Plan plan_memory(const Graph& graph, std::span<const ops::KernelCall> calls, const PlanOptions& options = {});

/// What is wrong with a plan, one line a finding; empty when it is legal. Derives everything anew from the
/// graph and shares no code with plan_memory.
std::vector<std::string> check_plan(const Graph& graph, std::span<const ops::KernelCall> calls,
                                    const Plan& plan, const PlanOptions& options = {});

}  // namespace tinyml::plan
