// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/audio/audio_report.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "tinyml/ops/operator.h"
#include "tinyml/report/html.h"
#include "tinyml/report/training_report.h"

namespace tinyml::project {
namespace {

std::string kilobytes(int64_t bytes) { return fmt::format("{:.1f} KB", static_cast<double>(bytes) / 1024); }

/// One clip of every label that the test split has.
std::vector<report::Spectrogram> example_spectrograms(const data::Dataset& dataset,
                                                      const FeatureExtractor& extractor) {
  std::vector<report::Spectrogram> pictures;
  for (const std::string& label : dataset.labels) {
    for (const data::Recording& recording : dataset.recordings) {
      if (recording.label != label || recording.split == data::Split::train) continue;
      pictures.push_back(
          {label, extractor.shape()[1], extractor.shape()[2], extractor.extract_clip(recording.samples)});
      break;
    }
  }
  return pictures;
}

}  // namespace

report::BoardCost board_cost(const std::string& board, const std::function<Profile()>& profile) {
  report::BoardCost cost;
  cost.board = board;
  try {
    const Profile p = profile();
    cost.source = p.source;
    cost.figures = {{"Net", fmt::format("{:.1f} ms, {:.3f} mJ", p.net.latency_ms, p.net.energy_mj)},
                    {"RAM", kilobytes(p.ram_bytes)},
                    {"Flash", kilobytes(p.flash_bytes)},
                    {"Stack", kilobytes(p.stack_bytes)},
                    {"Instructions", report::grouped(p.net.instructions)},
                    {"Modelled cycles", report::grouped(p.net.cycles)}};
    if (p.features) {
      cost.figures.insert(cost.figures.begin() + 1,
                          {"Features of one stride", fmt::format("{:.2f} ms", p.features->latency_ms)});
    }
    for (const LayerProfile& layer : p.layers) {
      cost.layers.push_back(
          {layer.name, layer.op, layer.macs, layer.instructions, layer.cycles, layer.flash_bytes});
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    cost.source = error.what();
  }
  return cost;
}

std::string report_html(const Deployable& model, const TrainingRecord& record, ReportFacts facts,
                        std::vector<report::Spectrogram> spectrograms,
                        std::vector<report::SignalPicture> signals) {
  report::TrainingReport page;
  page.title = model.name;
  page.facts = std::move(facts);
  page.facts.emplace_back("Training", fmt::format("{} epochs in {:.0f} s", record.log.epochs.size(),
                                                  record.log.training_seconds));
  page.epochs = record.log.epochs;
  page.best_epoch = record.log.best_epoch;
  page.refit = record.log.refit;
  page.split = record.evaluation.split;
  page.float32 = record.evaluation.float32;
  page.int8 = record.evaluation.int8;
  page.spectrograms = std::move(spectrograms);
  page.signals = std::move(signals);
  page.cost = board_cost(model.board, [&] { return profile(model, {}, Mode::balanced); });
  return report::to_html(page);
}

std::string report_html(const AudioConfig& config, const Deployable& model, const TrainingRecord& record,
                        const data::Dataset* dataset, const FeatureExtractor& extractor) {
  ReportFacts facts{{"Task", std::string(name_of(config.data.task))},
                    {"Labels", fmt::format("{}", fmt::join(model.labels, ", "))},
                    {"Data", config.data.path.empty() ? "clips in memory" : config.data.path},
                    {"Net", fmt::format("{}, {:.2f} M MACs", config.model.architecture,
                                        static_cast<double>(ops::macs(model.int8_net)) / 1e6)}};
  return report_html(model, record, std::move(facts),
                     dataset ? example_spectrograms(*dataset, extractor) : std::vector<report::Spectrogram>{},
                     {});
}

}  // namespace tinyml::project
