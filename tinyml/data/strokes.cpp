// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/strokes.h"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tinyml/base/error.h"
#include "tinyml/data/labels_csv.h"

namespace tinyml::data {
namespace {

using nlohmann::json;

constexpr size_t kLargest = size_t{1} << 24;

[[noreturn]] void bad(std::string_view name, const std::string& what) {
  throw Error(ErrorKind::bad_file, fmt::format("{}: {}", name, what));
}

float coordinate(const json& point, const char* axis, std::string_view name, size_t stroke, size_t index) {
  const auto found = point.is_object() ? point.find(axis) : point.end();
  const float value = found != point.end() && found->is_number() ? found->get<float>() : NAN;
  if (!std::isfinite(value)) {
    bad(name, fmt::format("stroke {}, point {}: \"{}\" is not a finite number", stroke, index, axis));
  }
  return value;
}

}  // namespace

bool is_strokes_json(std::string_view text) {
  return text.substr(0, 4096).find("\"strokes\"") != std::string_view::npos;
}

std::vector<TimedRecording> parse_strokes_json(std::string_view text, std::string_view name, double rate_hz) {
  if (text.size() > kLargest) bad(name, fmt::format("more than {} MB of strokes", kLargest >> 20));
  const json document = json::parse(text.begin(), text.end(), nullptr, false);
  if (document.is_discarded()) bad(name, "not a JSON document; it may have been cut off");
  if (!document.is_object() || !document.contains("strokes") || !document["strokes"].is_array()) {
    bad(name, "no list \"strokes\"");
  }
  std::vector<TimedRecording> recordings;
  for (const json& stroke : document["strokes"]) {
    const size_t number = recordings.size();
    const auto part = [&](const char* key) {
      return stroke.is_object() && stroke.contains(key) ? stroke[key] : json();
    };
    const json points = part("strokePoints");
    const json label = part("label");
    if (!points.is_array() || points.empty()) bad(name, fmt::format("stroke {} has no strokePoints", number));
    SensorRecording recording;
    recording.path = name;
    if (label.is_string()) recording.label = label.get<std::string>();
    if (!is_plain_text(recording.label)) {
      bad(name, fmt::format("stroke {}: the label is not UTF-8 or holds control characters", number));
    }
    recording.group = fmt::format("{}#{}", name.substr(name.find_last_of('/') + 1), number);
    recording.channels = {{"x", ""}, {"y", ""}};
    recording.rate_hz = rate_hz;
    for (const json& point : points) {
      const size_t index = recording.values.size() / 2;
      recording.values.push_back(coordinate(point, "x", name, number, index));
      recording.values.push_back(coordinate(point, "y", name, number, index));
    }
    recordings.push_back({std::move(recording), {}});
  }
  if (recordings.empty()) bad(name, "no strokes");
  return recordings;
}

}  // namespace tinyml::data
