// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/keras/layer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tinyml/formats/text.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::keras {
namespace {

using tflite::refuse;
using tflite::reject;

int32_t checked(const Json& json, const char* key, int32_t low, int32_t high) {
  if (!json.is_number_integer()) reject(fmt::format("{} is no whole number", key));
  if (json < low || json > high) {
    reject(fmt::format("{} of {}, not {} to {}", key, json.dump().substr(0, 20), low, high));
  }
  return json.get<int32_t>();
}

/// "conv/kernel:0" -> "conv", "kernel"
std::vector<std::string_view> components(std::string_view path) {
  if (const size_t colon = path.rfind(':'); colon != std::string_view::npos) path = path.substr(0, colon);
  std::vector<std::string_view> parts;
  while (true) {
    const size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

bool holds(const std::vector<std::string_view>& parts, std::string_view part) {
  return std::find(parts.begin(), parts.end(), part) != parts.end();
}

/// The names of a group's datasets, which a long list has in several attributes.
std::vector<std::string> weight_names(const Unpacked& file, const std::string& group) {
  const auto found = file.texts.find(group + "@weight_names");
  if (found != file.texts.end()) return found->second;
  std::vector<std::string> names;
  for (int part = 0;; ++part) {
    const auto next = file.texts.find(fmt::format("{}@weight_names{}", group, part));
    if (next == file.texts.end()) return names;
    names.insert(names.end(), next->second.begin(), next->second.end());
  }
}

}  // namespace

const Value& Layer::input() const {
  if (inputs.size() != 1) refuse(fmt::format("{} inputs where one is taken", inputs.size()));
  return inputs[0];
}

Layer Layer::wrapped(const Json& source, const Value& value) const {
  const Json& config = source.contains("config") ? source["config"] : source;
  if (!config.is_object()) reject("the config of a layer inside of it is no object");
  const std::string inner = source["class_name"].get<std::string>();
  return {import, inner, config, place_, name_, {value}};
}

const Json& Layer::at(const char* key) const {
  static const Json null;
  const auto found = config_.find(key);
  return found == config_.end() ? null : *found;
}

int32_t Layer::integer(const char* key, int32_t low, int32_t high) const {
  return checked(at(key), key, low, high);
}

double Layer::number(const char* key, double otherwise) const {
  const Json& json = at(key);
  if (json.is_null()) return otherwise;
  if (!json.is_number() || !(std::abs(json.get<double>()) < 1e30)) reject(fmt::format("a wrong {}", key));
  return json.get<double>();
}

bool Layer::flag(const char* key, bool otherwise) const {
  const Json& json = at(key);
  if (json.is_null()) return otherwise;
  if (!json.is_boolean()) reject(fmt::format("{} is neither true nor false", key));
  return json.get<bool>();
}

std::string Layer::text(const char* key, const std::string& otherwise) const {
  const Json& json = at(key);
  if (json.is_null()) return otherwise;
  if (!json.is_string()) reject(fmt::format("{} is no text", key));
  return clean(json.get_ref<const std::string&>().substr(0, 64));
}

std::vector<int32_t> Layer::integers(const char* key, size_t count, int32_t low, int32_t high) const {
  const Json& json = at(key);
  std::vector<int32_t> all;
  if (!json.is_array()) {
    all.assign(count, checked(json, key, low, high));
    return all;
  }
  for (const Json& one : json) all.push_back(checked(one, key, low, high));
  if (all.size() != count) reject(fmt::format("{} has {} numbers, not {}", key, all.size(), count));
  return all;
}

std::vector<double> Layer::numbers(const char* key) const {
  constexpr size_t kMost = 1 << 20;
  std::vector<double> all;
  const auto take = [&](const auto& self, const Json& json, int depth) -> void {
    if (json.is_array() && depth < 8) {
      for (const Json& one : json) self(self, one, depth + 1);
    } else if (json.is_number() && all.size() < kMost) {
      all.push_back(json.get<double>());
    } else {
      reject(fmt::format("a wrong {}", key));
    }
  };
  take(take, at(key), 0);
  return all;
}

const Dataset* Layer::find(const std::string& part, int index,
                           std::initializer_list<std::string_view> names) const {
  const Unpacked& file = import.file();
  if (!file.texts.contains("@model_config")) {
    const std::string path = place_.checkpoint + (part.empty() ? "" : "/" + part);
    auto found = file.data.find(fmt::format("{}/vars/{}", path, index));
    return found == file.data.end() ? nullptr : &found->second;
  }
  const std::string group = "model_weights/" + place_.names.front();
  const std::string_view direction = part.starts_with("forward")    ? "forward"
                                     : part.starts_with("backward") ? "backward"
                                                                    : "";
  const std::vector<std::string>& path = place_.names;
  const Dataset* found = nullptr;
  std::ptrdiff_t most = -1;
  bool twice = false;
  for (const std::string& name : weight_names(file, group)) {
    const std::vector<std::string_view> parts = components(name);
    const bool of_part =
        direction.empty() ||
        std::any_of(parts.begin(), parts.end(), [&](std::string_view p) { return p.starts_with(direction); });
    const bool of_layer = path.size() == 1 || holds(parts, path.back());
    if (!of_layer || !of_part || std::find(names.begin(), names.end(), parts.back()) == names.end()) continue;
    const auto data = file.data.find(group + "/" + name);
    if (data == file.data.end()) continue;
    // Some of the models around a layer are named, or none.
    const auto named =
        std::count_if(path.begin(), path.end(), [&](const auto& one) { return holds(parts, one); });
    twice = named == most || (twice && named < most);
    if (named < most) continue;
    most = named;
    found = &data->second;
  }
  if (twice) refuse(fmt::format("two weights {} for it; save the model as .keras", *names.begin()));
  return found;
}

const Dataset& Layer::float_weight(const std::string& part, int index,
                                   std::initializer_list<std::string_view> names) const {
  const Dataset* found = find(part, index, names);
  if (!found) reject(fmt::format("its weight {} is missing", *names.begin()));
  if (!found->is_float) refuse(fmt::format("its weight {} is of no float type", *names.begin()));
  return *found;
}

std::vector<float> Layer::weight(const std::string& part, int index,
                                 std::initializer_list<std::string_view> names, const Shape& shape) const {
  const Dataset& found = float_weight(part, index, names);
  if (found.shape != shape) {
    reject(
        fmt::format("its weight {} is {}, not {}", *names.begin(), to_string(found.shape), to_string(shape)));
  }
  return found.values();
}

std::vector<float> Layer::weight_of_size(const std::string& part, int index,
                                         std::initializer_list<std::string_view> names, int64_t count) const {
  const Dataset& found = float_weight(part, index, names);
  if (elements(found.shape) != count) {
    reject(fmt::format("its weight {} is {}, not of {} elements", *names.begin(), to_string(found.shape),
                       count));
  }
  return found.values();
}

std::string Layer::place_key() const {
  std::string key;
  for (const std::string& name : place_.names) key += (key.empty() ? "" : "/") + name;
  return key;
}

void check_data_format(const Layer& layer) {
  if (layer.text("data_format", "channels_last") != "channels_last") {
    refuse("channels_first; make the model with channels_last");
  }
}

int32_t checked_axis(int64_t axis, size_t rank) {
  const auto count = static_cast<int64_t>(rank);
  if (axis < -count || axis >= count) reject(fmt::format("the axis {} of {} dimensions", axis, rank));
  return static_cast<int32_t>(axis < 0 ? axis + count : axis);
}

}  // namespace tinyml::formats::keras
