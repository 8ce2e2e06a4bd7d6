// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "tinyml/base/error.h"
#include "tinyml/project/anomaly/anomaly_evaluation.h"

namespace tinyml::project {
namespace {

using nlohmann::json;

json to_json(const AnomalyMetrics& m) {
  json document{{"normal", m.normal}, {"anomalous", m.anomalous}};
  if (m.normal > 0) document["false_alarms"] = m.false_alarms;
  if (m.anomalous > 0) document["recall"] = m.recall;
  if (m.normal > 0 && m.anomalous > 0) document["auc"] = m.auc;
  return document;
}

AnomalyMetrics metrics_of(const json& j) {
  AnomalyMetrics m;
  m.normal = j.at("normal");
  m.anomalous = j.at("anomalous");
  m.false_alarms = j.value("false_alarms", int64_t{0});
  m.recall = j.value("recall", 0.0);
  m.auc = j.value("auc", 0.0);
  return m;
}

}  // namespace

std::string to_json(const AnomalyEvaluation& e) {
  return json{{"data", e.data},
              {"int8", to_json(e.int8)},
              {"float32", to_json(e.float32)},
              {"smoothed", to_json(e.smoothed)}}
      .dump(2);
}

AnomalyEvaluation parse_anomaly_evaluation(const std::string& text) {
  const json j = json::parse(text);
  AnomalyEvaluation e;
  e.data = j.at("data");
  e.int8 = metrics_of(j.at("int8"));
  e.float32 = metrics_of(j.at("float32"));
  e.smoothed = metrics_of(j.at("smoothed"));
  return e;
}

std::string to_text(const AnomalyEvaluation& e, double threshold) {
  const AnomalyMetrics& m = e.int8;
  std::string text = fmt::format("On {}:\n", e.data);
  const auto row = [&](const char* what, const AnomalyMetrics& each) {
    text += fmt::format("  {:<22}", what);
    text += m.normal > 0 && m.anomalous > 0 ? fmt::format("{:>8.4f}", each.auc) : fmt::format("{:>8}", "-");
    text += m.anomalous > 0 ? fmt::format("{:>10.1f} %", 100 * each.recall) : fmt::format("{:>12}", "-");
    text += m.normal > 0 ? fmt::format("{:>16}\n", fmt::format("{} of {}", each.false_alarms, each.normal))
                         : fmt::format("{:>16}\n", "-");
  };
  text += fmt::format("  {:<22}{:>8}{:>12}{:>16}\n", "", "AUC", "recall", "false alarms");
  row("int8, a window", e.int8);
  row("int8, smoothed", e.smoothed);
  row("float32, a window", e.float32);
  return text + fmt::format("{} normal and {} anomalous windows; alarms at a score of {:g}\n", m.normal,
                            m.anomalous, threshold);
}

}  // namespace tinyml::project
