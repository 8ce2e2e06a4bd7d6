// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tinyml/project/classifier_net.h"

namespace tinyml::cli {

nlohmann::json to_json(const Evaluation& evaluation);
/// Accuracy of both engines and a row a class.
std::string to_text(const Evaluation& evaluation);

}  // namespace tinyml::cli
