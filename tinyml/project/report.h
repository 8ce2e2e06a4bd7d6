// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/project/storage.h"

namespace tinyml::project {

/// The page report.html of a trained audio project; profiles the program on the project's board where the
/// compiler and emulator are installed and says so where they are not. `dataset` may be null: no pictures.
std::string report_html(const Config& config, const AudioModel& model, const TrainingRecord& record,
                        const data::Dataset* dataset, const FeatureExtractor& extractor);

}  // namespace tinyml::project
