// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "tinyml/base/file.h"
#include "tinyml/project/anomaly/anomaly_config.h"
#include "tinyml/project/sensors/sensor_config_parts.h"

namespace tinyml::project {

AnomalyConfig read_anomaly_config(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  return with_context(path.string(), [&] {
    const ConfigFile file(text);
    file.expect({"project", "data", "windows", "model", "score", "target"});
    AnomalyConfig c;
    Section project = file.section("project");
    project.read("name", c.name);
    project.finish();

    Section data = file.section("data");
    std::string task;
    data.read("task", task);
    data.read("path", c.data.path);
    c.sensors = read_sensors(data);
    data.read("context", c.context);
    data.read("normal", c.data.normal);
    data.read("rate_hz", c.rate_hz);
    read_columns(data, c.data.csv);
    data.read("file_pattern", c.data.file_pattern);
    data.read("fuse", c.data.fuse);
    data.read("hmac_key", c.data.hmac_key);
    data.finish();

    Section windows = file.section("windows");
    windows.read("window_size", c.window_size);
    windows.read("hop", c.hop);
    windows.read("training_stride", c.training_stride);
    windows.read("fft_size", c.fft_size);
    windows.finish();

    Section model = file.section("model");
    model.read("method", c.method);
    model.read("clusters", c.clusters);
    model.read("shrinkage", c.shrinkage);
    model.read("width", c.net.width);
    model.read("depth", c.net.depth);
    model.read("bottleneck", c.net.bottleneck);
    model.read("model_size_kb", c.model_size_kb);
    model.read("epochs", c.epochs);
    model.read("seed", c.seed);
    model.finish();

    Section score = file.section("score");
    score.read("threshold", c.threshold);
    score.read("smoothing", c.smoothing);
    score.read("held_out", c.held_out);
    score.finish();

    Section target = file.section("target");
    target.read("board", c.board);
    target.finish();
    check(c);
    return c;
  });
}

std::string to_toml(const AnomalyConfig& c) {
  std::string text = fmt::format("[project]\nname = {}\n\n[data]\n", quoted(c.name));
  const auto line = [&](std::string_view key, const auto& value, std::string_view note = "") {
    text += toml_line(key, fmt::format("{}", value), note);
  };
  line("path", quoted(c.data.path),
       "a folder, a labels.csv, a CSV, JSON or CBOR file; relative to this file");
  line("task", quoted(std::string(name_of(SensorTask::anomaly_detection))), "how unlike normal a window is");
  text += sensors_to_toml(c.sensors);
  line("context", quoted(c.context), "the columns behind the sensors' that the score is given: speed, load");
  line("normal", quoted(c.data.normal), "the label to learn from; without labels everything is");
  line("rate_hz", c.rate_hz, "recordings are resampled to it; 0: their own");
  text += columns_to_toml(c.data.csv);
  line("file_pattern", quoted(c.data.file_pattern), "regular expression of the files to read");
  line("fuse", c.data.fuse, "each folder's files are the sensors of one recording");
  text += "\n[windows]\n";
  line("window_size", c.window_size, "samples that one score sees");
  line("hop", c.hop, "samples between scores; 0: half a window");
  line("training_stride", c.training_stride, "samples between training windows; 0: an eighth of a window");
  line("fft_size", c.fft_size, "0: 128, or 64 where a sensor of one channel is among them");
  text += "\n[model]\n";
  line("method", quoted(c.method),
       "auto, mahalanobis, kmeans, gmm, autoencoder or lstm; auto: mahalanobis with context, kmeans without");
  line("clusters", c.clusters, "of kmeans and gmm, at most");
  line("shrinkage", c.shrinkage, "of mahalanobis, within 0 and 1");
  line("width", c.net.width, "of autoencoder and lstm: units of a layer; 0: the method's own");
  line("depth", c.net.depth, "of autoencoder: layers; 0: its own");
  line("bottleneck", c.net.bottleneck, "of autoencoder: units of the narrowest layer; 0: its own");
  line("model_size_kb", c.model_size_kb, "bounds the .tflite file and the model's flash; 0: no limit");
  line("epochs", c.epochs, "of autoencoder and lstm");
  line("seed", c.seed);
  text += "\n[score]\n";
  line("threshold", c.threshold,
       "the score that is an alarm: 0.1 is the median of normal, 0.5 its 99th percentile");
  line("smoothing", c.smoothing, "how many scores are averaged");
  line("held_out", c.held_out, "the last share of every recording, which calibrates the score");
  text += "\n[target]\n";
  line("board", quoted(c.board), "any name of tinyml boards");
  return text;
}

}  // namespace tinyml::project
