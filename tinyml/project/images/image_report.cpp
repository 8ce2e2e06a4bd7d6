// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/images/image_report.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tinyml/ops/operator.h"
#include "tinyml/project/audio/audio_report.h"
#include "tinyml/report/training_report.h"

namespace tinyml::project {
namespace {

constexpr size_t kMostMistakes = 24;

std::vector<report::Mistake> mistakes_of(const ClassifierModel& model, const data::ImageDataset& dataset,
                                         const std::vector<size_t>& shown, ThreadPool& pool) {
  std::vector<std::vector<float>> scores;
  evaluate(model, dataset, shown, Precision::int8, pool, &scores);
  std::vector<std::pair<double, size_t>> wrong;  // by score, which of `shown`
  for (size_t i = 0; i < shown.size(); ++i) {
    const Prediction answer = prediction_of(model.labels, scores[i]);
    if (answer.label != dataset.pictures[shown[i]].label) wrong.emplace_back(answer.score, i);
  }
  std::stable_sort(wrong.begin(), wrong.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<report::Mistake> mistakes;
  for (const auto& [score, i] : wrong) {
    if (mistakes.size() == kMostMistakes) break;
    const data::Picture& picture = dataset.pictures[shown[i]];
    mistakes.push_back({fmt::format("{} answered as {}, {:.0f} %", picture.label,
                                    prediction_of(model.labels, scores[i]).label, 100 * score),
                        data::encode_png(picture.image)});
  }
  return mistakes;
}

}  // namespace

std::string describe_net(const ImageConfig& config) {
  if (!config.model.backbone.empty()) {
    return "fine-tuned " + std::filesystem::path(config.model.backbone).filename().string();
  }
  return config.model.width == 1 ? config.model.architecture
                                 : fmt::format("{} x {}", config.model.architecture, config.model.width);
}

int64_t parameters_of(const Graph& float_net) {
  int64_t parameters = 0;
  for (const Tensor& tensor : float_net.tensors) {
    if (tensor.is_constant()) parameters += elements(tensor.shape);
  }
  return parameters;
}

std::string report_html(const ImageConfig& config, const ClassifierModel& model, const TrainingRecord& record,
                        const data::ImageDataset* dataset, const std::vector<size_t>& shown,
                        const std::function<Profile()>& profile, ThreadPool& pool) {
  report::TrainingReport page;
  page.title = config.name;
  page.facts = {{"Task", std::string(kImageTask)},
                {"Labels", fmt::format("{}", fmt::join(model.labels, ", "))},
                {"Picture", fmt::format("{} x {}, {}, {}", config.picture.width, config.picture.height,
                                        name_of_colour(config.picture.grey), name_of(config.picture.resize))},
                {"Data", config.data.path.empty() ? "pictures in memory" : config.data.path},
                {"Net", fmt::format("{}, {:.1f} K parameters, {:.2f} M MACs", describe_net(config),
                                    static_cast<double>(parameters_of(model.float_net)) / 1000,
                                    static_cast<double>(ops::macs(model.int8_net)) / 1e6)},
                {"Training", fmt::format("{} epochs in {:.0f} s", record.log.epochs.size(),
                                         record.log.training_seconds)}};
  page.epochs = record.log.epochs;
  page.best_epoch = record.log.best_epoch;
  page.refit = record.log.refit;
  page.split = record.evaluation.split;
  page.float32 = record.evaluation.float32;
  page.int8 = record.evaluation.int8;
  if (dataset) page.mistakes = mistakes_of(model, *dataset, shown, pool);
  page.cost = board_cost(config.target.board, profile);
  return report::to_html(page);
}

}  // namespace tinyml::project
