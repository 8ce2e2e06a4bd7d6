// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/optimizer.h"

#include <nlohmann/json.hpp>

#include "tinyml/quantize/dead_channels.h"
#include "tinyml/quantize/equalize.h"

namespace tinyml {

OptimizedModel TinyMLOptimizer::quantize(const Model& model, const quantize::OptimizeOptions& options,
                                         const quantize::Dataset& dataset) {
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
  return Model(quantize::fold_dead_channels(model.graph()));
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
