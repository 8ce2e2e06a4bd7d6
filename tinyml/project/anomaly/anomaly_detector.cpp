// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/anomaly/anomaly_detector.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/project/anomaly/anomaly_detector_state.h"
#include "tinyml/project/storage.h"
#include "tinyml/quantize/anomaly.h"

namespace tinyml {
namespace {

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

size_t training_stride(const AnomalyConfig& config) {
  return static_cast<size_t>(config.training_stride > 0 ? config.training_stride
                                                        : std::max(1, config.window_size / 8));
}

/// `limit`: a 99th percentile of answers that are normal. Errors: invalid_argument with the message.
void check_alike(const project::AnomalyCalibration& calibration, double limit, const std::string& message) {
  constexpr double kTwice = 2, kLowest = -128, kHighest = 127;
  const bool far = calibration.median - kLowest > std::max(kTwice * (limit - kLowest), 1.0);
  if (far || calibration.median >= kHighest) reject(message);
}

}  // namespace

train::AnomalyOptions AnomalyDetector::State::options(size_t windows) const {
  train::AnomalyOptions o;
  o.method = config.chosen_method();
  constexpr size_t kWindowsOfCluster = 32;  // they overlap
  o.clusters = std::min(config.clusters, std::max(1, static_cast<int32_t>(windows / kWindowsOfCluster)));
  o.shrinkage = config.shrinkage;
  o.size = config.net;
  o.training.epochs = config.epochs;
  o.training.seed = config.seed;
  o.training.patience = 0;
  o.training.weight_decay = 1e-4;
  return o;
}

void AnomalyDetector::State::check(const std::vector<data::SensorRecording>& recordings) const {
  const auto wanted = static_cast<size_t>(config.channels()) + config.context.size();
  size_t longest = 0;
  if (recordings.empty()) reject("there is no recording");
  for (size_t r = 0; r < recordings.size(); ++r) {
    const data::SensorRecording& recording = recordings[r];
    const std::string where = recording.path.empty() ? fmt::format("recording {}", r) : recording.path;
    if (recording.channels.size() != wanted) {
      std::vector<std::string> parts;
      for (const Sensor& s : config.sensors) parts.push_back(fmt::format("{} {}", s.name, s.channels));
      for (const std::string& name : config.context) parts.push_back(name + " 1");
      std::vector<std::string> found;
      for (const data::Channel& channel : recording.channels) found.push_back(channel.name);
      reject(fmt::format("{} has {} channel(s) ({}); {} are wanted: {}", where, found.size(),
                         fmt::join(found, ", "), wanted, fmt::join(parts, ", ")));
    }
    for (size_t i = 0; i < recording.values.size(); ++i) {
      if (std::isfinite(recording.values[i])) continue;
      reject(fmt::format("{}: sample {} of channel \"{}\" is not finite", where, i / wanted,
                         recording.channels[i % wanted].name));
    }
    longest = std::max(longest, recording.samples());
  }
  if (longest < static_cast<size_t>(config.window_size)) {
    reject(fmt::format("the longest recording has {} samples, a window {}: record more or lower window_size",
                       longest, config.window_size));
  }
}

std::vector<AnomalyDetector::State::Window> AnomalyDetector::State::windows_of(
    const std::vector<data::SensorRecording>& recordings, size_t stride, double from, double to) const {
  std::vector<Window> windows;
  const auto length = static_cast<size_t>(config.window_size);
  for (size_t r = 0; r < recordings.size(); ++r) {
    const auto samples = static_cast<double>(recordings[r].samples());
    const auto first = static_cast<size_t>(std::llround(from * samples)),
               last = static_cast<size_t>(std::llround(to * samples));
    for (size_t begin = first; begin + length <= last; begin += stride) windows.push_back({r, begin});
  }
  return windows;
}

std::vector<project::AnomalyWindow> AnomalyDetector::State::values_of(
    const std::vector<data::SensorRecording>& recordings, const std::vector<Window>& windows) const {
  std::vector<project::AnomalyWindow> values;
  for (const Window& w : windows) {
    values.push_back(recordings[w.recording].rows(w.begin, static_cast<size_t>(config.window_size)));
  }
  return values;
}

AnomalyDetector::State::Labelled AnomalyDetector::State::load(const std::filesystem::path& path,
                                                              const ProgressHook& progress) const {
  const data::SensorDataset dataset =
      data::load_sensor_dataset(path, project::load_options(config, progress));
  Labelled labelled{dataset.labels, {}, {}};
  const auto add = [&](data::SensorRecording recording, const std::string& label) {
    (label == config.data.normal ? labelled.normal : labelled.anomalous).push_back(std::move(recording));
  };
  for (const data::SensorRecording& recording : dataset.recordings) {
    if (recording.intervals.empty()) {
      add(recording, recording.label.empty() ? config.data.normal : recording.label);
      continue;
    }
    for (const data::LabelInterval& interval : recording.intervals) {
      if (!interval.label.empty()) add(slice(recording, interval.begin, interval.end), interval.label);
    }
  }
  return labelled;
}

AnomalyDetector::AnomalyDetector(AnomalyConfig config, int threads) {
  project::check(config);
  state_ = std::make_unique<State>(std::move(config), threads);
}
AnomalyDetector::~AnomalyDetector() = default;
AnomalyDetector::AnomalyDetector(AnomalyDetector&&) noexcept = default;

bool AnomalyDetector::trained() const { return state_->model != nullptr; }
const AnomalyConfig& AnomalyDetector::config() const { return state_->config; }
const project::AnomalyCalibration& AnomalyDetector::calibration() const {
  return state_->trained().calibration;
}
const Graph& AnomalyDetector::int8_net() const { return state_->trained().int8_net; }
const AnomalyFit& AnomalyDetector::fit() const { return state_->fit; }
const Operator& AnomalyDetector::front_end() const {
  state_->trained();
  return state_->inputs->inputs().front_end.op;
}

void AnomalyDetector::check_folder(const std::filesystem::path& folder) {
  project::check_writable(project::ProjectFiles(folder));
}

void AnomalyDetector::train(const std::filesystem::path& normal, const ProgressHook& progress) {
  const State::Labelled labelled = state_->load(normal, progress);
  if (labelled.normal.empty()) {
    reject(
        fmt::format("{} is labelled {}, nothing \"{}\": a detector learns from normal data alone; name its "
                    "label",
                    normal.string(), fmt::join(labelled.labels, ", "), state_->config.data.normal));
  }
  train(labelled.normal, progress);
  const std::vector<data::Channel>& channels = labelled.normal[0].channels;
  size_t channel = 0;
  for (Sensor& sensor : state_->config.sensors) {  // what the data says of its units counts more than a name
    if (!channels[channel].unit.empty()) sensor.unit = channels[channel].unit;
    channel += static_cast<size_t>(sensor.channels);
  }
  state_->config.data.path = std::filesystem::absolute(normal).lexically_normal().string();
}

void AnomalyDetector::train(const std::vector<data::SensorRecording>& normal, const ProgressHook& progress) {
  State& s = *state_;
  s.check(normal);
  const size_t stride = training_stride(s.config);
  const double until = 1 - s.config.held_out;
  std::vector<State::Window> learned = s.windows_of(normal, stride, 0, until),
                             held_out = s.windows_of(normal, stride, until, 1);
  if (normal.size() > 1 &&
      (learned.empty() || held_out.empty())) {  // recordings of about a window: the last of them are held out
    learned.clear();
    held_out.clear();
    const auto border = static_cast<size_t>(until * static_cast<double>(normal.size()));
    for (const State::Window& w : s.windows_of(normal, stride, 0, 1)) {
      (w.recording < border ? learned : held_out).push_back(w);
    }
  }
  constexpr size_t kFewest = 8;
  if (learned.size() < kFewest || held_out.empty()) {
    reject(fmt::format(
        "the data gives {} windows of {} samples to learn from and {} to calibrate with; {} and 1 "
        "are the fewest: record more or lower window_size",
        learned.size(), s.config.window_size, held_out.size(), kFewest));
  }
  const double rate_hz = s.config.rate_hz > 0 ? s.config.rate_hz : normal[0].rate_hz;
  const auto windows = s.values_of(normal, learned);
  auto inputs =
      std::make_unique<project::AnomalyRows>(project::fit_anomaly_inputs(s.config, rate_hz, windows, s.pool));
  State::Rows rows{inputs->rows(windows, s.pool), inputs->rows(s.values_of(normal, held_out), s.pool)};
  train::AnomalyOptions options = s.options(rows.normal.size());
  options.training.progress = progress;
  std::swap(s.inputs, inputs);
  try {
    std::unique_ptr<State::Trained> made = s.learn(options, rows);
    const std::vector<int8_t> levels = s.levels(*made, rows.normal);
    check_alike(made->calibration, train::quantile_of({levels.begin(), levels.end()}, 0.99),
                fmt::format("the last {:.0f} % of the data are unlike the rest, so this is not one normal "
                            "state: leave the anomalies out, or name what changes as context",
                            100 * s.config.held_out));
    s.model = std::move(made);
  } catch (...) {
    std::swap(s.inputs, inputs);
    throw;
  }
  s.rate_hz = rate_hz;
  s.rows = std::move(rows);
  s.evaluation = {};
  s.fit = {};
  s.config.data.path.clear();
  constexpr size_t kStored = 16;  // windows
  const State::Window& first = held_out.front();
  const size_t stored =
      static_cast<size_t>(s.config.window_hops() + kStored) * static_cast<size_t>(s.config.hop_samples());
  s.example = slice(normal[first.recording], first.begin,
                    std::min(normal[first.recording].samples(), first.begin + stored));
}

std::unique_ptr<AnomalyDetector::State::Trained> AnomalyDetector::State::learn(train::AnomalyOptions options,
                                                                               const Rows& from) const {
  const Quantization features = project::sensor_feature_quantization();
  options.context = static_cast<int32_t>(config.context.size());
  options.scored = project::scored_features(inputs->inputs());
  options.step = static_cast<double>(features.scale());
  options.merge = project::merged_features(inputs->inputs());
  const train::FeatureRows normal = project::to_float(from.normal);
  train::AnomalyNet net =
      train::train_anomaly(inputs->shape(), normal, project::to_float(from.held_out), options, pool);

  auto made = std::make_unique<Trained>();
  made->int8_net = quantize::quantize_anomaly(net, normal, features, pool);
  made->float_net = net.graph;
  made->float_net.name = made->int8_net.name = config.name;
  made->float_median = net.median;
  made->float_limit = net.limit;
  made->learned = static_cast<int64_t>(from.normal.size());
  made->calibrated = static_cast<int64_t>(from.held_out.size());
  const std::vector<int32_t> channel = project::channel_of_feature(inputs->inputs());
  for (const int32_t feature : net.feature_of_term) {
    made->channel_of_term.push_back(channel[static_cast<size_t>(feature) % channel.size()]);
  }
  options.training.progress = {};
  made->options = std::move(options);
  made->calibration = calibration_of(*made, from.held_out);
  return made;
}

project::AnomalyCalibration AnomalyDetector::State::calibration_of(
    const Trained& trained, const std::vector<std::vector<int8_t>>& held_out) const {
  return project::calibrate_anomaly(levels(trained, held_out));
}

void AnomalyDetector::calibrate(const std::vector<data::SensorRecording>& normal) {
  State& s = *state_;
  s.trained();
  s.check(normal);
  std::vector<std::vector<int8_t>> rows =
      s.inputs->rows(s.values_of(normal, s.windows_of(normal, training_stride(s.config), 0, 1)), s.pool);
  const project::AnomalyCalibration calibration = s.calibration_of(*s.model, rows);
  check_alike(calibration, s.model->calibration.limit,
              "most of this data is unlike what the detector learned as normal: train on it instead");
  s.model->calibration = calibration;
  s.model->calibrated = static_cast<int64_t>(rows.size());
  std::vector<double> scores;
  for (const State::Answer& answer : s.answers(rows, true)) scores.push_back(answer.float_score);
  s.model->float_median = train::quantile_of(scores, 0.5);
  s.model->float_limit = train::quantile_of(scores, 0.99);
  s.rows.held_out = std::move(rows);  // a smaller net is calibrated with it too
  s.evaluation = {};
}

std::string AnomalyDetector::summary() const {
  const State& s = *state_;
  const State::Trained& model = s.trained();
  std::vector<std::string> sensors;
  for (const Sensor& sensor : s.config.sensors) sensors.push_back(sensor.name);
  const auto kb = [](int64_t bytes) { return static_cast<double>(bytes) / 1024; };
  std::string text = fmt::format(
      "{}: anomalies of {}{}\n  net       {} of {} inputs, {:.1f} K MACs, {:.1f} KB as int8\n"
      "  windows   {} samples, a score every {}, mean of {}; learned from {}, calibrated on {}\n"
      "  score     0.5 is the 99th percentile of held-out normal data, 0.1 the median; threshold {}\n",
      s.config.name, fmt::join(sensors, ", "),
      s.config.context.empty() ? "" : fmt::format(", given {}", fmt::join(s.config.context, ", ")),
      name_of(model.options.method), elements(s.inputs->shape()),
      static_cast<double>(ops::macs(model.float_net)) / 1000,
      kb(static_cast<int64_t>(formats::write_tflite(model.int8_net).size())), s.config.window_size,
      s.config.hop_samples(), s.config.smoothing, model.learned, model.calibrated, s.config.threshold);
  if (s.fit.tflite_bytes > 0) {
    text +=
        fmt::format("  fits      {}: file {:.1f} KB, flash {:.1f} KB {}, features {:.1f} KB beside it\n",
                    s.fit.chosen, kb(s.fit.tflite_bytes), kb(s.fit.flash_bytes),
                    s.fit.flash_measured ? "as compiled"
                                         : "of tables alone, because no compiler for the board is installed",
                    kb(s.fit.feature_bytes));
    if (!s.fit.given_up.empty()) text += fmt::format("  gave up   {}\n", s.fit.given_up);
  }
  return text;
}

}  // namespace tinyml
