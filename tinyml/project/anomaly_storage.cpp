// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tinyml/formats/tflite.h"
#include "tinyml/project/anomaly_detector_state.h"
#include "tinyml/project/storage.h"

namespace tinyml {
namespace {

using nlohmann::json;

json to_json(const AnomalyConfig& c) {
  json sensors = json::array();
  for (const Sensor& s : c.sensors) {
    sensors.push_back({{"name", s.name},
                       {"channels", s.channels},
                       {"rate_hz", s.rate_hz},
                       {"unit", s.unit},
                       {"range", s.range}});
  }
  return {{"name", c.name},
          {"sensors", sensors},
          {"context", c.context},
          {"window_size", c.window_size},
          {"hop", c.hop},
          {"training_stride", c.training_stride},
          {"rate_hz", c.rate_hz},
          {"threshold", c.threshold},
          {"smoothing", c.smoothing},
          {"held_out", c.held_out},
          {"method", c.method},
          {"fft_size", c.fft_size},
          {"clusters", c.clusters},
          {"shrinkage", c.shrinkage},
          {"width", c.net.width},
          {"depth", c.net.depth},
          {"bottleneck", c.net.bottleneck},
          {"epochs", c.epochs},
          {"seed", c.seed},
          {"board", c.board}};
}

AnomalyConfig config_of(const json& j) {
  AnomalyConfig c;
  c.name = j.at("name");
  for (const json& s : j.at("sensors")) {
    c.sensors.push_back({s.at("name"), s.at("channels"), s.at("rate_hz"), s.at("unit"), s.at("range")});
  }
  c.context = j.at("context").get<std::vector<std::string>>();
  c.window_size = j.at("window_size");
  c.hop = j.at("hop");
  c.training_stride = j.at("training_stride");
  c.rate_hz = j.at("rate_hz");
  c.threshold = j.at("threshold");
  c.smoothing = j.at("smoothing");
  c.held_out = j.at("held_out");
  c.method = j.at("method");
  c.fft_size = j.at("fft_size");
  c.clusters = j.at("clusters");
  c.shrinkage = j.at("shrinkage");
  c.net = {j.at("width"), j.at("depth"), j.at("bottleneck")};
  c.epochs = j.at("epochs");
  c.seed = j.at("seed");
  c.board = j.at("board");
  return c;
}

std::filesystem::path anomaly_file(const std::filesystem::path& folder) {
  return folder / "model" / "anomaly.json";
}

}  // namespace

void AnomalyDetector::save(const std::filesystem::path& folder) const {
  const State& s = *state_;
  const State::Trained& m = s.trained();
  const project::AnomalyInputs& inputs = s.inputs->inputs();
  json levels = json::array(), contexts = json::array();
  for (const auto& level : inputs.levels) {
    levels.push_back({{"channel", level.channel}, {"affine", level.affine}});
  }
  for (const auto& c : inputs.contexts) {
    contexts.push_back({{"name", c.name}, {"offset", c.offset}, {"scale", c.scale}});
  }
  const json document{{"config", to_json(s.config)},
                      {"rate_hz", s.rate_hz},
                      {"front_end", json::parse(project::to_json(inputs.front_end))},
                      {"levels", levels},
                      {"contexts", contexts},
                      {"raw", inputs.raw},
                      {"method", name_of(m.options.method)},
                      {"clusters", m.options.clusters},
                      {"shrinkage", m.options.shrinkage},
                      {"width", m.options.size.width},
                      {"depth", m.options.size.depth},
                      {"channel_of_term", m.channel_of_term},
                      {"float_median", m.float_median},
                      {"float_limit", m.float_limit},
                      {"median", m.calibration.median},
                      {"limit", m.calibration.limit}};
  const project::ProjectFiles files(folder);
  const auto bytes_of = [](const std::string& text) { return Bytes(text.begin(), text.end()); };
  write_files({{files.config(), bytes_of(to_toml(s.sensor_config()))},
               {files.float_model(), formats::write_tflite(m.float_net)},
               {files.int8_model(), formats::write_tflite(m.int8_net)},
               {anomaly_file(folder), bytes_of(document.dump(1) + "\n")},
               {files.report(), bytes_of(report_html())}});
}

AnomalyDetector AnomalyDetector::load(const std::filesystem::path& folder, int threads) {
  const project::ProjectFiles files(folder);
  const std::filesystem::path file = anomaly_file(folder);
  if (!std::filesystem::exists(file)) {
    throw Error(ErrorKind::not_found, folder.string() + " is not a trained anomaly detector");
  }
  return with_context(file.string(), [&] {
    try {
      const json document = json::parse(read_text(file));
      AnomalyDetector detector(config_of(document.at("config")), threads);
      State& s = *detector.state_;
      s.rate_hz = document.at("rate_hz");
      project::AnomalyInputs inputs;
      inputs.front_end = project::parse_front_end(document.at("front_end").dump());
      inputs.raw = document.at("raw");
      for (const json& level : document.at("levels")) {
        inputs.levels.push_back({level.at("channel"), level.at("affine").get<ops::FeatureAffine>()});
      }
      for (const json& c : document.at("contexts")) {
        inputs.contexts.push_back({c.at("name"), c.at("offset"), c.at("scale")});
      }
      s.inputs = std::make_unique<project::AnomalyRows>(std::move(inputs));
      auto m = std::make_unique<State::Trained>();
      m->options = s.options();
      m->options.method = train::parse_anomaly_method(document.at("method").get<std::string>());
      m->options.clusters = document.at("clusters");
      m->options.shrinkage = document.at("shrinkage");
      m->options.size.width = document.at("width");
      m->options.size.depth = document.at("depth");
      m->channel_of_term = document.at("channel_of_term").get<std::vector<int32_t>>();
      m->float_median = document.at("float_median");
      m->float_limit = document.at("float_limit");
      m->calibration = project::make_calibration(document.at("median"), document.at("limit"));
      m->float_net = formats::read_tflite(read_bytes(files.float_model()));
      m->int8_net = formats::read_tflite(read_bytes(files.int8_model()));
      if (m->int8_net[m->int8_net.inputs.at(0)].shape != s.inputs->shape()) {
        throw Error(ErrorKind::bad_file, "does not fit model/int8.tflite: train again");
      }
      m->float_net.name = m->int8_net.name = s.config.name;
      s.model = std::move(m);
      return detector;
    } catch (const json::exception& error) {
      throw Error(ErrorKind::bad_file, error.what());
    }
  });
}

}  // namespace tinyml
