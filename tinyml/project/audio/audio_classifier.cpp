// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tinyml/data/audio.h"
#include "tinyml/data/split.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/project/audio/audio_classifier_state.h"
#include "tinyml/project/audio/audio_report.h"

namespace tinyml {

using project::ProjectFiles;

Evaluation AudioClassifier::State::evaluate_on(const data::Dataset& clips) {
  if (clips.labels != trained().labels) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the clips have the labels {}, the classifier {}", fmt::join(clips.labels, ", "),
                            fmt::join(model->labels, ", ")));
  }
  const auto [split, picked] = evaluation_clips(clips);
  const auto run = [&](project::Precision precision) {
    return project::evaluate(*model, config, clips, picked, precision, pool);
  };
  return {std::string(name_of(split)), run(project::Precision::float32), run(project::Precision::int8)};
}

AudioClassifier::AudioClassifier(project::AudioConfig config, int threads) {
  project::check(config);
  state_ = std::make_unique<State>(std::move(config), threads);
}
AudioClassifier::~AudioClassifier() = default;
AudioClassifier::AudioClassifier(AudioClassifier&&) noexcept = default;

bool AudioClassifier::trained() const { return state_->model.has_value(); }
const project::AudioConfig& AudioClassifier::config() const { return state_->config; }
const std::vector<std::string>& AudioClassifier::labels() const { return state_->trained().labels; }
const project::AudioModel& AudioClassifier::model() const { return state_->trained(); }

void AudioClassifier::train(const std::filesystem::path& audio, const ProgressHook& progress) {
  train(data::load_dataset(audio, state_->load_options(progress)), progress);
  state_->config.data.path = std::filesystem::absolute(audio).lexically_normal().string();
}

data::Dataset AudioClassifier::dataset_of(std::vector<data::Recording> clips) const {
  return data::make_dataset(std::move(clips), state_->load_options({}));
}

void AudioClassifier::train(data::Dataset dataset, const ProgressHook& progress) {
  State& s = *state_;
  const project::TrainingClips clips = project::training_clips(s.config, dataset);
  if (clips.training.empty()) throw Error(ErrorKind::invalid_argument, "there is no clip to train on");
  s.adopt(project::train_audio_model(s.config, dataset, clips, s.pool, progress));
  s.record = {s.model->log, {}};
  s.dataset = std::move(dataset);
  s.config.data.path.clear();
  s.record.evaluation = s.evaluate_on(*s.dataset);
}

void AudioClassifier::quantize(quantize::Calibration calibration, const ProgressHook& progress) {
  State& s = *state_;
  s.trained();
  s.config.quantization.calibration = calibration;
  const data::Dataset& clips = s.clips(progress);
  project::AudioModel model = *s.model;
  const project::FeatureBank bank(s.extractor, clips, project::training_clips(s.config, clips).fitted(), 0, 0,
                                  s.pool, {});
  model.int8_net = project::quantize_net(model.float_net, bank, bank.size(), calibration, s.pool);
  s.adopt(std::move(model));
  s.record.evaluation = s.evaluate_on(clips);
}

Evaluation AudioClassifier::evaluate(const std::filesystem::path& audio, const ProgressHook& progress) const {
  State& s = *state_;
  s.trained();
  if (!audio.empty()) return s.evaluate_on(data::load_dataset(audio, s.load_options(progress)));
  return s.evaluate_on(s.clips(progress));
}

Evaluation AudioClassifier::evaluate(const data::Dataset& dataset) const {
  return state_->evaluate_on(dataset);
}

namespace {

std::vector<int8_t> extract(const project::FeatureExtractor& extractor, std::span<const int16_t> samples,
                            int32_t sample_rate_hz, int32_t net_rate_hz) {
  if (samples.empty()) throw Error(ErrorKind::invalid_argument, "no samples were given");
  if (sample_rate_hz == net_rate_hz) return extractor.extract_clip(samples);
  return extractor.extract_clip(data::resample(samples, sample_rate_hz, net_rate_hz));
}

}  // namespace

Prediction AudioClassifier::predict(std::span<const int16_t> samples, int32_t sample_rate_hz) const {
  State& s = *state_;
  s.trained();
  const std::vector<int8_t> features =
      extract(s.extractor, samples, sample_rate_hz, s.config.data.sample_rate_hz);
  const std::lock_guard lock(s.predicting);
  return project::prediction_of(s.model->labels,
                                project::dequantize_scores(s.model->int8_net, s.engine->run(features)));
}

std::vector<float> AudioClassifier::features(std::span<const int16_t> samples, int32_t sample_rate_hz) const {
  const State& s = *state_;
  const std::vector<int8_t> features =
      extract(s.extractor, samples, sample_rate_hz, s.config.data.sample_rate_hz);
  std::vector<float> values(features.size());
  project::to_float(features, values);
  return values;
}

void AudioClassifier::save(const std::filesystem::path& folder) const {
  const State& s = *state_;
  const project::AudioModel& model = s.trained();
  const ProjectFiles files(folder);
  project::save_project(files, model, s.record,
                        project::report_html(s.config, s.deployable(), s.record,
                                             s.dataset ? &*s.dataset : nullptr, s.extractor),
                        project::describes(files, s.config) ? "" : to_toml(s.config));
}

void AudioClassifier::check_folder(const std::filesystem::path& folder) {
  project::check_writable(ProjectFiles(folder));
}

AudioClassifier AudioClassifier::load(const std::filesystem::path& folder, int threads) {
  const ProjectFiles files(folder);
  AudioClassifier classifier(project::read_config(files.config()), threads);
  State& s = *classifier.state_;
  s.folder = folder;
  project::SavedProject saved = project::load_project(files, s.config.name);
  const Graph& net = saved.model.int8_net;
  if (net[net.inputs.at(0)].shape != s.extractor.shape() ||
      elements(net[net.outputs.at(0)].shape) != static_cast<int64_t>(saved.model.labels.size())) {
    throw Error(ErrorKind::bad_file, files.int8_model().string() + " does not fit tinyml.toml: train again");
  }
  s.record = std::move(saved.record);
  s.adopt(std::move(saved.model));
  return classifier;
}

std::string AudioClassifier::summary() const {
  const State& s = *state_;
  const project::AudioModel& model = s.trained();
  int64_t parameters = 0;
  for (const Tensor& tensor : model.float_net.tensors) {
    if (tensor.is_constant() && tensor.name != "sum_of_classes") parameters += elements(tensor.shape);
  }
  const Evaluation& evaluation = s.record.evaluation;
  return fmt::format(
      "{}: {} of {}\n  net       {}, {:.1f} K parameters, {:.2f} M MACs, {:.1f} KB as int8\n"
      "  features  {} of {} at {} Hz\n  trained   {} epochs in {:.0f} s (features {:.0f} s){}\n"
      "  accuracy  {:.1f} % int8, {:.1f} % float32 on {} {} clips\n",
      s.config.name, project::name_of(s.config.data.task), fmt::join(model.labels, ", "),
      s.config.model.architecture, static_cast<double>(parameters) / 1000,
      static_cast<double>(ops::macs(model.float_net)) / 1e6,
      static_cast<double>(formats::write_tflite(model.int8_net).size()) / 1024,
      name_of(project::feature_operator(s.config)), to_string(s.extractor.shape()),
      s.config.data.sample_rate_hz, model.log.epochs.size(), model.log.training_seconds,
      model.log.feature_seconds,
      model.log.refit ? ", then again with the validation clips"
                      : fmt::format(", best epoch {}", model.log.best_epoch + 1),
      100 * evaluation.int8.accuracy(), 100 * evaluation.float32.accuracy(), evaluation.int8.total(),
      evaluation.split);
}

}  // namespace tinyml
