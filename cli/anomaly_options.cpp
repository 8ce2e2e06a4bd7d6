// SPDX-License-Identifier: Apache-2.0
#include "cli/anomaly_options.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/results.h"

namespace tinyml::cli {

void AnomalyOptions::add_to(CLI::App& verb) {
  const auto* of = "Of anomalies: ";
  const auto help = [&](const char* text) { return std::string(of) + text; };
  verb.add_option("--context", context,
                  help("the columns behind the sensors' that the score is given: speed"))
      ->delimiter(',');
  verb.add_option("--method", method, help("auto, mahalanobis, kmeans, gmm, autoencoder or lstm"));
  verb.add_option("--normal", normal, help("the label to learn from (default: normal)"));
  verb.add_option("--threshold", threshold,
                  help("the score that is an alarm, within 0 and 1 (default: 0.5)"));
  verb.add_option("--smoothing", smoothing, help("how many scores are averaged (default: 1)"));
  verb.add_option("--held-out", held_out, help("the share that calibrates the score (default: 0.2)"));
  verb.add_option("--clusters", clusters, help("of kmeans and gmm (default: 24)"));
  verb.add_option("--model-size-kb", model_size_kb, help("bounds the .tflite file and the model's flash"));
}

AnomalyConfig AnomalyOptions::config(const project::SensorConfig& s) const {
  AnomalyConfig c;
  c.sensors = s.data.sensors;
  c.context = context;
  c.rate_hz = s.data.rate_hz;
  if (s.data.window_samples > 0) c.window_size = s.data.window_samples;
  if (s.data.window_s > 0 && s.data.window_samples == 0) c.window_size = s.window_at(s.wanted_rate_hz());
  c.hop = s.data.stride_samples;
  c.data.csv = s.data.csv;
  c.data.file_pattern = s.data.file_pattern;
  c.net.width = s.model.width;
  c.net.depth = s.model.depth;
  c.epochs = s.training.epochs;
  c.seed = s.training.seed;
  c.board = s.target.board;
  c.data.normal = normal.value_or(c.data.normal);
  c.method = method.value_or(c.method);
  c.threshold = threshold.value_or(c.threshold);
  c.smoothing = smoothing.value_or(c.smoothing);
  c.held_out = held_out.value_or(c.held_out);
  c.clusters = clusters.value_or(c.clusters);
  if (model_size_kb) project::check_model_size(*model_size_kb);
  c.model_size_kb = model_size_kb.value_or(0);
  return c;
}

void train_anomaly(const std::filesystem::path& folder, const AnomalyConfig& config,
                   const std::filesystem::path& data, const Context& context) {
  AnomalyDetector detector(config, context.threads);
  AnomalyDetector::check_folder(folder);
  detector.train(data, context.progress());
  if (config.model_size_kb > 0) detector.export_tflite_micro("int8", config.model_size_kb);
  const AnomalyEvaluation evaluation = detector.evaluate(std::filesystem::path());
  detector.save(folder);
  const std::string report = (folder / "report.html").string();
  if (!context.json) {
    std::printf("%s%sReport: %s\n", detector.summary().c_str(), to_text(evaluation, detector).c_str(),
                report.c_str());
    return;
  }
  nlohmann::json document = to_json(evaluation);
  document["project"] = folder.string();
  document["report"] = report;
  document["fit"] = to_json(detector.fit());
  std::printf("%s\n", document.dump(2).c_str());
}

}  // namespace tinyml::cli
