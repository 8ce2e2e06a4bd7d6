// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tinyml/project/images/image_model.h"
#include "tinyml/project/storage.h"

namespace tinyml::project {

/// The architecture with its width, or the backbone's file name.
std::string describe_net(const ImageConfig& config);
/// The constants of a float net.
int64_t parameters_of(const Graph& float_net);

/// The page report.html: learning curves, results, cost on the board, and those of the pictures `shown` that
/// the int8 net answers wrongly. `dataset` may be null: no pictures.
std::string report_html(const ImageConfig& config, const ClassifierModel& model, const TrainingRecord& record,
                        const data::ImageDataset* dataset, const std::vector<size_t>& shown,
                        const std::function<Profile()>& profile, ThreadPool& pool);

}  // namespace tinyml::project
