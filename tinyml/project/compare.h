// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tinyml/base/progress.h"
#include "tinyml/base/thread_pool.h"
#include "tinyml/project/features.h"
#include "tinyml/project/profile.h"

namespace tinyml::project {

/// How many clips an engine answers with the bytes that the host's int8 engine gives.
struct Agreement {
  std::string engine;  // "generated C++ on emulated cortex_m4"
  int64_t equal = 0, clips = 0;
};

/// Runs windows of int16 samples, from raw samples to scores, through the generated program on each core:
/// emulated, or for Core::host compiled by this machine's own compiler. `extractor` is `front_end` on the
/// host.
/// Errors: not_found, naming the compiler or emulator that is missing.
std::vector<Agreement> compare_engines(const Graph& net, const Operator& front_end,
                                       const FeatureExtractor& extractor,
                                       const std::vector<std::vector<int16_t>>& windows,
                                       const std::vector<Core>& cores, ThreadPool& pool,
                                       const ProgressHook& progress);

}  // namespace tinyml::project
