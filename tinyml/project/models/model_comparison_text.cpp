// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tinyml/project/models/model_comparison.h"
#include "tinyml/report/html.h"
#include "tinyml/report/layer_labels.h"
#include "tinyml/report/text_table.h"

namespace tinyml::project {
namespace {

nlohmann::ordered_json document_of(const Difference& difference) {
  return {{"largest", difference.largest},
          {"mean", difference.mean},
          {"largest_value", difference.largest_value},
          {"sqnr_db", difference.sqnr_db}};
}

std::string decibels(const Difference& difference) {
  return difference.largest == 0 ? "equal" : fmt::format("{:.1f}", difference.sqnr_db);
}

std::string types(const LayerComparison& layer) {
  return layer.a_type == layer.b_type ? layer.a_type : layer.a_type + ":" + layer.b_type;
}

}  // namespace

std::string to_json(const ModelComparison& comparison) {
  nlohmann::ordered_json outputs = nlohmann::ordered_json::array(), layers = outputs;
  for (const OutputComparison& output : comparison.outputs) {
    nlohmann::ordered_json row{{"a", output.a}, {"b", output.b}, {"elements", output.elements}};
    row.update(document_of(output.difference));
    row["same_arg_max"] = output.same_arg_max ? nlohmann::ordered_json(*output.same_arg_max) : nullptr;
    outputs.push_back(std::move(row));
  }
  for (const LayerComparison& layer : comparison.layers) {
    nlohmann::ordered_json row{
        {"a", layer.a},   {"b", layer.b},         {"a_layer", layer.a_node}, {"b_layer", layer.b_node},
        {"op", layer.op}, {"shape", layer.shape}, {"a_type", layer.a_type},  {"b_type", layer.b_type}};
    row.update(document_of(layer.difference));
    layers.push_back(std::move(row));
  }
  nlohmann::ordered_json document{{"a", comparison.a},
                                  {"b", comparison.b},
                                  {"examples", comparison.examples},
                                  {"consecutive", comparison.consecutive}};
  if (comparison.a_accuracy) {
    document["a_accuracy"] = *comparison.a_accuracy;
    document["b_accuracy"] = *comparison.b_accuracy;
  }
  document["outputs"] = std::move(outputs);
  document["a_layers"] = comparison.a_layers;
  document["b_layers"] = comparison.b_layers;
  document["layers"] = std::move(layers);
  document["falls_most"] =
      comparison.falls_most < 0
          ? nlohmann::ordered_json(nullptr)
          : nlohmann::ordered_json(comparison.layers[static_cast<size_t>(comparison.falls_most)].a);
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string to_text(const ModelComparison& comparison) {
  std::string text =
      fmt::format("A {}\nB {}\n{} examples{}\n\n", comparison.a, comparison.b, comparison.examples,
                  comparison.consecutive ? ", one after the other: a model keeps a state" : "");
  std::vector<std::vector<std::string>> rows{
      {"output", "elements", "largest difference", "mean", "of values up to", "SQNR dB", "same arg max"}};
  for (const OutputComparison& output : comparison.outputs) {
    rows.push_back({report::one_line(output.a), std::to_string(output.elements),
                    fmt::format("{:.4g}", output.difference.largest),
                    fmt::format("{:.4g}", output.difference.mean),
                    fmt::format("{:.4g}", output.difference.largest_value), decibels(output.difference),
                    output.same_arg_max ? report::percent(*output.same_arg_max) : "-"});
  }
  text += report::text_table(rows, {false, true, true, true, true, true, true});
  if (comparison.a_accuracy) {
    text += fmt::format("  right answers: A {}, B {}\n", report::percent(*comparison.a_accuracy),
                        report::percent(*comparison.b_accuracy));
  }
  std::vector<std::string> names;
  for (const LayerComparison& layer : comparison.layers) names.push_back(layer.a);
  const std::vector<std::string> labels = report::short_labels(names);
  rows = {{"layer", "operator", "output", "A:B", "largest difference", "of values up to", "SQNR dB", ""}};
  for (size_t i = 0; i < comparison.layers.size(); ++i) {
    const LayerComparison& layer = comparison.layers[i];
    rows.push_back({report::one_line(labels[i]), layer.op, layer.shape, types(layer),
                    fmt::format("{:.4g}", layer.difference.largest),
                    fmt::format("{:.4g}", layer.difference.largest_value), decibels(layer.difference),
                    static_cast<int32_t>(i) == comparison.falls_most ? "<- falls most" : ""});
  }
  if (comparison.layers.empty()) return text + "\nNo layer of A is like one of B.\n";
  text += fmt::format("\nLayers that both have: {} of A's {} and of B's {}\n", comparison.layers.size(),
                      comparison.a_layers, comparison.b_layers);
  if (comparison.layers.size() < std::max(comparison.a_layers, comparison.b_layers)) {
    text +=
        "  (by operator and output shape; layers with other channels, as where dead ones are folded, are "
        "left "
        "out)\n";
  }
  return text + report::text_table(rows, {false, false, false, false, true, true, true, false});
}

}  // namespace tinyml::project
