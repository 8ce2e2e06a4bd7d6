// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "tinyml/graph/operators.h"

namespace tinyml::ops {

/// How a front end cuts its int16 values, channels interleaved, into frames.
struct FrontEndFrame {
  double rate_hz = 0;  // of each channel
  int32_t channels = 1;
  int32_t frame_values = 0, hop_values = 0;  // of all channels
};

/// Nothing for an operator that is no front end.
std::optional<FrontEndFrame> frame_of(const Operator& op);

}  // namespace tinyml::ops
