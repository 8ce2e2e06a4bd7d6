// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tinyml/project/anomaly/anomaly_detector_state.h"
#include "tinyml/run/float_engine.h"

namespace tinyml {

namespace project {

train::FeatureRows to_float(const std::vector<std::vector<int8_t>>& rows) {
  const float step = sensor_feature_quantization().scale();
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

}  // namespace project

namespace {

std::span<const int8_t> held_by(const run::Engine& engine, TensorId id) {
  const std::span<const uint8_t> bytes = engine.activation(id);
  return {reinterpret_cast<const int8_t*>(bytes.data()), bytes.size()};
}

void to_shares(std::vector<double>& sizes) {
  const double total = std::accumulate(sizes.begin(), sizes.end(), 0.0);
  for (double& size : sizes) size = total > 0 ? size / total : 0;
}

/// Squared errors of the forecasts, a share a step.
std::vector<double> step_shares(const Graph& net, const run::Engine& engine, TensorId error) {
  const std::span<const int8_t> values = held_by(engine, error);
  const size_t each = static_cast<size_t>(net[error].shape.back());
  const int zero = net[error].quantization.zero_point();
  std::vector<double> shares(values.size() / each);
  for (size_t i = 0; i < values.size(); ++i) {
    const double size = values[i] - zero;
    shares[i / each] += size * size;
  }
  to_shares(shares);
  return shares;
}

}  // namespace

std::vector<int8_t> AnomalyDetector::State::levels(const Trained& trained,
                                                   const std::vector<std::vector<int8_t>>& rows) const {
  std::vector<int8_t> result(rows.size());
  const size_t parts = std::min(rows.size(), static_cast<size_t>(pool.threads()));
  pool.run(parts, [&](size_t part, int) {
    run::Engine engine(trained.int8_net);
    for (size_t i = part; i < rows.size(); i += parts) result[i] = engine.run(rows[i]).at(0);
  });
  return result;
}

std::vector<AnomalyDetector::State::Answer> AnomalyDetector::State::answers(
    const std::vector<std::vector<int8_t>>& rows, bool with_float) const {
  const Trained& m = trained();
  const TensorId terms = project::tensor_named(m.int8_net, "squares"),
                 error = project::tensor_named(m.int8_net, "error");
  std::vector<size_t> sensor_of_channel;
  for (size_t i = 0; i < config.sensors.size(); ++i) {
    sensor_of_channel.insert(sensor_of_channel.end(), static_cast<size_t>(config.sensors[i].channels), i);
  }
  std::vector<Answer> result(rows.size());
  const size_t parts = std::min(rows.size(), static_cast<size_t>(pool.threads()));
  pool.run(parts, [&](size_t part, int) {
    run::Engine engine(m.int8_net);
    for (size_t i = part; i < rows.size(); i += parts) {
      Answer& answer = result[i];
      answer.level = engine.run(rows[i]).at(0);
      answer.sensors.assign(config.sensors.size(), 0);
      if (inputs->inputs().raw && error != kNoTensor) {
        answer.steps = step_shares(m.int8_net, engine, error);
      }
      if (terms == kNoTensor) continue;
      const std::span<const int8_t> squares = held_by(engine, terms);
      const int zero = m.int8_net[terms].quantization.zero_point();
      for (size_t t = 0; t < m.channel_of_term.size(); ++t) {
        const int32_t channel = m.channel_of_term[t];
        if (channel < 0) continue;
        answer.sensors[sensor_of_channel[static_cast<size_t>(channel)]] += squares[t] - zero;
      }
      to_shares(answer.sensors);
    }
  });
  if (!with_float) return result;
  run::FloatEngine engine(m.float_net, 1, pool);
  const train::FeatureRows values = project::to_float(rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    std::copy(values[i].begin(), values[i].end(), engine.input().begin());
    engine.forward(false, 0, 1);
    result[i].float_score = static_cast<double>(engine.output()[0]);
  }
  return result;
}

std::vector<AnomalyDetector::State::Window> AnomalyDetector::State::scored_windows(
    const std::vector<data::SensorRecording>& recordings) const {
  const auto length = static_cast<size_t>(config.window_size),
             hop = static_cast<size_t>(config.hop_samples());
  const size_t lead = static_cast<size_t>(config.window_hops()) * hop - length;
  std::vector<Window> windows;
  for (size_t r = 0; r < recordings.size(); ++r) {
    const size_t samples = recordings[r].samples();
    if (samples < length) continue;
    for (size_t begin = std::min(lead, samples - length); begin + length <= samples; begin += hop) {
      windows.push_back({r, begin});
    }
  }
  return windows;
}

std::vector<AnomalyScore> AnomalyDetector::State::score(const std::vector<data::SensorRecording>& recordings,
                                                        std::vector<double>* float_scores) const {
  const project::AnomalyCalibration& calibration = trained().calibration;
  check(recordings);
  const std::vector<Window> windows = scored_windows(recordings);
  std::vector<Answer> given =
      answers(inputs->rows(values_of(recordings, windows), pool), float_scores != nullptr);
  std::vector<AnomalyScore> scores;
  const auto entry = [&](size_t i) {
    return static_cast<int32_t>(calibration.table[static_cast<size_t>(given[i].level + 128)]);
  };
  int32_t sum = 0;
  size_t first = 0;
  for (size_t i = 0; i < windows.size(); ++i) {
    if (i > 0 && windows[i].recording != windows[i - 1].recording) {
      sum = 0;
      first = i;
    }
    sum += entry(i);
    if (i - first >= static_cast<size_t>(config.smoothing)) sum -= entry(first++);
    const auto count = static_cast<int32_t>(i - first + 1);
    AnomalyScore score{windows[i].recording,
                       windows[i].begin,
                       given[i].level,
                       calibration.score(given[i].level),
                       sum / 255.0 / count,
                       sum >= config.threshold_level() * count,
                       std::move(given[i].sensors),
                       std::move(given[i].steps)};
    if (score.times.empty()) {
      for (size_t j = first; j <= i; ++j) score.times.push_back(entry(j));
      to_shares(score.times);
    }
    scores.push_back(std::move(score));
    if (float_scores) float_scores->push_back(given[i].float_score);
  }
  return scores;
}

std::vector<AnomalyScore> AnomalyDetector::score(const std::vector<data::SensorRecording>& recordings) const {
  return state_->score(recordings, nullptr);
}

std::vector<data::SensorRecording> AnomalyDetector::recordings_of(const std::filesystem::path& path) const {
  return data::load_sensor_dataset(path, project::load_options(state_->config, {})).recordings;
}

AnomalyEvaluation AnomalyDetector::evaluate(const std::vector<data::SensorRecording>& normal,
                                            const std::vector<data::SensorRecording>& anomalous) const {
  State& s = *state_;
  const State::Trained& model = s.trained();
  if (normal.empty() && anomalous.empty()) s.check({});
  AnomalyEvaluation evaluation;
  evaluation.data = "recordings in memory";
  struct Side {
    std::vector<double> float32, int8, smoothed;
  };
  const auto side_of = [&](const std::vector<data::SensorRecording>& recordings,
                           std::vector<AnomalyScore>& scores) {
    Side side;
    if (recordings.empty()) return side;
    scores = s.score(recordings, &side.float32);
    for (const AnomalyScore& score : scores) {
      side.int8.push_back(score.score);
      side.smoothed.push_back(score.smoothed);
    }
    return side;
  };
  const Side a = side_of(normal, evaluation.normal), b = side_of(anomalous, evaluation.anomalous);
  evaluation.float32 = project::anomaly_metrics(a.float32, b.float32, model.float_limit);
  evaluation.int8 = project::anomaly_metrics(a.int8, b.int8, s.config.threshold);
  evaluation.smoothed = project::anomaly_metrics(a.smoothed, b.smoothed, s.config.threshold);
  // As on the device, which compares sums of integers.
  const auto alarms = [](const std::vector<AnomalyScore>& scores) {
    return std::count_if(scores.begin(), scores.end(),
                         [](const AnomalyScore& score) { return score.anomalous; });
  };
  evaluation.smoothed.false_alarms = alarms(evaluation.normal);
  if (!evaluation.anomalous.empty()) {
    evaluation.smoothed.recall =
        static_cast<double>(alarms(evaluation.anomalous)) / static_cast<double>(evaluation.anomalous.size());
  }
  s.evaluation = evaluation;
  return evaluation;
}

data::SensorRecording AnomalyDetector::State::held_out_end(const data::SensorRecording& recording) const {
  const auto begin =
      static_cast<size_t>(std::llround((1 - config.held_out) * static_cast<double>(recording.samples())));
  return slice(recording, begin, recording.samples());
}

AnomalyEvaluation AnomalyDetector::evaluate(const std::filesystem::path& path,
                                            const ProgressHook& progress) const {
  State& s = *state_;
  s.trained();
  const auto label = [&](std::string what) {
    s.evaluation.data = std::move(what);
    return s.evaluation;
  };
  if (!path.empty()) {
    const State::Labelled labelled = s.load(path, progress);
    evaluate(labelled.normal, labelled.anomalous);
    return label(path.string());
  }
  const std::filesystem::path own = s.folder / s.config.data.path;
  if (s.config.data.path.empty() || !std::filesystem::exists(own)) {
    if (s.evaluation.int8.normal + s.evaluation.int8.anomalous > 0) return s.evaluation;
    throw Error(ErrorKind::invalid_argument,
                "the data that the detector was trained on is not stored: name data to evaluate on");
  }
  const State::Labelled labelled = s.load(own, progress);
  std::vector<data::SensorRecording> ends;
  for (const data::SensorRecording& recording : labelled.normal) {
    if (data::SensorRecording end = s.held_out_end(recording);
        end.samples() >= static_cast<size_t>(s.config.window_size)) {
      ends.push_back(std::move(end));
    }
  }
  if (ends.empty()) {
    const auto border =
        static_cast<size_t>((1 - s.config.held_out) * static_cast<double>(labelled.normal.size()));
    ends.assign(labelled.normal.begin() + static_cast<std::ptrdiff_t>(border), labelled.normal.end());
  }
  evaluate(ends, labelled.anomalous);
  return label(fmt::format("the held-out {:.0f} % of the normal data, which calibrated the score{}",
                           100 * s.config.held_out,
                           labelled.anomalous.empty() ? "" : ", and all that is labelled otherwise"));
}

}  // namespace tinyml
