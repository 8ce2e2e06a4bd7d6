// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/images/image_classifier.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/project/images/image_classifier_state.h"
#include "tinyml/project/images/image_report.h"

namespace tinyml {

using project::ProjectFiles;

Evaluation ImageClassifier::State::evaluate_on(const data::ImageDataset& pictures) {
  for (const std::string& label : pictures.labels) {
    if (std::find(trained().labels.begin(), trained().labels.end(), label) != trained().labels.end())
      continue;
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the pictures have the labels {}, the classifier {}",
                            fmt::join(pictures.labels, ", "), fmt::join(model->labels, ", ")));
  }
  const auto [split, chosen] = evaluation_pictures(pictures);
  const auto run = [&](project::Precision precision) {
    return project::evaluate(*model, pictures, chosen, precision, pool);
  };
  return {std::string(name_of(split)), run(project::Precision::float32), run(project::Precision::int8)};
}

ImageClassifier::ImageClassifier(project::ImageConfig config, int threads) {
  project::check(config);
  state_ = std::make_unique<State>(std::move(config), threads);
}
ImageClassifier::~ImageClassifier() = default;
ImageClassifier::ImageClassifier(ImageClassifier&&) noexcept = default;

bool ImageClassifier::trained() const { return state_->model.has_value(); }
const project::ImageConfig& ImageClassifier::config() const { return state_->config; }
const std::vector<std::string>& ImageClassifier::labels() const { return state_->trained().labels; }
const project::ClassifierModel& ImageClassifier::model() const { return state_->trained(); }
void ImageClassifier::set_base(const std::filesystem::path& folder) { state_->folder = folder; }

void ImageClassifier::train(const std::filesystem::path& pictures, const ProgressHook& progress) {
  train(state_->load(pictures, progress), progress);
  state_->config.data.path = std::filesystem::absolute(pictures).lexically_normal().string();
}

data::ImageDataset ImageClassifier::dataset_of(std::vector<data::Picture> pictures) const {
  return data::make_image_dataset(std::move(pictures), project::load_options(state_->config, 0, {}));
}

void ImageClassifier::train(data::ImageDataset dataset, const ProgressHook& progress) {
  State& s = *state_;
  s.adopt(project::train_image_model(s.config, dataset, project::training_pictures(s.config, dataset),
                                     s.folder, s.pool, progress));
  s.record = {s.model->log, {}};
  s.dataset = std::move(dataset);
  s.config.data.path.clear();
  s.record.evaluation = s.evaluate_on(*s.dataset);
}

void ImageClassifier::quantize(quantize::Calibration calibration, const ProgressHook& progress) {
  State& s = *state_;
  project::ClassifierModel model = s.trained();
  s.config.quantization.calibration = calibration;
  const data::ImageDataset& pictures = s.pictures(progress);
  model.int8_net = project::quantize_image_net(
      s.config, model.float_net, pictures, project::training_pictures(s.config, pictures).fitted(), s.pool);
  model.int8_net.name = s.config.name;
  s.adopt(std::move(model));
  s.record.evaluation = s.evaluate_on(pictures);
}

Evaluation ImageClassifier::evaluate(const std::filesystem::path& pictures,
                                     const ProgressHook& progress) const {
  State& s = *state_;
  s.trained();
  if (!pictures.empty()) return s.evaluate_on(s.load(pictures, progress));
  return s.evaluate_on(s.pictures(progress));
}

Evaluation ImageClassifier::evaluate(const data::ImageDataset& dataset) const {
  return state_->evaluate_on(dataset);
}

Prediction ImageClassifier::predict(const data::Image& image) const {
  State& s = *state_;
  s.trained();
  const std::vector<int8_t> input = project::to_input(project::prepare(s.config, image));
  const std::lock_guard lock(s.predicting);
  return project::prediction_of(s.model->labels,
                                project::dequantize_scores(s.model->int8_net, s.engine->run(input)));
}

Prediction ImageClassifier::predict(const std::filesystem::path& file) const {
  return predict(data::read_image(file));
}

void ImageClassifier::save(const std::filesystem::path& folder) const {
  State& s = *state_;
  const project::ClassifierModel& model = s.trained();
  project::ImageConfig config = s.config;
  if (!config.model.backbone.empty()) {
    config.model.backbone =
        std::filesystem::absolute(s.folder / config.model.backbone).lexically_normal().string();
  }
  const ProjectFiles files(folder);
  const std::vector<size_t> shown =
      s.dataset ? State::evaluation_pictures(*s.dataset).second : std::vector<size_t>{};
  const std::string report = project::report_html(
      config, model, s.record, s.dataset ? &*s.dataset : nullptr, shown, [&] { return profile(); }, s.pool);
  project::save_project(files, model, s.record, report,
                        project::describes(files, config) ? "" : to_toml(config));
}

void ImageClassifier::check_folder(const std::filesystem::path& folder) {
  project::check_writable(ProjectFiles(folder));
}

ImageClassifier ImageClassifier::load(const std::filesystem::path& folder, int threads) {
  const ProjectFiles files(folder);
  ImageClassifier classifier(project::read_image_config(files.config()), threads);
  State& s = *classifier.state_;
  s.folder = folder;
  project::SavedProject saved = project::load_project(files, s.config.name);
  const Graph& net = saved.model.int8_net;
  if (net[net.inputs.at(0)].shape != s.config.input() ||
      elements(net[net.outputs.at(0)].shape) != static_cast<int64_t>(saved.model.labels.size())) {
    throw Error(ErrorKind::bad_file, files.int8_model().string() + " does not fit tinyml.toml: train again");
  }
  s.record = std::move(saved.record);
  s.adopt(std::move(saved.model));
  return classifier;
}

std::string ImageClassifier::summary() const {
  const State& s = *state_;
  const project::ClassifierModel& model = s.trained();
  const Evaluation& evaluation = s.record.evaluation;
  return fmt::format(
      "{}: {}\n  net       {}, {:.1f} K parameters, {:.2f} M MACs, {:.1f} KB as int8\n"
      "  picture   {} x {}, {}, {}\n  trained   {} epochs in {:.0f} s{}\n"
      "  accuracy  {:.1f} % int8, {:.1f} % float32 on {} {} pictures\n",
      s.config.name, fmt::join(model.labels, ", "), project::describe_net(s.config),
      static_cast<double>(project::parameters_of(model.float_net)) / 1000,
      static_cast<double>(ops::macs(model.float_net)) / 1e6,
      static_cast<double>(formats::write_tflite(model.int8_net).size()) / 1024, s.config.picture.width,
      s.config.picture.height, project::name_of_colour(s.config.picture.grey),
      project::name_of(s.config.picture.resize), model.log.epochs.size(), model.log.training_seconds,
      model.log.refit ? ", then again with the validation pictures"
                      : fmt::format(", epoch {} kept", model.log.best_epoch + 1),
      100 * evaluation.int8.accuracy(), 100 * evaluation.float32.accuracy(), evaluation.int8.total(),
      evaluation.split);
}

}  // namespace tinyml
