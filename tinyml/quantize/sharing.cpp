// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/sharing.h"

#include <fmt/core.h>

#include <algorithm>

namespace tinyml::quantize {
namespace {

size_t at(TensorId id) { return static_cast<size_t>(id); }

bool is_real(const Graph& graph, TensorId id) { return id != kNoTensor && graph[id].dtype == DType::float32; }

/// Whether the node's inputs, constants too, are quantized as activations.
bool takes_values(Form form, size_t input) {
  return form == Form::weighted || form == Form::recurrent ? input == 0 : true;
}

Range range_of_constant(const Tensor& constant) {
  const auto values = constant.values<float>();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return values.empty() ? Range{} : Range{std::min(*low, 0.0f), std::max(*high, 0.0f)};
}

class Layer {
 public:
  Layer(Layout& layout, size_t source, const Node& node, Scheme scheme)
      : layout_(layout), node_(node), rule_(rule_of(node.op)), scheme_(scheme), source_(source) {
    if (scheme == Scheme::int16x8 && !rule_.wide) scheme_ = Scheme::int8;
  }

  void place() {
    if (rule_.form == Form::refused) {
      throw Error(ErrorKind::unsupported,
                  fmt::format("layer {} ({}, \"{}\") has no int8 form", source_, name_of(node_.op),
                              node_.outputs.empty() ? "" : graph()[node_.outputs[0]].name));
    }
    for (size_t i = 0; i < node_.inputs.size(); ++i) {
      TensorId& id = node_.inputs[i];
      if (!is_real(graph(), id) || !takes_values(rule_.form, i)) continue;
      if (graph()[id].is_constant()) {
        id = add(graph()[id], range_of_constant(graph()[id]));
      } else if (graph()[id].is_variable) {
        layout_.schemes[at(id)] = scheme_;
      } else if (layout_.schemes[at(id)] != scheme_ || (rule_.form == Form::equal && !all_laid_alike())) {
        if (layout_.schemes[at(id)] != scheme_ || layout_.laid[at(id)]) id = requantized(id);
      }
    }
    for (const TensorId id : node_.outputs) {
      if (is_real(graph(), id)) layout_.schemes[at(id)] = scheme_;
    }
    if (rule_.form == Form::like_input || rule_.form == Form::equal) share();
    if (rule_.form == Form::fixed) {
      layout_.laid[at(node_.outputs.at(0))] = scheme_ == Scheme::int8 ? rule_.int8 : rule_.int16;
    }
    layout_.graph.nodes.push_back(node_);
    layout_.node_schemes.push_back(scheme_);
    layout_.sources.push_back(source_);
  }

 private:
  Graph& graph() { return layout_.graph; }

  TensorId add(Tensor tensor, Range range) {
    const TensorId id = graph().add(std::move(tensor));
    layout_.ranges.push_back(range);
    layout_.schemes.push_back(scheme_);
    layout_.laid.emplace_back();
    layout_.groups.push_back(id);
    return id;
  }

  TensorId requantized(TensorId from) {
    Tensor tensor = graph()[from];
    tensor.name += scheme_ == Scheme::int8 ? "/int8" : "/int16";
    const TensorId to = add(std::move(tensor), layout_.ranges[at(from)]);
    layout_.graph.nodes.push_back({Quantize{}, {from}, {to}});
    layout_.node_schemes.push_back(scheme_);
    layout_.sources.push_back(Layout::npos);
    return to;
  }

  bool all_laid_alike() const {
    const auto& first = layout_.laid[at(node_.inputs[0])];
    return std::all_of(node_.inputs.begin(), node_.inputs.end(), [&](TensorId id) {
      return id != kNoTensor && layout_.laid[at(id)].has_value() && layout_.laid[at(id)] == first;
    });
  }

  void share() {
    const size_t shared = rule_.form == Form::equal ? node_.inputs.size() : 1;
    TensorId group = kNoTensor;
    const auto join = [&](TensorId id) {
      if (!is_real(graph(), id)) return;
      const TensorId own = layout_.groups[at(id)];
      if (group == kNoTensor) group = own;
      if (own == group) return;
      for (TensorId& other : layout_.groups) {
        if (other == own) other = group;
      }
      if (!layout_.laid[at(group)]) layout_.laid[at(group)] = layout_.laid[at(own)];
    };
    for (size_t i = 0; i < shared; ++i) join(node_.inputs[i]);
    for (const TensorId id : node_.outputs) {
      join(id);
      if (!is_real(graph(), id)) continue;
      layout_.laid[at(id)] = layout_.laid[at(group)];
      // What only moves values has none that its inputs have not.
      if (!std::holds_alternative<Pad>(node_.op) && !graph()[id].is_variable) layout_.ranges[at(id)] = {};
    }
  }

  Layout& layout_;
  Node node_;
  Rule rule_;
  Scheme scheme_;
  size_t source_;
};

/// What the layers that read a model input compute with.
Scheme scheme_of_input(const Graph& graph, TensorId id, const Settings& settings) {
  if (settings.schemes.empty()) return Scheme::int8;
  for (const size_t reader : graph.consumers(id)) {
    const bool wide = rule_of(graph.nodes[reader].op).wide;
    if (settings.schemes.at(reader) == Scheme::int8 || !wide) return Scheme::int8;
  }
  return Scheme::int16x8;
}

}  // namespace

Layout lay_out(const Graph& source, const std::vector<Range>& ranges, const Settings& settings) {
  const size_t tensors = source.tensors.size();
  TINYML_CHECK(settings.schemes.empty() || settings.schemes.size() == source.nodes.size());
  Layout layout;
  layout.graph = source;
  layout.graph.nodes.clear();
  layout.ranges.assign(ranges.begin(), ranges.begin() + static_cast<std::ptrdiff_t>(tensors));
  layout.schemes.assign(tensors, Scheme::int8);
  layout.laid.resize(tensors);
  for (size_t id = 0; id < tensors; ++id) layout.groups.push_back(static_cast<TensorId>(id));
  for (const TensorId id : source.inputs) layout.schemes[at(id)] = scheme_of_input(source, id, settings);
  if (settings.input) layout.laid[at(source.inputs.at(0))] = settings.input;
  for (size_t i = 0; i < source.nodes.size(); ++i) {
    const Scheme scheme = settings.schemes.empty() ? Scheme::int8 : settings.schemes[i];
    Layer(layout, i, source.nodes[i], scheme).place();
  }
  return layout;
}

}  // namespace tinyml::quantize
