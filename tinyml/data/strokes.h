// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "tinyml/data/sensor_clock.h"

namespace tinyml::data {

/// Whether a JSON text is a collection of strokes rather than one recording.
bool is_strokes_json(std::string_view text);

/// Strokes in the air as the magic wand's recorder saves them,
/// {"strokes": [{"index": 0, "strokePoints": [{"x": 0.1, "y": 0.2}, ...], "label": "3"}, ...]}:
/// a recording with the channels x and y for each, group name#index, at `rate_hz` (0: unknown).
/// Errors: bad_file with `name` and the stroke.
std::vector<TimedRecording> parse_strokes_json(std::string_view text, std::string_view name,
                                               double rate_hz = 0);

}  // namespace tinyml::data
