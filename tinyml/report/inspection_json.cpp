// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tinyml/report/inspection.h"

namespace tinyml::report {
namespace {

using nlohmann::json;

json to_json(const Quantization& quantization) {
  if (quantization.empty()) return nullptr;
  if (quantization.per_channel())
    return {{"axis", quantization.axis}, {"scales", quantization.scales.size()}};
  return {{"scale", quantization.scale()}, {"zero_point", quantization.zero_point()}};
}

json to_json(const TensorFacts& tensor) {
  json document{{"name", tensor.name},
                {"dtype", name_of(tensor.dtype)},
                {"shape", tensor.shape},
                {"bytes", tensor.bytes},
                {"quantization", to_json(tensor.quantization)}};
  if (tensor.is_variable) document["variable"] = true;
  if (tensor.producer >= 0) document["from_layer"] = tensor.producer;
  return document;
}

json to_json(const std::vector<TensorFacts>& tensors, bool constants) {
  json list = json::array();
  for (const TensorFacts& tensor : tensors) {
    if (tensor.is_constant == constants) list.push_back(to_json(tensor));
  }
  return list;
}

json to_json(const std::vector<std::pair<std::string, std::string>>& named) {
  json document = json::object();
  for (const auto& [name, value] : named) document[name] = value;
  return document;
}

json to_json(const LayerFacts& layer, size_t index) {
  return {{"index", index},
          {"name", layer.name},
          {"label", layer.label},
          {"op", layer.op},
          {"attributes", to_json(layer.attributes)},
          {"inputs", to_json(layer.inputs, false)},
          {"weights", to_json(layer.inputs, true)},
          {"outputs", to_json(layer.outputs, false)},
          {"macs", layer.macs},
          {"parameters", layer.parameters},
          {"weight_bytes", layer.weight_bytes},
          {"activation_bytes", layer.activation_bytes},
          {"ram_bytes", layer.ram_bytes},
          {"table_bytes", layer.table_bytes},
          {"kernel", layer.obstacle.empty()},
          {"obstacle", layer.obstacle.empty() ? json(nullptr) : json(layer.obstacle)}};
}

json to_json(const Advice& advice, const Inspection& inspection) {
  const bool of_layer = advice.layer >= 0;
  return {
      {"rule", advice.rule},
      {"layer", of_layer ? json(advice.layer) : json(nullptr)},
      {"name", of_layer ? json(inspection.layers[static_cast<size_t>(advice.layer)].name) : json(nullptr)},
      {"what", advice.what},
      {"to_do", advice.to_do}};
}

}  // namespace

std::string to_json(const Inspection& inspection) {
  json layers = json::array(), operators = json::array(), advice = json::array();
  for (size_t i = 0; i < inspection.layers.size(); ++i) layers.push_back(to_json(inspection.layers[i], i));
  for (const auto& [op, count] : inspection.operators) operators.push_back({{"op", op}, {"count", count}});
  for (const Advice& each : inspection.advice) advice.push_back(to_json(each, inspection));
  const auto share = [](int64_t bytes, int64_t whole) {
    return whole > 0 ? static_cast<double>(bytes) / static_cast<double>(whole) : 0.0;
  };
  const json document{{"name", inspection.name},
                      {"path", inspection.path},
                      {"features", inspection.features.empty() ? json(nullptr) : json(inspection.features)},
                      {"file_bytes", inspection.file_bytes},
                      {"inputs", to_json(inspection.inputs, false)},
                      {"outputs", to_json(inspection.outputs, false)},
                      {"operators", operators},
                      {"macs", inspection.macs},
                      {"parameters", inspection.parameters},
                      {"weight_bytes", inspection.weight_bytes},
                      {"deployable", inspection.deployable},
                      {"ram",
                       {{"source", "estimated"},
                        {"bytes", inspection.ram_bytes()},
                        {"arena_bytes", inspection.arena_bytes},
                        {"state_bytes", inspection.state_bytes},
                        {"input_bytes", inspection.input_bytes},
                        {"peak_layer", inspection.peak_layer},
                        {"share_of_board", share(inspection.ram_bytes(), inspection.board_ram_bytes)}}},
                      {"flash",
                       {{"source", "estimated"},
                        {"bytes", inspection.flash_bytes},
                        {"share_of_board", share(inspection.flash_bytes, inspection.board_flash_bytes)}}},
                      {"board",
                       {{"id", inspection.board},
                        {"ram_bytes", inspection.board_ram_bytes},
                        {"flash_bytes", inspection.board_flash_bytes}}},
                      {"layers", layers},
                      {"notes", inspection.notes},
                      {"metadata", to_json(inspection.metadata)},
                      {"advice", advice}};
  return document.dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace tinyml::report
