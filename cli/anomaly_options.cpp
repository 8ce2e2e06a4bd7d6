// SPDX-License-Identifier: Apache-2.0
#include "cli/anomaly_options.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/results.h"
#include "tinyml/base/error.h"

namespace tinyml::cli {

void AnomalyOptions::add_to(CLI::App& verb, OptionReaders& readers) {
  const auto add = [&](const char* name, auto& target, const char* text) {
    CLI::Option* option = verb.add_option(name, target, std::string("Of anomalies: ") + text);
    readers.add(option, {ProjectKind::anomalies});
    return option;
  };
  add("--context", context, "the columns behind the sensors' that the score is given: speed")->delimiter(',');
  add("--method", method, "auto, mahalanobis, kmeans, gmm, autoencoder or lstm");
  add("--normal", normal, "the label to learn from (default: normal)");
  add("--threshold", threshold, "the score that is an alarm, within 0 and 1 (default: 0.5)");
  add("--smoothing", smoothing, "how many scores are averaged (default: 1)");
  add("--held-out", held_out, "the share that calibrates the score (default: 0.2)");
  add("--clusters", clusters, "of kmeans and gmm (default: 24)");
  add("--model-size-kb", model_size_kb, "bounds the .tflite file and the model's flash");
}

AnomalyConfig AnomalyOptions::config(const project::SensorConfig& s) const {
  AnomalyConfig c;
  c.sensors = s.data.sensors;
  c.context = context;
  c.rate_hz = s.data.rate_hz;
  if (s.data.window_samples > 0) c.window_size = s.data.window_samples;
  if (s.data.window_s > 0 && s.data.window_samples == 0) c.window_size = s.window_at(s.wanted_rate_hz());
  c.hop = s.data.stride_samples;
  c.data.path = s.data.path;
  c.data.csv = s.data.csv;
  c.data.file_pattern = s.data.file_pattern;
  c.data.fuse = s.data.fuse;
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
  if (config.model_size_kb > 0) {
    detector.export_tflite_micro("int8", config.model_size_kb, context.progress());
  }
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

void calibrate_anomaly(const std::filesystem::path& folder, const std::filesystem::path& normal,
                       const Context& context) {
  const std::filesystem::path file = folder / "tinyml.toml";
  if (project::task_of_project(file) != project::name_of(project::SensorTask::anomaly_detection)) {
    throw Error(ErrorKind::invalid_argument, file.string() + " is no anomaly project: nothing to calibrate");
  }
  AnomalyDetector detector = AnomalyDetector::load(folder, context.threads);
  AnomalyDetector::check_folder(folder);
  detector.calibrate(detector.recordings_of(normal));
  detector.save(folder);
  if (!context.json) {
    std::printf("%sReport: %s\n", detector.summary().c_str(), (folder / "report.html").c_str());
    return;
  }
  const project::AnomalyCalibration& calibration = detector.calibration();
  std::printf("%s\n", nlohmann::json{{"project", folder.string()},
                                     {"report", (folder / "report.html").string()},
                                     {"median", calibration.median},
                                     {"limit", calibration.limit}}
                          .dump(2)
                          .c_str());
}

}  // namespace tinyml::cli
