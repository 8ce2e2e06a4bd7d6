// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/sensors/sensor_model.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <set>

#include "tinyml/data/sensor_clock.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/project/sensors/sensor_bank.h"
#include "tinyml/train/architectures.h"

namespace tinyml::project {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A recording of one window's length for each recording, or for each labelled interval of it.
std::vector<data::SensorRecording> fitted(const std::vector<data::SensorRecording>& recordings, size_t length,
                                          data::Fit fit) {
  std::vector<data::SensorRecording> result;
  for (const data::SensorRecording& recording : recordings) {
    if (recording.intervals.empty()) {
      result.push_back(data::fit_samples(recording, length, fit));
      continue;
    }
    for (const data::LabelInterval& interval : recording.intervals) {
      if (interval.label.empty() || interval.begin == interval.end) continue;
      data::SensorRecording part = data::slice(recording, interval.begin, interval.end);
      part.label = interval.label;
      part.intervals.clear();
      result.push_back(data::fit_samples(part, length, fit));
    }
  }
  return result;
}

std::vector<size_t> joined(std::vector<size_t> first, const std::vector<size_t>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

std::vector<WindowValues> SensorExamples::values(const std::vector<size_t>& chosen) const {
  std::vector<WindowValues> result;
  for (const size_t i : chosen) result.push_back(values(i));
  return result;
}

std::vector<int32_t> SensorExamples::labels(const std::vector<size_t>& chosen) const {
  std::vector<int32_t> result;
  for (const size_t i : chosen) result.push_back(windows.at(i).label);
  return result;
}

std::vector<size_t> SensorExamples::in(data::Split split) const {
  std::vector<size_t> chosen;
  for (size_t i = 0; i < windows.size(); ++i) {
    if (dataset.recordings[windows[i].recording].split == split) chosen.push_back(i);
  }
  return chosen;
}

SensorExamples make_examples(const SensorConfig& config, data::SensorDataset dataset) {
  SensorExamples examples;
  examples.dataset = std::move(dataset);
  data::SensorDataset& d = examples.dataset;
  data::WindowOptions options;
  options.length = examples.length = static_cast<size_t>(config.window_at(d.rate_hz));
  options.stride = static_cast<size_t>(config.stride_at(d.rate_hz));
  options.label = config.data.label_rule;
  options.least_share = config.data.least_share;
  if (config.data.fit != WindowFit::cut) {
    const data::Fit fit = config.data.fit == WindowFit::stretch ? data::Fit::stretch : data::Fit::pad;
    d.recordings = fitted(d.recordings, examples.length, fit);
  }
  examples.windows = data::cut_windows(d, options);
  return examples;
}

TrainingWindows training_windows(const SensorConfig& config, const SensorExamples& examples) {
  TrainingWindows windows;
  windows.training = examples.in(data::Split::train);
  windows.validation = examples.in(data::Split::validation);
  windows.refit =
      config.training.refit && !windows.validation.empty() && !examples.in(data::Split::test).empty();
  return windows;
}

Graph quantize_sensor_net(const Graph& float_net, const SensorFrontEnd& front_end,
                          const std::vector<WindowValues>& windows, quantize::Calibration calibration,
                          ThreadPool& pool) {
  const SensorFeatures features(front_end);
  const auto fill = [&](size_t i, std::span<float> input) {
    to_float(features.extract(windows[i]), sensor_feature_quantization(), input);
  };
  return quantize_classifier(float_net, windows.size(), fill, calibration, sensor_feature_quantization(),
                             pool);
}

SensorModel train_sensor_model(const SensorConfig& config, const SensorExamples& examples,
                               const TrainingWindows& windows, ThreadPool& pool,
                               const ProgressHook& progress) {
  const data::SensorDataset& dataset = examples.dataset;
  if (windows.training.empty()) throw Error(ErrorKind::invalid_argument, "there is no training window");
  const std::vector<int32_t> labels = examples.labels(windows.training);
  if (std::set<int32_t>(labels.begin(), labels.end()).size() < 2) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("all {} training windows have one label: a classifier needs two or more", labels.size()));
  }
  SensorModel model;
  model.nets.labels = dataset.labels;
  const auto start = std::chrono::steady_clock::now();
  model.front_end =
      fit_front_end(config, dataset.channels, dataset.rate_hz, examples.values(windows.training), pool);
  const SensorFeatures features(model.front_end);
  const std::vector<size_t> chosen = joined(windows.training, windows.validation);
  const SensorBank bank(features, config, examples, chosen, pool, progress);
  TrainingLog& log = model.nets.log;
  log.feature_seconds = seconds_since(start);

  std::vector<int32_t> label_of_class(dataset.labels.size());
  std::iota(label_of_class.begin(), label_of_class.end(), 0);
  train::TrainOptions options =
      train_options(config.training, examples.labels(chosen), dataset.labels.size());
  options.mixup = config.training.augment ? config.training.mixup : 0;
  const Graph net = train::build_architecture(config.architecture(features.shape().at(1) == 1),
                                              features.shape(), static_cast<int32_t>(dataset.labels.size()),
                                              config.training.seed, config.net_size());
  const auto run = [&](const std::string& stage, size_t count, const train::Examples& checks) {
    train::TrainOptions own = options;
    own.progress = [&](Progress told) {
      told.stage = stage;
      if (progress) progress(told);
    };
    return train::train(net, bank.examples(0, count), checks, label_of_class, own, pool);
  };
  const train::Examples checks = bank.examples(windows.training.size(), windows.validation.size());
  train::Training trained = run("training", windows.training.size(), checks);
  log.epochs = std::move(trained.epochs);
  log.best_epoch = trained.best_epoch;
  log.training_seconds = trained.seconds;
  log.refit = windows.refit;
  if (windows.refit) {
    trained = run("refit", chosen.size(), {});
    log.training_seconds += trained.seconds;
  }
  model.nets.float_net = with_scores(fold_for_inference(trained.graph), label_of_class,
                                     static_cast<int32_t>(dataset.labels.size()));
  model.nets.float_net.name = config.name;
  const std::vector<WindowValues> representative = examples.values(windows.refit ? chosen : windows.training);
  model.nets.int8_net = quantize_sensor_net(model.nets.float_net, model.front_end, representative,
                                            config.quantization.calibration, pool);
  return model;
}

train::Confusion evaluate(const SensorModel& model, const SensorExamples& examples,
                          const std::vector<size_t>& chosen, Precision precision, ThreadPool& pool) {
  const SensorFeatures features(model.front_end);
  return confusion_of(
      model.nets.labels, examples.labels(chosen),
      scores_of(model.nets, features.extract(examples.values(chosen), pool), precision, pool));
}

}  // namespace tinyml::project
