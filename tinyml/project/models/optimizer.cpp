// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/models/optimizer.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "tinyml/project/models/int8_net.h"
#include "tinyml/quantize/dead_channels.h"
#include "tinyml/quantize/equalize.h"
#include "tinyml/report/html.h"
#include "tinyml/report/layer_labels.h"
#include "tinyml/report/text_table.h"

namespace tinyml {

void check_float(const Model& model) {
  if (project::fold_where_quantized(model.graph()).folded) {
    throw Error(
        ErrorKind::invalid_argument,
        "the model is quantized already, by QuantizeLinear and DequantizeLinear: tinyml import makes int8 "
        "layers of them");
  }
  quantize::prepare(model.graph());
}

OptimizedModel TinyMLOptimizer::quantize(const Model& model, const quantize::OptimizeOptions& options,
                                         const quantize::Dataset& dataset) {
  check_float(model);
  quantize::Optimized made = quantize::optimize(model.graph(), options, dataset, pool_);
  return {Model(std::move(made.graph)), std::move(made.report)};
}

Model TinyMLOptimizer::prune(const Model& model, const quantize::PruneOptions& options,
                             const quantize::Dataset& dataset) {
  const Graph net = quantize::prepare(model.graph());
  if (dataset.count > 0) check(dataset, net);
  return Model(quantize::prune(net, options, dataset, pool_));
}

Model TinyMLOptimizer::cluster(const Model& model, int32_t clusters) {
  return Model(quantize::cluster(quantize::prepare(model.graph()), clusters));
}

Model TinyMLOptimizer::low_rank(const Model& model, double energy, int32_t rank) {
  return Model(quantize::low_rank(quantize::prepare(model.graph()), energy, rank));
}

Model TinyMLOptimizer::equalize(const Model& model) {
  return Model(quantize::equalize(quantize::prepare(model.graph())));
}

Model TinyMLOptimizer::fold_dead_channels(const Model& model) {
  Model folded(quantize::fold_dead_channels(model.graph()));
  // Where little is dead, biases that no longer are alike may take more than is gone.
  return folded.bytes().size() < model.bytes().size() ? std::move(folded) : Model(model.graph());
}

}  // namespace tinyml

namespace tinyml::project {

std::string to_json(const quantize::Report& report) {
  nlohmann::ordered_json json;
  json["method"] = report.method;
  json["examples"] = report.examples;
  json["given_examples"] = report.given;
  json["sqnr_db"] = report.sqnr_db;
  if (report.accuracy) {
    json["float_accuracy"] = *report.float_accuracy;
    json["accuracy"] = *report.accuracy;
  }
  json["worst_layer"] = report.worst_layer;
  json["notes"] = report.notes;
  json["layers"] = nlohmann::ordered_json::array();
  for (const quantize::LayerReport& layer : report.layers) {
    json["layers"].push_back({{"name", layer.name},
                              {"op", layer.op},
                              {"type", layer.type},
                              {"sqnr_db", layer.sqnr_db},
                              {"own_sqnr_db", layer.own_sqnr_db},
                              {"low", layer.low},
                              {"high", layer.high},
                              {"saturated", layer.saturated}});
  }
  return json.dump();
}

namespace {

std::string decibels(double value) {
  if (value >= quantize::LayerReport::kMostDb) return "equal";
  return value <= -quantize::LayerReport::kMostDb ? "none" : fmt::format("{:.1f}", value);
}

/// Without the sign of a zero.
std::string number(float value) { return fmt::format("{:.4g}", value + 0.0f); }

}  // namespace

std::string to_text(const quantize::Report& report) {
  if (report.examples == 0) return "";
  std::vector<std::string> names;
  for (const quantize::LayerReport& layer : report.layers) names.push_back(layer.name);
  const std::vector<std::string> labels = report::short_labels(names);
  std::vector<std::vector<std::string>> rows{
      {"layer", "operator", "type", "from", "to", "beyond", "SQNR dB", "by itself", ""}};
  for (size_t i = 0; i < labels.size(); ++i) {
    const quantize::LayerReport& layer = report.layers[i];
    rows.push_back({report::one_line(labels[i]), layer.op, layer.type, number(layer.low), number(layer.high),
                    layer.saturated == 0 ? "-" : fmt::format("{:.3g} %", 100 * layer.saturated),
                    decibels(layer.sqnr_db), decibels(layer.own_sqnr_db),
                    layer.name == report.worst_layer ? "<- loses most" : ""});
  }
  const std::string outputs = report.sqnr_db >= quantize::LayerReport::kMostDb
                                  ? "equal"
                                  : decibels(report.sqnr_db) + " dB above the quantization noise";
  const std::string of_given = report.given > report.examples
                                   ? fmt::format("{} of {}", report.examples, report.given)
                                   : fmt::format("{}", report.examples);
  std::string text =
      report::text_table(rows, {false, false, false, true, true, true, true, true, false}) +
      fmt::format("  outputs {}, on {} example{}\n", outputs, of_given, report.given == 1 ? "" : "s");
  if (report.accuracy) {
    text += fmt::format("  right answers: {} before, {} now\n", report::percent(*report.float_accuracy),
                        report::percent(*report.accuracy));
  }
  for (const std::string& note : report.notes) text += "  " + report::one_line(note) + "\n";
  return text;
}

}  // namespace tinyml::project
