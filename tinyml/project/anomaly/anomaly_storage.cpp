// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <cctype>
#include <nlohmann/json.hpp>

#include "tinyml/formats/model_file.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/project/anomaly/anomaly_detector_state.h"
#include "tinyml/project/storage.h"

namespace tinyml {
namespace {

using nlohmann::json;

std::filesystem::path anomaly_file(const std::filesystem::path& folder) {
  return folder / "model" / "anomaly.json";
}
std::filesystem::path example_file(const std::filesystem::path& folder) {
  return folder / "model" / "example.csv";
}

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

json to_json(const project::AnomalyInputs& inputs) {
  json levels = json::array(), contexts = json::array();
  for (const auto& level : inputs.levels) {
    levels.push_back({{"channel", level.channel}, {"affine", level.affine}});
  }
  for (const auto& c : inputs.contexts) {
    contexts.push_back({{"name", c.name}, {"offset", c.offset}, {"scale", c.scale}});
  }
  return {{"front_end", json::parse(project::to_json(inputs.front_end))},
          {"levels", levels},
          {"contexts", contexts},
          {"raw", inputs.raw},
          {"hop", inputs.hop}};
}

project::AnomalyInputs inputs_of(const json& document) {
  project::AnomalyInputs inputs;
  inputs.front_end = project::parse_front_end(document.at("front_end").dump());
  inputs.raw = document.at("raw");
  inputs.hop = document.at("hop");
  const int32_t channels = inputs.front_end.channels();
  for (const json& level : document.at("levels")) {
    inputs.levels.push_back({level.at("channel"), level.at("affine").get<ops::FeatureAffine>()});
    const int32_t channel = inputs.levels.back().channel;
    if (channel < 0 || channel >= channels) throw Error(ErrorKind::bad_file, "a level has no channel");
  }
  for (const json& c : document.at("contexts")) {
    inputs.contexts.push_back({c.at("name"), c.at("offset"), c.at("scale")});
  }
  return inputs;
}

json to_json(const AnomalyFit& fit) {
  return {{"limit_kb", fit.limit_kb},
          {"chosen", fit.chosen},
          {"given_up", fit.given_up},
          {"tflite_bytes", fit.tflite_bytes},
          {"flash_bytes", fit.flash_bytes},
          {"feature_bytes", fit.feature_bytes},
          {"flash_measured", fit.flash_measured}};
}

AnomalyFit fit_of(const json& j) {
  return {j.at("limit_kb"),    j.at("chosen"),        j.at("given_up"),      j.at("tflite_bytes"),
          j.at("flash_bytes"), j.at("feature_bytes"), j.at("flash_measured")};
}

std::string to_csv(const data::SensorRecording& recording) {
  std::string text;
  for (size_t c = 0; c < recording.channels.size(); ++c) {
    std::string name = recording.channels[c].name;
    for (char& ch : name) {
      if (!std::isalnum(static_cast<unsigned char>(ch)) && ch != '.' && ch != '_') ch = '_';
    }
    text += fmt::format("{}channel_{}_{}", c ? "," : "", c, name);
  }
  for (size_t i = 0; i < recording.values.size(); ++i) {
    text += fmt::format("{}{}", i % recording.channels.size() ? "," : "\n", recording.values[i]);
  }
  return text + "\n";
}

data::SensorRecording example_of(const std::filesystem::path& file) {
  data::SensorCsvOptions options;
  options.time_column = options.label_column = "-";
  return data::parse_sensor_csv(read_text(file), file.string(), options).at(0).recording;
}

/// Whether tinyml.toml says so already, its data path resolved: its author's wording then stays.
bool describes(const project::ProjectFiles& files, const AnomalyConfig& config) {
  if (!std::filesystem::exists(files.config())) return false;
  try {
    AnomalyConfig stored = project::read_anomaly_config(files.config());
    const auto resolved = [&](const std::string& path) {
      return path.empty() ? "" : std::filesystem::absolute(files.folder / path).lexically_normal().string();
    };
    stored.data.path = resolved(stored.data.path);
    AnomalyConfig own = config;
    own.data.path = resolved(own.data.path);
    return project::to_toml(stored) == project::to_toml(own);
  } catch (const Error&) {
    return false;
  }
}

json read_document(const std::filesystem::path& folder) {
  const std::filesystem::path file = anomaly_file(folder);
  if (!std::filesystem::exists(file)) {
    throw Error(ErrorKind::not_found, fmt::format("{} is not a trained anomaly detector: tinyml train {}",
                                                  folder.string(), folder.string()));
  }
  return json::parse(read_text(file));
}

/// `use` with JSON's own errors, and what it throws, of the file.
template <class Use>
auto reading(const std::filesystem::path& folder, Use use) {
  return with_context(anomaly_file(folder).string(), [&] {
    try {
      return use();
    } catch (const json::exception& error) {
      throw Error(ErrorKind::bad_file, error.what());
    }
  });
}

}  // namespace

void AnomalyDetector::save(const std::filesystem::path& folder) const {
  const State& s = *state_;
  const State::Trained& m = s.trained();
  json document = to_json(s.inputs->inputs());
  document.update({{"window_size", s.config.window_size},
                   {"channels", s.config.channels()},
                   {"rate_hz", s.rate_hz},
                   {"method", name_of(m.options.method)},
                   {"clusters", m.options.clusters},
                   {"shrinkage", m.options.shrinkage},
                   {"knots", m.options.knots},
                   {"width", m.options.size.width},
                   {"depth", m.options.size.depth},
                   {"channel_of_term", m.channel_of_term},
                   {"float_median", m.float_median},
                   {"float_limit", m.float_limit},
                   {"median", m.calibration.median},
                   {"limit", m.calibration.limit},
                   {"learned", m.learned},
                   {"calibrated", m.calibrated},
                   {"fit", to_json(s.fit)},
                   {"evaluation", json::parse(project::to_json(s.evaluation))}});
  const project::ProjectFiles files(folder);
  std::vector<NewFile> written{{files.float_model(), formats::write_tflite(m.float_net)},
                               {files.int8_model(), formats::write_tflite(m.int8_net)},
                               {anomaly_file(folder), bytes_of(document.dump(1) + "\n")},
                               {example_file(folder), bytes_of(to_csv(s.example))},
                               {files.report(), bytes_of(report_html())}};
  if (!describes(files, s.config)) written.push_back({files.config(), bytes_of(project::to_toml(s.config))});
  write_files(written);
}

AnomalyDetector AnomalyDetector::load(const std::filesystem::path& folder, int threads) {
  const project::ProjectFiles files(folder);
  AnomalyDetector detector(project::read_anomaly_config(files.config()), threads);
  State& s = *detector.state_;
  s.folder = folder;
  reading(folder, [&] {
    const json document = read_document(folder);
    const auto stale = [&](bool wrong) {
      if (wrong) {
        throw Error(ErrorKind::bad_file, fmt::format("does not fit {} or the models: tinyml train {}",
                                                     files.config().string(), folder.string()));
      }
    };
    s.rate_hz = document.at("rate_hz");
    project::AnomalyInputs inputs = inputs_of(document);
    inputs.hop = s.config.hop_samples();
    stale(document.at("window_size") != s.config.window_size ||
          document.at("channels") != s.config.channels() || document.at("hop") != inputs.hop ||
          inputs.contexts.size() != s.config.context.size() || inputs.sensed() != s.config.channels());
    for (size_t i = 0; i < inputs.contexts.size(); ++i) {
      stale(inputs.contexts[i].name != s.config.context[i]);
    }
    s.inputs = std::make_unique<project::AnomalyRows>(std::move(inputs));
    auto m = std::make_unique<State::Trained>();
    m->options = s.options(0);
    m->options.method = train::parse_anomaly_method(document.at("method").get<std::string>());
    m->options.context = static_cast<int32_t>(s.config.context.size());
    m->options.clusters = document.at("clusters");
    m->options.shrinkage = document.at("shrinkage");
    m->options.knots = document.at("knots");
    m->options.size.width = document.at("width");
    m->options.size.depth = document.at("depth");
    m->channel_of_term = document.at("channel_of_term").get<std::vector<int32_t>>();
    m->float_median = document.at("float_median");
    m->float_limit = document.at("float_limit");
    m->calibration = project::make_calibration(document.at("median"), document.at("limit"));
    m->learned = document.at("learned");
    m->calibrated = document.at("calibrated");
    s.fit = fit_of(document.at("fit"));
    s.evaluation = project::parse_anomaly_evaluation(document.at("evaluation").dump());
    m->float_net = formats::read_model(files.float_model());
    m->int8_net = formats::read_model(files.int8_model());
    m->float_net.name = m->int8_net.name = s.config.name;
    stale(m->int8_net[m->int8_net.inputs.at(0)].shape != s.inputs->shape());
    const TensorId terms = project::tensor_named(m->int8_net, "squares");
    stale(m->int8_net[m->int8_net.outputs.at(0)].size_bytes() != 1 ||
          (terms != kNoTensor &&
           elements(m->int8_net[terms].shape) != static_cast<int64_t>(m->channel_of_term.size())));
    for (const int32_t channel : m->channel_of_term) stale(channel < -1 || channel >= s.config.channels());
    s.model = std::move(m);
  });
  s.example = example_of(example_file(folder));
  if (s.example.channels.size() != static_cast<size_t>(s.config.channels()) + s.config.context.size()) {
    throw Error(ErrorKind::bad_file,
                fmt::format("{} does not fit {}: tinyml train {}", example_file(folder).string(),
                            files.config().string(), folder.string()));
  }
  return detector;
}

}  // namespace tinyml
