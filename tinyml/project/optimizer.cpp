// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/optimizer.h"

#include <nlohmann/json.hpp>

namespace tinyml {

OptimizedModel TinyMLOptimizer::quantize(const Model& model, const quantize::OptimizeOptions& options,
                                         const quantize::Dataset& dataset) {
  quantize::Optimized made = quantize::optimize(model.graph(), options, dataset, pool_);
  return {Model(std::move(made.graph)), std::move(made.report)};
}

}  // namespace tinyml

namespace tinyml::project {

std::string to_json(const quantize::Report& report) {
  nlohmann::ordered_json json;
  json["method"] = report.method;
  json["examples"] = report.examples;
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

}  // namespace tinyml::project
