// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tinyml/data/dataset.h"
#include "tinyml/project/deployable.h"
#include "tinyml/project/features.h"
#include "tinyml/project/profile.h"
#include "tinyml/project/storage.h"
#include "tinyml/report/training_report.h"

namespace tinyml::project {

using ReportFacts = std::vector<std::pair<std::string, std::string>>;

/// What `profile` measures, or why it cannot: where the compiler or the emulator is not installed.
report::BoardCost board_cost(const std::string& board, const std::function<Profile()>& profile);

/// The page report.html: `facts` and pictures, learning curves, results, cost on the board.
std::string report_html(const Deployable& model, const TrainingRecord& record, ReportFacts facts,
                        std::vector<report::Spectrogram> spectrograms,
                        std::vector<report::SignalPicture> signals);

/// Of an audio project. `dataset` may be null: no pictures.
std::string report_html(const AudioConfig& config, const Deployable& model, const TrainingRecord& record,
                        const data::Dataset* dataset, const FeatureExtractor& extractor);

}  // namespace tinyml::project
