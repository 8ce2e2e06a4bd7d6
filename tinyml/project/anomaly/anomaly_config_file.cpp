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
  std::string text = fmt::format(
      "[project]\nname = {}\n\n[data]\npath = {}\ntask = {}\n{}context = {}\nnormal = {}\nrate_hz = {}\n{}"
      "file_pattern = {}\nfuse = {}\n",
      quoted(c.name), quoted(c.data.path), quoted(std::string(name_of(SensorTask::anomaly_detection))),
      sensors_to_toml(c.sensors), quoted(c.context), quoted(c.data.normal), c.rate_hz,
      columns_to_toml(c.data.csv), quoted(c.data.file_pattern), c.data.fuse);
  text += fmt::format("\n[windows]\nwindow_size = {}\nhop = {}\ntraining_stride = {}\nfft_size = {}\n",
                      c.window_size, c.hop, c.training_stride, c.fft_size);
  text += fmt::format(
      "\n[model]\nmethod = {}\nclusters = {}\nshrinkage = {}\nwidth = {}\ndepth = {}\nbottleneck = {}\n"
      "model_size_kb = {}\nepochs = {}\nseed = {}\n",
      quoted(c.method), c.clusters, c.shrinkage, c.net.width, c.net.depth, c.net.bottleneck, c.model_size_kb,
      c.epochs, c.seed);
  text += fmt::format("\n[score]\nthreshold = {}\nsmoothing = {}\nheld_out = {}\n", c.threshold, c.smoothing,
                      c.held_out);
  return text + fmt::format("\n[target]\nboard = {}\n", quoted(c.board));
}

}  // namespace tinyml::project
