// SPDX-License-Identifier: Apache-2.0
// Anomalies of a fan: fan_anomaly ACCELEROMETER.csv [--method M] [--speed-unknown] [--seeds N] [--board B]
// [--json FILE]. Of every run of the normal configuration rows 0-1799 are learned from, 1800-2249 calibrate,
// 2250-2999 are tested; all rows of the two others are faults. Windows of 128 samples, half overlapping. An
// alarm is a score of 0.5 or more: the 99th percentile of the calibration's windows, fixed before testing.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/data/sensor_csv.h"
#include "tinyml/project/anomaly/anomaly_detector.h"

using namespace tinyml;

namespace {

constexpr size_t kRows = 3000, kKnown = 2250;
constexpr size_t kAllowedAlarms = 5, kSmoothed = 5;

/// Normal runs to learn from and to test, and faulty ones; the speed is the last channel if it is known.
struct Runs {
  std::vector<data::SensorRecording> known, tested, faulty;
};

Runs load(const std::string& path, bool speed_known) {
  data::SensorCsvOptions options;
  options.run_columns = {"config", "speed_pct"};
  options.label_column = options.time_column = "-";
  options.row_rate_hz = 50;
  options.channels = {"x", "y", "z"};
  Runs runs;
  for (const auto& timed : data::parse_sensor_csv(read_text(path), path, options)) {
    data::SensorRecording run = timed.recording;
    const size_t slash = run.group.find('/');
    if (speed_known) {
      std::vector<float> values;
      for (size_t i = 0; i < run.samples(); ++i) {
        const auto row = run.rows(i, 1);
        values.insert(values.end(), row.begin(), row.end());
        values.push_back(std::stof(run.group.substr(slash + 1)));
      }
      run.channels.push_back({"speed", "%"});
      run.values = std::move(values);
    }
    if (run.group.substr(0, slash) == "1") {
      runs.known.push_back(slice(run, 0, kKnown));
      runs.tested.push_back(slice(run, kKnown, kRows));
    } else {
      runs.faulty.push_back(std::move(run));
    }
  }
  return runs;
}

/// Sums of the int8 answers of `windows` windows in a row.
std::vector<double> levels(const std::vector<AnomalyScore>& scores, size_t windows) {
  std::vector<double> result;
  for (size_t i = 0; i + windows <= scores.size(); ++i) {
    if (scores[i].recording != scores[i + windows - 1].recording) continue;
    double sum = 0;
    for (size_t j = 0; j < windows; ++j) sum += scores[i + j].answer;
    result.push_back(sum);
  }
  return result;
}

/// Of the faulty levels those above all but kAllowedAlarms of the normal ones: what a limit chosen with the
/// test's own data would reach.
double recall_in_hindsight(std::vector<double> normal, const std::vector<double>& faulty) {
  std::sort(normal.begin(), normal.end(), std::greater<>());
  const double limit = normal.at(kAllowedAlarms);
  const auto found = std::count_if(faulty.begin(), faulty.end(), [&](double s) { return s > limit; });
  return static_cast<double>(found) / static_cast<double>(faulty.size());
}

const std::vector<std::pair<std::string, std::string>> kColumns = {
    {"auc", "AUC"},          {"auc_five", "five windows"},   {"recall", "recall"},
    {"alarms", "alarms"},    {"recall_at_5", "hindsight"},   {"auc_float32", "AUC float32"},
    {"recall_slow", "slow"}, {"recall_fast", "40 % and up"}, {"tflite_bytes", ".tflite"}};

/// Without a limit, one that everything fits in: sizes are measured in any case.
double limit_of(double model_size_kb) { return model_size_kb > 0 ? model_size_kb : project::kLargestModelKb; }

nlohmann::json measure(const AnomalyConfig& config, const Runs& runs, double model_size_kb) {
  AnomalyDetector detector(config);
  detector.train(runs.known);
  detector.export_tflite_micro("int8", limit_of(model_size_kb));
  const AnomalyEvaluation e = detector.evaluate(runs.tested, runs.faulty);
  const auto normal = detector.score(runs.tested), faulty = detector.score(runs.faulty);
  const auto recall = [&](bool slow) {
    constexpr double kSlow = 40;
    int64_t found = 0, all = 0;
    for (const AnomalyScore& s : faulty) {
      const std::string& group = runs.faulty[s.recording].group;
      if ((std::stod(group.substr(group.find('/') + 1)) < kSlow) != slow) continue;
      ++all;
      found += s.anomalous;
    }
    return static_cast<double>(found) / static_cast<double>(std::max<int64_t>(all, 1));
  };
  return {{"seed", config.seed},
          {"auc", project::area_under_roc(levels(normal, 1), levels(faulty, 1))},
          {"auc_five", project::area_under_roc(levels(normal, kSmoothed), levels(faulty, kSmoothed))},
          {"recall", e.int8.recall},
          {"alarms", e.int8.false_alarms},
          {"normal", e.int8.normal},
          {"faulty", e.int8.anomalous},
          {"recall_at_5", recall_in_hindsight(levels(normal, 1), levels(faulty, 1))},
          {"recall_slow", recall(true)},
          {"recall_fast", recall(false)},
          {"auc_float32", e.float32.auc},
          {"tflite_bytes", detector.fit().tflite_bytes},
          {"flash_bytes", detector.fit().flash_bytes},
          {"feature_bytes", detector.fit().feature_bytes},
          {"model", detector.fit().chosen},
          {"summary", detector.summary()}};
}

std::string table_row(const std::string& name, const nlohmann::json& run) {
  std::string text = fmt::format("{:>4}", name);
  for (const auto& [key, title] : kColumns) {
    const double value = run.at(key);
    const bool share = key.rfind("recall", 0) == 0;
    text += fmt::format("  {:>{}}",
                        share          ? fmt::format("{:.1f} %", 100 * value)
                        : value >= 100 ? fmt::format("{:.1f} KB", value / 1024)
                        : value > 1    ? fmt::format("{:.1f}", value)
                                       : fmt::format("{:.4g}", value),
                        std::max<size_t>(title.size(), 8));
  }
  return text + "\n";
}

int run(int argc, char** argv) {
  std::string path, board = "arduino_nano33_ble", json_path, out;
  AnomalyConfig config;
  bool unknown = false;
  int seeds = 5;
  double model_size_kb = 0;
  CLI::App app("Anomalies of a fan");
  app.add_option("data", path)->required();
  app.add_option("--method", config.method)->capture_default_str();
  app.add_option("--clusters", config.clusters)->capture_default_str();
  app.add_option("--shrinkage", config.shrinkage)->capture_default_str();
  app.add_option("--fft-size", config.fft_size)->capture_default_str();
  app.add_option("--epochs", config.epochs)->capture_default_str();
  app.add_option("--width", config.net.width)->capture_default_str();
  app.add_option("--depth", config.net.depth)->capture_default_str();
  app.add_option("--bottleneck", config.net.bottleneck)->capture_default_str();
  app.add_option("--stride", config.training_stride)->capture_default_str();
  app.add_option("--model-size-kb", model_size_kb, "Of the .tflite and of the model's flash; 0: any");
  app.add_flag("--speed-unknown", unknown);
  app.add_option("--seeds", seeds)->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--board", board, "The emulated board")->capture_default_str();
  app.add_option("--json", json_path, "Write every figure to this file");
  app.add_option("--out", out, "Save the last detector to this folder");
  CLI11_PARSE(app, argc, argv);
  const Runs runs = load(path, !unknown);
  config.sensors = {known_sensor("accelerometer")};
  if (!unknown) config.context = {"speed"};
  config.board = board;

  std::string head = "seed";
  for (const auto& [key, title] : kColumns) {
    head += fmt::format("  {:>{}}", title, std::max<size_t>(title.size(), 8));
  }
  std::printf("%s\n", head.c_str());
  nlohmann::json all = nlohmann::json::array(), mean = nlohmann::json::object();
  for (int seed = 1; seed <= seeds; ++seed) {
    config.seed = static_cast<uint64_t>(seed);
    all.push_back(measure(config, runs, model_size_kb));
    for (const auto& [key, title] : kColumns) {
      mean[key] = mean.value(key, 0.0) + all.back().at(key).get<double>() / seeds;
    }
    std::printf("%s", table_row(std::to_string(seed), all.back()).c_str());
    std::fflush(stdout);
  }
  std::printf("%s", table_row("mean", mean).c_str());
  const nlohmann::json& last = all.back();
  std::printf("%d normal windows, %d faulty\n%s", last.at("normal").get<int>(), last.at("faulty").get<int>(),
              last.at("summary").get<std::string>().c_str());
  std::printf("  fit       %s: .tflite %d bytes, flash of the model %d bytes, of its features %d\n",
              last.at("model").get<std::string>().c_str(), last.at("tflite_bytes").get<int>(),
              last.at("flash_bytes").get<int>(), last.at("feature_bytes").get<int>());

  AnomalyDetector detector(config);
  detector.train(runs.known);
  detector.export_tflite_micro("int8", limit_of(model_size_kb));
  const project::Profile profile = detector.profile(board);
  std::printf("%s\n", to_text(profile).c_str());
  if (!json_path.empty()) {
    write_text(
        json_path,
        nlohmann::json{{"seeds", all}, {"mean", mean}, {"profile", nlohmann::json::parse(to_json(profile))}}
                .dump(2) +
            "\n");
  }
  if (!out.empty()) detector.save(out);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 2;
  }
}
