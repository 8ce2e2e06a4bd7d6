// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/names.h"

#include <algorithm>
#include <set>

#include "tinyml/quantize/rules.h"

namespace tinyml::quantize {
namespace {

bool is_joined(const std::string& name) { return name.find(';') != std::string::npos; }

class Names {
 public:
  explicit Names(Graph& graph) : graph_(graph) {
    for (const Tensor& tensor : graph.tensors) taken_.insert(tensor.name);
    kept_.insert(graph.inputs.begin(), graph.inputs.end());
    kept_.insert(graph.outputs.begin(), graph.outputs.end());
  }

  void rename(TensorId id, const std::string& name) {
    std::string& own = graph_[id].name;
    if (kept_.count(id) || !is_joined(own) || !taken_.insert(name).second) return;
    own = name;
  }

 private:
  Graph& graph_;
  std::set<std::string> taken_;
  std::set<TensorId> kept_;
};

}  // namespace

Graph with_short_names(Graph graph) {
  Names names(graph);
  for (const Node& node : graph.nodes) {
    for (const TensorId id : node.outputs)
      names.rename(id, graph[id].name.substr(0, graph[id].name.find(';')));
    if (rule_of(node.op).form != Form::weighted || is_joined(graph[node.outputs[0]].name)) continue;
    const std::string layer = graph[node.outputs[0]].name;
    for (size_t i = 1; i < node.inputs.size(); ++i) {
      const TensorId id = node.inputs[i];
      if (id != kNoTensor && graph[id].is_constant())
        names.rename(id, layer + (i == 1 ? "/weights" : "/bias"));
    }
  }
  return graph;
}

}  // namespace tinyml::quantize
