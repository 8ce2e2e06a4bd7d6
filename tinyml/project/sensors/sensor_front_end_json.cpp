// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tinyml/base/error.h"
#include "tinyml/ops/operator.h"
#include "tinyml/project/sensors/sensor_features.h"

namespace tinyml::project {
namespace {

nlohmann::json attributes_of(const Raw&) { return {{"kind", "raw"}}; }
nlohmann::json attributes_of(const FlattenStatistics& op) {
  return {{"kind", "flatten"},
          {"average", op.average},
          {"minimum", op.minimum},
          {"maximum", op.maximum},
          {"root_mean_square", op.root_mean_square},
          {"standard_deviation", op.standard_deviation},
          {"skewness", op.skewness},
          {"kurtosis", op.kurtosis}};
}
nlohmann::json attributes_of(const Spectral& op) {
  return {{"kind", "spectral"}, {"filter", name_of(op.filter)}, {"cutoff_hz", op.cutoff_hz},
          {"order", op.order},  {"fft_size", op.fft_size},      {"overlap", op.overlap},
          {"log", op.log}};
}
nlohmann::json attributes_of(const Wavelet& op) {
  return {{"kind", "wavelet"}, {"family", op.family}, {"levels", op.levels}};
}

template <class Op>
nlohmann::json json_of(const Op& op) {
  nlohmann::json json = attributes_of(op);
  json["channels"] = op.frame.channels;
  json["frame_samples"] = op.frame.samples;
  json["hop_samples"] = op.frame.hop;
  json["rate_hz"] = op.frame.rate_hz;
  json["unit"] = op.frame.unit;
  json["offset"] = op.offset;
  json["scale"] = op.scale;
  return json;
}

Operator operator_of(const nlohmann::json& json) {
  const std::string kind = json.at("kind");
  Operator made;
  if (kind == "raw") {
    made = Raw{};
  } else if (kind == "flatten") {
    FlattenStatistics op;
    op.average = json.at("average");
    op.minimum = json.at("minimum");
    op.maximum = json.at("maximum");
    op.root_mean_square = json.at("root_mean_square");
    op.standard_deviation = json.at("standard_deviation");
    op.skewness = json.at("skewness");
    op.kurtosis = json.at("kurtosis");
    made = op;
  } else if (kind == "spectral") {
    Spectral op;
    op.filter = parse_filter(json.at("filter").get<std::string>());
    op.cutoff_hz = json.at("cutoff_hz");
    op.order = json.at("order");
    op.fft_size = json.at("fft_size");
    op.overlap = json.at("overlap");
    op.log = json.at("log");
    made = op;
  } else if (kind == "wavelet") {
    Wavelet op;
    op.family = json.at("family");
    op.levels = json.at("levels");
    made = op;
  } else {
    throw Error(ErrorKind::bad_file, "the model's front end is unknown: " + kind.substr(0, 40));
  }
  std::visit(
      [&](auto& op) {
        if constexpr (requires { op.frame.unit; }) {
          op.frame.channels = json.at("channels");
          op.frame.samples = json.at("frame_samples");
          op.frame.hop = json.at("hop_samples");
          op.frame.rate_hz = json.at("rate_hz");
          op.frame.unit = json.at("unit").get<std::vector<float>>();
          op.offset = json.at("offset").get<std::vector<float>>();
          op.scale = json.at("scale").get<std::vector<float>>();
        }
      },
      made);
  return made;
}

}  // namespace

std::string to_json(const SensorFrontEnd& front_end) {
  nlohmann::json json = std::visit(
      [](const auto& op) -> nlohmann::json {
        if constexpr (requires { op.frame.unit; }) return json_of(op);
        TINYML_CHECK(!"a sensors' front end");
        return {};
      },
      front_end.op);
  json["window_samples"] = front_end.window_samples;
  json["has_clock"] = front_end.has_clock;
  json["sensors"] = nlohmann::json::array();
  for (const Sensor& sensor : front_end.sensors) {
    json["sensors"].push_back({{"name", sensor.name},
                               {"channels", sensor.channels},
                               {"rate_hz", sensor.rate_hz},
                               {"unit", sensor.unit},
                               {"range", sensor.range}});
  }
  return json.dump();
}

SensorFrontEnd parse_front_end(const std::string& text) {
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    SensorFrontEnd front_end;
    front_end.op = operator_of(json);
    front_end.window_samples = json.at("window_samples");
    front_end.has_clock = json.value("has_clock", true);
    if (front_end.window_samples < 1 || front_end.window_samples > 65536 || front_end.channels() < 1 ||
        front_end.channels() > static_cast<int32_t>(data::kMostChannels) ||
        front_end.frame().unit.size() != static_cast<size_t>(front_end.channels())) {
      throw Error(ErrorKind::bad_file, "the model's front end has no window that fits its channels");
    }
    for (const nlohmann::json& sensor : json.at("sensors")) {
      front_end.sensors.push_back({sensor.at("name"), sensor.at("channels"), sensor.at("rate_hz"),
                                   sensor.at("unit"), sensor.at("range")});
    }
    return front_end;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::bad_file, std::string("the model's front end cannot be read: ") + error.what());
  }
}

}  // namespace tinyml::project
