// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/anomaly_detector.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/project/anomaly_detector_state.h"
#include "tinyml/quantize/anomaly.h"
#include "tinyml/run/float_engine.h"

namespace tinyml {
namespace {

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

void check_config(const AnomalyConfig& c) {
  if (c.sensors.empty()) reject("sensors is empty: name at least one, for instance \"accelerometer\"");
  if (!(c.threshold >= 0 && c.threshold <= 1))
    reject(fmt::format("threshold is within 0 and 1, not {}", c.threshold));
  if (c.window_size < 16 || c.window_size > 32768) {
    reject(fmt::format("window_size is within 16 and 32768 samples, not {}", c.window_size));
  }
  if (c.hop < 0 || c.hop > c.window_size) {
    reject(fmt::format("hop is within 1 and window_size ({}), not {}", c.window_size, c.hop));
  }
  if (c.smoothing < 1 || c.smoothing > 1000)
    reject(fmt::format("smoothing is within 1 and 1000, not {}", c.smoothing));
  if (!(c.held_out > 0 && c.held_out < 1))
    reject(fmt::format("held_out is between 0 and 1, not {}", c.held_out));
  if (c.fft_size != 0 && (c.fft_size < 16 || !std::has_single_bit(static_cast<uint32_t>(c.fft_size)))) {
    reject(fmt::format("fft_size is a power of two from 16, or 0 for the default, not {}", c.fft_size));
  }
  for (const Sensor& sensor : c.sensors) {
    if (sensor.channels < 1)
      reject(fmt::format("sensor \"{}\" has {} channels", sensor.name, sensor.channels));
  }
  if (c.method != "auto") train::parse_anomaly_method(c.method);
}

train::FeatureRows to_float(const std::vector<std::vector<int8_t>>& rows) {
  const float step = project::sensor_feature_quantization().scale();
  train::FeatureRows values(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    for (const int8_t value : rows[i]) values[i].push_back(step * static_cast<float>(value));
  }
  return values;
}

TensorId tensor_named(const Graph& graph, std::string_view name) {
  for (size_t id = 0; id < graph.tensors.size(); ++id) {
    if (graph.tensors[id].name == name) return static_cast<TensorId>(id);
  }
  return kNoTensor;
}

}  // namespace

train::AnomalyMethod AnomalyDetector::State::method() const {
  if (config.method != "auto") return train::parse_anomaly_method(config.method);
  return config.context.empty() ? train::AnomalyMethod::kmeans : train::AnomalyMethod::mahalanobis;
}

int32_t AnomalyDetector::State::channels() const {
  int32_t sum = 0;
  for (const Sensor& sensor : config.sensors) sum += sensor.channels;
  return sum;
}

project::SensorConfig AnomalyDetector::State::sensor_config() const {
  project::SensorConfig c = project::sensor_defaults(project::SensorTask::anomaly_detection);
  c.name = config.name;
  c.data.sensors = config.sensors;
  c.data.rate_hz = config.rate_hz;
  c.data.window_samples = config.window_size;
  if (method() == train::AnomalyMethod::lstm) {
    c.features.kind = project::SensorFeatureKind::raw;
  } else {
    c.features.kind = project::SensorFeatureKind::spectral;
    c.features.frame_samples = config.window_size;
    c.features.hop_samples = hop();
    const bool levels = std::any_of(config.sensors.begin(), config.sensors.end(),
                                    [](const Sensor& s) { return s.channels == 1; });
    const int32_t wanted = config.fft_size > 0 ? config.fft_size : levels ? 64 : 128;
    c.features.fft_size =
        std::min(wanted, static_cast<int32_t>(std::bit_floor(static_cast<uint32_t>(config.window_size))));
  }
  c.target.board = config.board;
  c.training.seed = config.seed;
  return c;
}

train::AnomalyOptions AnomalyDetector::State::options() const {
  train::AnomalyOptions o;
  o.method = method();
  o.clusters = config.clusters;
  o.shrinkage = config.shrinkage;
  o.size = config.net;
  o.training.epochs = config.epochs;
  o.training.seed = config.seed;
  o.training.patience = 0;
  o.training.weight_decay = 1e-4;
  return o;
}

void AnomalyDetector::State::check(const std::vector<data::SensorRecording>& recordings) const {
  const auto wanted = static_cast<size_t>(channels()) + config.context.size();
  size_t longest = 0;
  if (recordings.empty()) reject("there is no recording");
  for (size_t r = 0; r < recordings.size(); ++r) {
    const data::SensorRecording& recording = recordings[r];
    const std::string where = recording.path.empty() ? fmt::format("recording {}", r) : recording.path;
    if (recording.channels.size() != wanted) {
      std::vector<std::string> parts;
      for (const Sensor& s : config.sensors) parts.push_back(fmt::format("{} {}", s.name, s.channels));
      for (const std::string& name : config.context) parts.push_back(name + " 1");
      reject(fmt::format("{} has {} channels; the sensors have {} ({})", where, recording.channels.size(),
                         wanted, fmt::join(parts, ", ")));
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

AnomalyDetector::AnomalyDetector(AnomalyConfig config, int threads) {
  check_config(config);
  state_ = std::make_unique<State>(std::move(config), threads);
  project::check(state_->sensor_config());
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

void AnomalyDetector::train(const std::filesystem::path& normal, const ProgressHook& progress) {
  data::SensorLoadOptions options;
  options.rate_hz = state_->config.rate_hz;
  options.progress = progress;
  const data::SensorDataset dataset = data::load_sensor_dataset(normal, options);
  std::vector<data::SensorRecording> recordings;
  for (const data::SensorRecording& recording : dataset.recordings) {
    if (dataset.labels.size() < 2 || recording.label == "normal") recordings.push_back(recording);
  }
  if (recordings.empty()) {
    reject(
        fmt::format("{} has the labels {} and none is \"normal\": a detector learns from normal data alone",
                    normal.string(), fmt::join(dataset.labels, ", ")));
  }
  train(recordings, progress);
}

void AnomalyDetector::train(const std::vector<data::SensorRecording>& normal, const ProgressHook& progress) {
  State& s = *state_;
  s.check(normal);
  const size_t stride = static_cast<size_t>(
      s.config.training_stride > 0 ? s.config.training_stride : std::max(1, s.config.window_size / 8));
  const double until = 1 - s.config.held_out;
  std::vector<State::Window> learned = s.windows_of(normal, stride, 0, until),
                             held_out = s.windows_of(normal, stride, until, 1);
  if (learned.empty() || held_out.empty()) {  // recordings of about a window: the last of them are held out
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
  s.rate_hz = s.config.rate_hz > 0 ? s.config.rate_hz : normal[0].rate_hz;
  const auto normal_windows = s.values_of(normal, learned);
  s.inputs = std::make_unique<project::AnomalyRows>(project::fit_anomaly_inputs(
      s.sensor_config(), s.config.context, s.method() == train::AnomalyMethod::lstm, s.rate_hz,
      normal_windows, s.pool));
  s.rows.normal = s.inputs->rows(normal_windows, s.pool);
  s.rows.held_out = s.inputs->rows(s.values_of(normal, held_out), s.pool);
  s.example.assign(normal_windows[0].begin(), normal_windows[0].end());
  train::AnomalyOptions options = s.options();
  options.training.progress = progress;
  s.learn(options);
  s.evaluation = {};
  s.held_out_scores.clear();
  for (size_t i = 0; i < s.rows.held_out.size(); ++i) {
    if (i > 0 && held_out[i].recording != held_out[0].recording) break;
    AnomalyScore score;
    score.begin = held_out[i].begin;
    score.answer = s.answers({s.rows.held_out[i]}, false)[0].level;
    score.score = score.smoothed = s.model->calibration.score(score.answer);
    s.held_out_scores.push_back(score);
  }
}

void AnomalyDetector::State::learn(train::AnomalyOptions options) {
  const Quantization features = project::sensor_feature_quantization();
  options.context = static_cast<int32_t>(config.context.size());
  options.scored = project::scored_features(inputs->inputs());
  options.step = static_cast<double>(features.scale());
  options.merge = project::merged_features(inputs->inputs());
  const train::FeatureRows normal = to_float(rows.normal), held_out = to_float(rows.held_out);
  train::AnomalyNet net = train::train_anomaly(inputs->shape(), normal, held_out, options, pool);

  auto made = std::make_unique<Trained>();
  made->int8_net = quantize::quantize_anomaly(net, normal, features, pool);
  made->float_net = net.graph;
  made->float_net.name = made->int8_net.name = config.name;
  made->float_median = net.median;
  made->float_limit = net.limit;
  made->epochs = net.epochs;
  const std::vector<int32_t> channel = project::channel_of_feature(inputs->inputs());
  for (const int32_t feature : net.feature_of_term) {
    made->channel_of_term.push_back(channel[static_cast<size_t>(feature) % channel.size()]);
  }
  options.training.progress = {};
  made->options = std::move(options);
  model = std::move(made);
  recalibrate(rows.held_out);

  std::vector<double> levels;
  for (const Answer& answer : answers(rows.normal, false)) levels.push_back(answer.level);
  constexpr double kTwice = 2;
  const double limit = train::quantile_of(levels, 0.99) + 128;
  if (model->calibration.median + 128 > std::max(kTwice * limit, 1.0) || model->calibration.median >= 127) {
    model.reset();
    reject(
        fmt::format("the last {:.0f} % of the data are unlike the rest, so this is not one normal state: "
                    "leave the anomalies out, or name what changes as context",
                    100 * config.held_out));
  }
}

void AnomalyDetector::State::recalibrate(const std::vector<std::vector<int8_t>>& with) {
  std::vector<int8_t> levels;
  for (const Answer& answer : answers(with, false)) levels.push_back(answer.level);
  model->calibration = project::calibrate_anomaly(levels);
}

void AnomalyDetector::calibrate(const std::vector<data::SensorRecording>& normal) {
  State& s = *state_;
  s.trained();
  s.check(normal);
  const auto stride = static_cast<size_t>(std::max(1, s.config.window_size / 8));
  s.recalibrate(s.inputs->rows(s.values_of(normal, s.windows_of(normal, stride, 0, 1)), s.pool));
}

std::vector<AnomalyDetector::State::Answer> AnomalyDetector::State::answers(
    const std::vector<std::vector<int8_t>>& rows, bool with_float) const {
  const Trained& m = *model;
  const TensorId terms = tensor_named(m.int8_net, "squares");
  std::vector<int32_t> sensor_of_channel;
  for (size_t i = 0; i < config.sensors.size(); ++i) {
    sensor_of_channel.insert(sensor_of_channel.end(), static_cast<size_t>(config.sensors[i].channels),
                             static_cast<int32_t>(i));
  }
  std::vector<Answer> result(rows.size());
  auto& threads_pool = const_cast<ThreadPool&>(pool);
  const size_t parts = std::min(rows.size(), static_cast<size_t>(pool.threads()));
  threads_pool.run(parts, [&](size_t part, int) {
    run::Int8Engine engine(m.int8_net);
    for (size_t i = part; i < rows.size(); i += parts) {
      Answer& answer = result[i];
      answer.level = engine.run(rows[i]).at(0);
      answer.sensors.assign(config.sensors.size(), 0);
      if (terms == kNoTensor) continue;
      const auto* square = reinterpret_cast<const int8_t*>(engine.activation(terms).data());
      double total = 0;
      for (size_t t = 0; t < m.channel_of_term.size(); ++t) {
        const int32_t channel = m.channel_of_term[t];
        if (channel < 0) continue;
        const double size = square[t] + 128;
        answer.sensors[static_cast<size_t>(sensor_of_channel[static_cast<size_t>(channel)])] += size;
        total += size;
      }
      for (double& share : answer.sensors) share = total > 0 ? share / total : 0;
    }
  });
  if (!with_float) return result;
  run::FloatEngine engine(m.float_net, 1, threads_pool);
  const train::FeatureRows values = to_float(rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    std::copy(values[i].begin(), values[i].end(), engine.input().begin());
    engine.forward(false, 0, 1);
    result[i].float_score = static_cast<double>(engine.output()[0]);
  }
  return result;
}

std::vector<AnomalyScore> AnomalyDetector::score(const std::vector<data::SensorRecording>& recordings) const {
  const State& s = *state_;
  const State::Trained& model = s.trained();
  s.check(recordings);
  const auto windows = s.windows_of(recordings, static_cast<size_t>(s.hop()), 0, 1);
  auto& pool = const_cast<ThreadPool&>(s.pool);
  const auto answers = s.answers(s.inputs->rows(s.values_of(recordings, windows), pool), false);
  std::vector<AnomalyScore> scores;
  const auto threshold = static_cast<int32_t>(std::ceil(255 * s.config.threshold));
  int32_t sum = 0;
  size_t first = 0;
  for (size_t i = 0; i < windows.size(); ++i) {
    const auto entry = [&](size_t j) {
      return static_cast<int32_t>(model.calibration.table[static_cast<size_t>(answers[j].level + 128)]);
    };
    if (i > 0 && windows[i].recording != windows[i - 1].recording) {
      sum = 0;
      first = i;
    }
    sum += entry(i);
    if (i - first >= static_cast<size_t>(s.config.smoothing)) sum -= entry(first++);
    const auto count = static_cast<int32_t>(i - first + 1);
    scores.push_back({windows[i].recording, windows[i].begin, answers[i].level,
                      model.calibration.score(answers[i].level), sum / 255.0 / count,
                      sum >= threshold * count, answers[i].sensors});
  }
  return scores;
}

AnomalyEvaluation AnomalyDetector::evaluate(const std::vector<data::SensorRecording>& normal,
                                            const std::vector<data::SensorRecording>& anomalous) const {
  const State& s = *state_;
  const State::Trained& model = s.trained();
  auto& pool = const_cast<ThreadPool&>(s.pool);
  AnomalyEvaluation evaluation;
  std::array<std::vector<double>, 2> float32, smoothed;
  int side = 0;
  for (const auto* recordings : {&normal, &anomalous}) {
    std::vector<double>& scores = side == 0 ? evaluation.normal : evaluation.anomalous;
    for (const AnomalyScore& score : this->score(*recordings)) {
      scores.push_back(score.score);
      smoothed[static_cast<size_t>(side)].push_back(score.smoothed);
    }
    const auto windows = s.windows_of(*recordings, static_cast<size_t>(s.hop()), 0, 1);
    for (const State::Answer& answer :
         s.answers(s.inputs->rows(s.values_of(*recordings, windows), pool), true)) {
      float32[static_cast<size_t>(side)].push_back(answer.float_score);
    }
    ++side;
  }
  evaluation.float32 = project::anomaly_metrics(float32[0], float32[1], model.float_limit);
  evaluation.int8 = project::anomaly_metrics(evaluation.normal, evaluation.anomalous, s.config.threshold);
  evaluation.smoothed = project::anomaly_metrics(smoothed[0], smoothed[1], s.config.threshold);
  s.evaluation = evaluation;
  return evaluation;
}

std::string AnomalyDetector::summary() const {
  const State& s = *state_;
  const State::Trained& model = s.trained();
  std::vector<std::string> sensors;
  for (const Sensor& sensor : s.config.sensors) sensors.push_back(sensor.name);
  return fmt::format(
      "{}: anomalies of {}{}\n  net       {} of {} features, {:.1f} K MACs, {:.1f} KB as int8\n"
      "  windows   {} samples, a score every {}, mean of {}; learned from {}, calibrated on {}\n"
      "  score     0.5 is the 99th percentile of held-out normal data, 0.1 the median; threshold {}\n",
      s.config.name, fmt::join(sensors, ", "),
      s.config.context.empty() ? "" : fmt::format(", given {}", fmt::join(s.config.context, ", ")),
      name_of(model.options.method), elements(s.inputs->shape()),
      static_cast<double>(ops::macs(model.float_net)) / 1000,
      static_cast<double>(formats::write_tflite(model.int8_net).size()) / 1024, s.config.window_size, s.hop(),
      s.config.smoothing, s.rows.normal.size(), s.rows.held_out.size(), s.config.threshold);
}

}  // namespace tinyml
