// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "tinyml/project/audio_classifier.h"

namespace tinyml::project {

/// The files of a trained project folder.
struct ProjectFiles {
  explicit ProjectFiles(std::filesystem::path project) : folder(std::move(project)) {}
  std::filesystem::path folder;
  std::filesystem::path config() const { return folder / "tinyml.toml"; }
  std::filesystem::path float_model() const { return folder / "model" / "float32.tflite"; }
  std::filesystem::path int8_model() const { return folder / "model" / "int8.tflite"; }
  std::filesystem::path training() const { return folder / "model" / "training.json"; }
  std::filesystem::path report() const { return folder / "report.html"; }
};

/// Whether tinyml.toml says `config` already, its data path resolved: its author's wording then stays.
bool describes(const ProjectFiles& files, const Config& config);

/// What training left behind, beside the nets: learning curve, times and the evaluation.
struct TrainingRecord {
  TrainingLog log;
  Evaluation evaluation;
};

std::string to_json(const TrainingRecord& record);
/// Errors: bad_file.
TrainingRecord parse_training(const std::string& json);

/// Labels and features as the metadata that travels in the .tflite file.
void put_metadata(Graph& net, const std::vector<std::string>& labels, const Config& config);
std::vector<std::string> labels_of(const Graph& net);

}  // namespace tinyml::project
