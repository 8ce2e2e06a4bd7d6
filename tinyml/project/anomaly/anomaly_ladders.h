// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tinyml/train/anomaly.h"

namespace tinyml::project {

/// What is tried where a net of these options is too large, for people: "kmeans of 12 cluster(s)".
std::string describe(const train::AnomalyOptions& options);

/// Options from large to small.
using Ladder = std::vector<train::AnomalyOptions>;

/// Ladders of the same method that begin at `from` or below; the first group that has something that fits
/// counts before the next.
std::vector<std::vector<Ladder>> ladders(const train::AnomalyOptions& from);

}  // namespace tinyml::project
