// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "tinyml/project/anomaly/anomaly_detector.h"
#include "tinyml/project/audio/audio_classifier.h"
#include "tinyml/project/images/image_classifier.h"
#include "tinyml/project/sensors/sensor_classifier.h"

namespace tinyml::cli {

/// Calls `use` with what a trained project folder holds, of whichever kind its tinyml.toml names: an
/// AudioClassifier, a SensorClassifier, an ImageClassifier or an AnomalyDetector.
template <class Use>
void with_classifier(const std::filesystem::path& folder, int threads, Use use) {
  const std::string task = project::task_of_project(folder / "tinyml.toml");
  if (task == project::name_of(project::SensorTask::anomaly_detection)) {
    AnomalyDetector detector = AnomalyDetector::load(folder, threads);
    use(detector);
  } else if (project::is_sensor_task(task)) {
    SensorClassifier classifier = SensorClassifier::load(folder, threads);
    use(classifier);
  } else if (task == project::kImageTask) {
    ImageClassifier classifier = ImageClassifier::load(folder, threads);
    use(classifier);
  } else {
    AudioClassifier classifier = AudioClassifier::load(folder, threads);
    use(classifier);
  }
}

}  // namespace tinyml::cli
