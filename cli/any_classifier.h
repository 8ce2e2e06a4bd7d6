// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "tinyml/project/audio_classifier.h"
#include "tinyml/project/sensor_classifier.h"

namespace tinyml::cli {

/// Calls `use` with the classifier of a trained project folder, of whichever kind its tinyml.toml names.
template <class Use>
void with_classifier(const std::filesystem::path& folder, int threads, Use use) {
  if (project::is_sensor_task(project::task_of_project(folder / "tinyml.toml"))) {
    SensorClassifier classifier = SensorClassifier::load(folder, threads);
    use(classifier);
  } else {
    AudioClassifier classifier = AudioClassifier::load(folder, threads);
    use(classifier);
  }
}

}  // namespace tinyml::cli
