// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/mixed.h"

#include <fmt/core.h>

#include <algorithm>

#include "tinyml/quantize/evaluation.h"

namespace tinyml::quantize {
namespace {

/// Of every node the one whose scheme it has: itself, or the one that computes what it moves.
std::vector<size_t> leaders(const Graph& model) {
  std::vector<size_t> writer(model.tensors.size(), model.nodes.size());
  std::vector<size_t> leader;
  for (size_t i = 0; i < model.nodes.size(); ++i) {
    const Node& node = model.nodes[i];
    const size_t source = writer[static_cast<size_t>(node.inputs.at(0))];
    const bool follows = rule_of(node.op).form == Form::like_input && source < model.nodes.size();
    leader.push_back(follows ? leader[source] : i);
    for (const TensorId id : node.outputs) writer[static_cast<size_t>(id)] = i;
  }
  return leader;
}

}  // namespace

std::vector<Scheme> choose_schemes(const Graph& model, const std::vector<Range>& ranges,
                                   const MixedOptions& options, const Settings& given, const Dataset& dataset,
                                   ThreadPool& pool, std::vector<std::string>& notes) {
  const Evaluation evaluation(model, dataset, pool);
  const std::vector<size_t> leader = leaders(model);
  Settings settings = given;
  const auto set = [&](size_t layer, Scheme scheme) {
    for (size_t i = 0; i < leader.size(); ++i) {
      if (leader[i] == layer) settings.schemes[i] = scheme;
    }
  };
  const auto score = [&] { return evaluation.score(quantize(model, ranges, settings)); };
  const auto holds = [&](const Evaluation::Score& s) {
    if (dataset.classes.empty()) return s.sqnr_db() >= options.least_sqnr_db;
    return evaluation.reference_accuracy() - s.accuracy <= options.most_loss;
  };

  std::vector<std::pair<double, size_t>> noise;
  settings.schemes.assign(model.nodes.size(), Scheme::int16x8);
  for (size_t i = 0; i < model.nodes.size(); ++i) {
    if (leader[i] != i || !rule_of(model.nodes[i].op).wide) continue;
    set(i, Scheme::int8);
    noise.emplace_back(score().noise, i);
    set(i, Scheme::int16x8);
  }
  std::stable_sort(noise.begin(), noise.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });

  settings.schemes.assign(model.nodes.size(), Scheme::int8);
  Evaluation::Score reached = score();
  std::string names;
  for (const auto& [unused, layer] : noise) {
    if (holds(reached)) break;
    set(layer, Scheme::int16x8);
    reached = score();
    names += (names.empty() ? "" : ", ") + model[model.nodes[layer].outputs[0]].name;
  }
  notes.push_back(names.empty() ? "no layer needs int16x8" : "int16x8: " + names);
  if (!holds(reached)) {
    notes.push_back(
        fmt::format("the limit is not kept: {:.1f} dB on {} examples, all layers being int16x8 that can be",
                    reached.sqnr_db(), dataset.count));
  }
  return settings.schemes;
}

}  // namespace tinyml::quantize
