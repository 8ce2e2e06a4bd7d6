// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tinyml/project/audio/audio_config.h"
#include "tinyml/project/classifier_net.h"
#include "tinyml/project/images/image_config.h"
#include "tinyml/project/sensors/sensor_config.h"

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
bool describes(const ProjectFiles& files, const AudioConfig& config);
bool describes(const ProjectFiles& files, const SensorConfig& config);
bool describes(const ProjectFiles& files, const ImageConfig& config);

/// What training left behind, beside the nets: learning curve, times and the evaluation.
struct TrainingRecord {
  TrainingLog log;
  Evaluation evaluation;
};

std::string to_json(const TrainingRecord& record);
/// Errors: bad_file.
TrainingRecord parse_training(const std::string& json);

/// Whether save_project could write, found before the work; leaves everything as it was. Errors: io.
void check_writable(const ProjectFiles& files);

/// Writes the nets, training.json and report.html, and tinyml.toml where `toml` is not empty, all or none.
void save_project(const ProjectFiles& files, const ClassifierModel& model, const TrainingRecord& record,
                  const std::string& report, const std::string& toml);

/// A saved project's nets, called `name`, with their labels and training log. Errors: not_found for a project
/// that is not trained, bad_file.
struct SavedProject {
  ClassifierModel model;
  TrainingRecord record;
};
SavedProject load_project(const ProjectFiles& files, const std::string& name);

/// Labels and features as the metadata that travels in the .tflite file.
void put_metadata(Graph& net, const std::vector<std::string>& labels, const AudioConfig& config);
void put_labels(Graph& net, const std::vector<std::string>& labels);
std::vector<std::string> labels_of(const Graph& net);

}  // namespace tinyml::project
