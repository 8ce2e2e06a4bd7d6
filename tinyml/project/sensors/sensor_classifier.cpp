// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "tinyml/data/sensor_clock.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/project/audio/audio_report.h"
#include "tinyml/project/sensors/sensor_classifier_state.h"

namespace tinyml {

using project::ProjectFiles;
using project::SensorExamples;

SensorExamples SensorClassifier::State::load(const std::filesystem::path& path,
                                             const ProgressHook& progress) const {
  return project::make_examples(config,
                                data::load_sensor_dataset(path, project::load_options(config, progress)));
}

const SensorExamples& SensorClassifier::State::own_examples(const ProgressHook& progress) {
  if (!examples && config.data.path.empty()) {
    throw Error(ErrorKind::invalid_argument,
                "the classifier was trained on recordings in memory, which are not stored: name a data set");
  }
  if (!examples) examples = load(folder / config.data.path, progress);
  return *examples;
}

std::pair<data::Split, std::vector<size_t>> SensorClassifier::State::evaluation_windows(
    const SensorExamples& given) {
  for (const data::Split split : {data::Split::test, data::Split::validation}) {
    if (std::vector<size_t> chosen = given.in(split); !chosen.empty()) return {split, chosen};
  }
  throw Error(ErrorKind::invalid_argument,
              "no recording is left to evaluate on: record each label more often, or split by time");
}

Evaluation SensorClassifier::State::evaluate_on(const SensorExamples& given) {
  if (given.dataset.labels != trained().nets.labels) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the data has the labels {}, the classifier {}",
                            fmt::join(given.dataset.labels, ", "), fmt::join(model->nets.labels, ", ")));
  }
  if (static_cast<int32_t>(given.dataset.channels.size()) != model->front_end.channels()) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the data has {} channels, the classifier {}", given.dataset.channels.size(),
                            model->front_end.channels()));
  }
  const auto [split, chosen] = evaluation_windows(given);
  const auto run = [&](project::Precision precision) {
    return project::evaluate(*model, given, chosen, precision, pool);
  };
  return {std::string(name_of(split)), run(project::Precision::float32), run(project::Precision::int8)};
}

void SensorClassifier::State::adopt(project::SensorModel trained_model) {
  model = std::move(trained_model);
  for (Graph* net : {&model->nets.float_net, &model->nets.int8_net}) {
    project::put_labels(*net, model->nets.labels);
    net->metadata["features"] = project::to_json(model->front_end);
  }
  features = std::make_unique<project::SensorFeatures>(model->front_end);
  engine = std::make_unique<run::Engine>(model->nets.int8_net);
}

std::vector<float> SensorClassifier::State::scores(project::WindowValues window) {
  const std::vector<int8_t> extracted = features->extract(window);
  const std::lock_guard lock(predicting);
  return project::dequantize_scores(model->nets.int8_net, engine->run(extracted));
}

void SensorClassifier::State::check_values(std::span<const float> values, size_t least) const {
  const auto channels = static_cast<size_t>(trained().front_end.channels());
  if (values.size() % channels != 0) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} values are not whole samples of {} channels", values.size(), channels));
  }
  if (values.size() < least * channels) {
    throw Error(ErrorKind::invalid_argument, fmt::format("{} samples are fewer than {}, which predict needs",
                                                         values.size() / channels, least));
  }
  if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
    throw Error(ErrorKind::invalid_argument, "the readings are not all finite");
  }
}

std::vector<float> SensorClassifier::State::fitted(std::span<const float> values) const {
  const project::SensorFrontEnd& front_end = trained().front_end;
  check_values(values, 1);
  data::SensorRecording recording;
  recording.channels.resize(static_cast<size_t>(front_end.channels()));
  recording.values.assign(values.begin(), values.end());
  const bool stretch = config.data.fit == project::WindowFit::stretch;
  return data::fit_samples(recording, static_cast<size_t>(front_end.window_samples),
                           stretch ? data::Fit::stretch : data::Fit::pad)
      .values;
}

SensorClassifier::SensorClassifier(project::SensorConfig config, int threads) {
  project::check(config);
  if (config.data.task == project::SensorTask::anomaly_detection) {
    throw Error(ErrorKind::invalid_argument, "a classifier does not detect anomalies: use AnomalyDetector");
  }
  state_ = std::make_unique<State>(std::move(config), threads);
}
SensorClassifier::~SensorClassifier() = default;
SensorClassifier::SensorClassifier(SensorClassifier&&) noexcept = default;

bool SensorClassifier::trained() const { return state_->model.has_value(); }
const project::SensorConfig& SensorClassifier::config() const { return state_->config; }
const std::vector<std::string>& SensorClassifier::labels() const { return state_->trained().nets.labels; }
const project::SensorModel& SensorClassifier::model() const { return state_->trained(); }

void SensorClassifier::train(const std::filesystem::path& path, const ProgressHook& progress) {
  train(data::load_sensor_dataset(path, project::load_options(state_->config, progress)), progress);
  state_->config.data.path = std::filesystem::absolute(path).lexically_normal().string();
}

data::SensorDataset SensorClassifier::dataset_of(std::vector<data::SensorRecording> recordings) const {
  return data::make_sensor_dataset(std::move(recordings), project::load_options(state_->config));
}

void SensorClassifier::train(data::SensorDataset dataset, const ProgressHook& progress) {
  State& s = *state_;
  SensorExamples examples = project::make_examples(s.config, std::move(dataset));
  State::evaluation_windows(examples);  // throws where there are none, before the work
  s.adopt(project::train_sensor_model(s.config, examples, project::training_windows(s.config, examples),
                                      s.pool, progress));
  s.record = {s.model->nets.log, {}};
  s.examples = std::move(examples);
  s.config.data.path.clear();
  s.record.evaluation = s.evaluate_on(*s.examples);
}

void SensorClassifier::quantize(quantize::Calibration calibration, const ProgressHook& progress) {
  State& s = *state_;
  s.trained();
  s.config.quantization.calibration = calibration;
  const SensorExamples& examples = s.own_examples(progress);
  const project::TrainingWindows windows = project::training_windows(s.config, examples);
  std::vector<size_t> fitted = windows.training;
  if (windows.refit) fitted.insert(fitted.end(), windows.validation.begin(), windows.validation.end());
  project::SensorModel model = *s.model;
  model.nets.int8_net = project::quantize_sensor_net(model.nets.float_net, model.front_end,
                                                     examples.values(fitted), calibration, s.pool);
  s.adopt(std::move(model));
  s.record.evaluation = s.evaluate_on(examples);
}

Evaluation SensorClassifier::evaluate(const std::filesystem::path& path, const ProgressHook& progress) const {
  State& s = *state_;
  s.trained();
  return s.evaluate_on(path.empty() ? s.own_examples(progress) : s.load(path, progress));
}

Evaluation SensorClassifier::evaluate(data::SensorDataset dataset) const {
  state_->trained();
  return state_->evaluate_on(project::make_examples(state_->config, std::move(dataset)));
}

Prediction SensorClassifier::predict(std::span<const float> values) const {
  State& s = *state_;
  s.trained();
  if (s.config.data.fit != project::WindowFit::cut) {
    return project::prediction_of(s.model->nets.labels, s.scores(s.fitted(values)));
  }
  std::vector<float> sums(s.model->nets.labels.size());
  const std::vector<TimedPrediction> answers = predict_stream(values, 1);
  for (const TimedPrediction& answer : answers) {
    for (size_t i = 0; i < sums.size(); ++i) {
      sums[i] += static_cast<float>(answer.prediction.scores[i] / static_cast<double>(answers.size()));
    }
  }
  return project::prediction_of(s.model->nets.labels, sums);
}

std::vector<float> SensorClassifier::features(std::span<const float> values) const {
  State& s = *state_;
  const project::SensorFrontEnd& front_end = s.trained().front_end;
  const Graph& net = s.model->nets.int8_net;
  std::vector<float> result;
  const auto add = [&](project::WindowValues window) {
    const std::vector<int8_t> extracted = s.features->extract(window);
    result.resize(result.size() + extracted.size());
    project::to_float(extracted, net[net.inputs.at(0)].quantization,
                      std::span(result).last(extracted.size()));
  };
  if (s.config.data.fit != project::WindowFit::cut) {
    add(s.fitted(values));
    return result;
  }
  const auto length = static_cast<size_t>(front_end.window_samples);
  const auto channels = static_cast<size_t>(front_end.channels());
  s.check_values(values, length);
  const auto stride = static_cast<size_t>(s.config.stride_at(front_end.frame().rate_hz));
  for (size_t begin = 0; begin + length <= values.size() / channels; begin += stride) {
    add(values.subspan(begin * channels, length * channels));
  }
  return result;
}

std::vector<TimedPrediction> SensorClassifier::predict_stream(std::span<const float> values,
                                                              int32_t smooth) const {
  State& s = *state_;
  const project::SensorFrontEnd& front_end = s.trained().front_end;
  if (smooth < 1 || smooth > 1000) {
    throw Error(ErrorKind::invalid_argument, fmt::format("smooth is within 1 and 1000, not {}", smooth));
  }
  const auto length = static_cast<size_t>(front_end.window_samples);
  const auto channels = static_cast<size_t>(front_end.channels());
  s.check_values(values, length);
  const double rate = front_end.frame().rate_hz;
  const auto stride = static_cast<size_t>(s.config.stride_at(rate));
  std::vector<std::vector<float>> scores;
  std::vector<TimedPrediction> answers;
  for (size_t begin = 0; begin + length <= values.size() / channels; begin += stride) {
    scores.push_back(s.scores(values.subspan(begin * channels, length * channels)));
    const size_t used = std::min(scores.size(), static_cast<size_t>(smooth));
    std::vector<float> mean(scores.back().size());
    for (size_t k = scores.size() - used; k < scores.size(); ++k) {
      for (size_t i = 0; i < mean.size(); ++i) mean[i] += scores[k][i] / static_cast<float>(used);
    }
    answers.push_back({static_cast<double>(begin) / rate, static_cast<double>(begin + length) / rate,
                       project::prediction_of(s.model->nets.labels, mean)});
  }
  return answers;
}

void SensorClassifier::check_folder(const std::filesystem::path& folder) {
  project::check_writable(ProjectFiles(folder));
}

SensorClassifier SensorClassifier::load(const std::filesystem::path& folder, int threads) {
  const ProjectFiles files(folder);
  SensorClassifier classifier(project::read_sensor_config(files.config()), threads);
  State& s = *classifier.state_;
  s.folder = folder;
  project::SavedProject saved = project::load_project(files, s.config.name);
  project::SensorModel model{std::move(saved.model), {}};
  const Graph& net = model.nets.int8_net;
  with_context(files.int8_model().string(), [&] {
    const auto found = net.metadata.find("features");
    if (found == net.metadata.end()) throw Error(ErrorKind::bad_file, "it has no front end: train again");
    model.front_end = project::parse_front_end(found->second);
    if (net[net.inputs.at(0)].shape != project::SensorFeatures(model.front_end).shape() ||
        elements(net[net.outputs.at(0)].shape) != static_cast<int64_t>(model.nets.labels.size())) {
      throw Error(ErrorKind::bad_file, "its net does not fit its front end or its labels: train again");
    }
  });
  s.record = std::move(saved.record);
  s.adopt(std::move(model));
  return classifier;
}

std::string SensorClassifier::summary() const {
  const State& s = *state_;
  const project::SensorModel& model = s.trained();
  int64_t parameters = 0;
  for (const Tensor& tensor : model.nets.float_net.tensors) {
    if (tensor.is_constant()) parameters += elements(tensor.shape);
  }
  const project::TrainingLog& log = model.nets.log;
  const std::string_view windows = s.config.data.fit == project::WindowFit::cut ? "windows"
                                   : s.config.data.fit == project::WindowFit::stretch
                                       ? "recordings stretched to windows"
                                       : "recordings padded to windows";
  const Evaluation& evaluation = s.record.evaluation;
  return fmt::format(
      "{}: {} of {}\n  net       {}, {:.1f} K parameters, {:.2f} M MACs, {:.1f} KB as int8\n"
      "  features  {} of {}, {} channels, {} of {}\n"
      "  trained   {} epochs in {:.0f} s (features {:.0f} s){}\n"
      "  accuracy  {:.1f} % int8, {:.1f} % float32 on {} {} windows\n",
      s.config.name, project::name_of(s.config.data.task), fmt::join(model.nets.labels, ", "),
      s.config.architecture(s.features->shape().at(1) == 1), static_cast<double>(parameters) / 1000,
      static_cast<double>(ops::macs(model.nets.float_net)) / 1e6,
      static_cast<double>(formats::write_tflite(model.nets.int8_net).size()) / 1024,
      name_of(model.front_end.op), to_string(s.features->shape()), model.front_end.channels(), windows,
      model.front_end.describe_window(), log.epochs.size(), log.training_seconds, log.feature_seconds,
      log.refit ? ", then again with the validation windows"
                : fmt::format(", best epoch {}", log.best_epoch + 1),
      100 * evaluation.int8.accuracy(), 100 * evaluation.float32.accuracy(), evaluation.int8.total(),
      evaluation.split);
}

}  // namespace tinyml
