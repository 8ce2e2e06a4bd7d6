// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "tinyml/plan/plan.h"

namespace tinyml::plan {
namespace {

/// Plays the graph on an arena whose bytes remember which value was written last.
class Checker {
 public:
  Checker(const Graph& graph, std::span<const ops::KernelCall> calls, const Plan& plan,
          const PlanOptions& options)
      : graph_(graph), calls_(calls), plan_(plan) {
    value_.resize(graph.tensors.size());
    for (size_t t = 0; t < value_.size(); ++t) value_[t] = static_cast<TensorId>(t);
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      if (calls[i].function.empty()) value_[index(node.outputs[0])] = value_[index(node.inputs[0])];
    }
    for (TensorId id : options.external) external_.push_back(value_[index(id)]);
  }

  std::vector<std::string> run() {
    if (plan_.offset.size() != graph_.tensors.size() || plan_.scratch_offset.size() != graph_.nodes.size()) {
      return {"the plan is of another graph"};
    }
    owner_.assign(static_cast<size_t>(plan_.arena_bytes), kFree);
    for (TensorId id : graph_.inputs) write(id, "graph input");
    for (size_t i = 0; i < graph_.nodes.size(); ++i) step(i);
    for (TensorId id : graph_.outputs) expect(id, "graph output");
    return findings_;
  }

 private:
  static constexpr int32_t kFree = -1;
  static constexpr int32_t kScratch = -2;

  static size_t index(TensorId id) { return static_cast<size_t>(id); }

  bool in_arena(TensorId id) const {
    if (id == kNoTensor || graph_[id].data) return false;
    return std::find(external_.begin(), external_.end(), value_[index(id)]) == external_.end();
  }

  void step(size_t i) {
    const Node& node = graph_.nodes[i];
    if (calls_[i].function.empty()) {
      if (in_arena(node.inputs[0]) &&
          plan_.offset[index(node.inputs[0])] != plan_.offset[index(node.outputs[0])]) {
        findings_.push_back(fmt::format("node {}: an alias lives elsewhere", i));
      }
      return;
    }
    const std::string where = fmt::format("node {} ({})", i, name_of(node.op));
    if (calls_[i].scratch_bytes > 0) {
      if (plan_.scratch_offset[i] % kScratchAlignmentBytes != 0)
        findings_.push_back(where + ": the scratch is not aligned");
      fill(plan_.scratch_offset[i], calls_[i].scratch_bytes, kScratch, where + " scratch");
    }
    for (TensorId id : node.inputs) expect(id, where);
    for (size_t o = 0; o < node.outputs.size(); ++o) {
      if (!in_arena(node.outputs[o])) continue;
      for (size_t k = 0; k < node.inputs.size(); ++k) check_sharing(i, o, k, where);
      if (calls_[i].scratch_bytes > 0 &&
          meet(node.outputs[o], plan_.scratch_offset[i], calls_[i].scratch_bytes)) {
        findings_.push_back(where + ": the output meets the scratch");
      }
      write(node.outputs[o], where);
    }
  }

  bool meet(TensorId id, int64_t offset, int64_t bytes) const {
    const int64_t begin = plan_.offset[index(id)];
    return begin < offset + bytes && offset < begin + graph_[id].size_bytes();
  }

  void check_sharing(size_t i, size_t output, size_t input, const std::string& where) {
    const Node& node = graph_.nodes[i];
    const TensorId in = node.inputs[input], out = node.outputs[output];
    if (!in_arena(in) || !meet(out, plan_.offset[index(in)], graph_[in].size_bytes())) return;
    const int64_t lead = calls_[i].overlap_lead;
    if (input != 0 || output != 0 || lead < 0) {
      findings_.push_back(where + ": an output overwrites an input that the kernel still reads");
    } else if (plan_.offset[index(out)] + lead > plan_.offset[index(in)]) {
      findings_.push_back(where + ": the output runs ahead of its input");
    }
  }

  void write(TensorId id, const std::string& where) {
    if (in_arena(id)) fill(plan_.offset[index(id)], graph_[id].size_bytes(), value_[index(id)], where);
  }

  void fill(int64_t offset, int64_t bytes, int32_t owner, const std::string& where) {
    if (offset < 0 || offset % kAlignmentBytes != 0 || offset + bytes > plan_.arena_bytes) {
      findings_.push_back(fmt::format("{}: {} bytes at {} do not fit the arena", where, bytes, offset));
      return;
    }
    std::fill_n(owner_.begin() + offset, bytes, owner);
  }

  void expect(TensorId id, const std::string& where) {
    if (!in_arena(id)) return;
    const int64_t offset = plan_.offset[index(id)], bytes = graph_[id].size_bytes();
    if (offset < 0 || offset + bytes > plan_.arena_bytes) {
      findings_.push_back(fmt::format("{}: tensor {} is not in the arena", where, id));
      return;
    }
    const int32_t value = value_[index(id)];
    if (std::count(owner_.begin() + offset, owner_.begin() + offset + bytes, value) != bytes) {
      findings_.push_back(fmt::format("{}: tensor {} was overwritten before it is read", where, id));
    }
  }

  const Graph& graph_;
  std::span<const ops::KernelCall> calls_;
  const Plan& plan_;
  std::vector<TensorId> value_;  // of a tensor: the first tensor that holds the same bytes
  std::vector<TensorId> external_;
  std::vector<int32_t> owner_;
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> check_plan(const Graph& graph, std::span<const ops::KernelCall> calls,
                                    const Plan& plan, const PlanOptions& options) {
  return Checker(graph, calls, plan, options).run();
}

}  // namespace tinyml::plan
