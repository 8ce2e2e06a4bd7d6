// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tinyml/data/dataset.h"
#include "tinyml/project/deployable.h"
#include "tinyml/project/features.h"
#include "tinyml/project/storage.h"
#include "tinyml/report/training_report.h"

namespace tinyml::project {

using ReportFacts = std::vector<std::pair<std::string, std::string>>;

/// The page report.html: `facts` and pictures, learning curves, results; profiles the program on the
/// project's board where the compiler and emulator are installed and says so where they are not.
std::string report_html(const Deployable& model, const TrainingRecord& record, ReportFacts facts,
                        std::vector<report::Spectrogram> pictures);

/// Of an audio project. `dataset` may be null: no pictures.
std::string report_html(const Config& config, const Deployable& model, const TrainingRecord& record,
                        const data::Dataset* dataset, const FeatureExtractor& extractor);

}  // namespace tinyml::project
