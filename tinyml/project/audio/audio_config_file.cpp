// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "tinyml/base/file.h"
#include "tinyml/project/audio/audio_config.h"
#include "tinyml/project/config_section.h"

namespace tinyml::project {

AudioConfig read_config(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  return with_context(path.string(), [&] {
    const ConfigFile file(text);
    file.expect({"project", "data", "features", "model", "training", "quantization", "target"});
    AudioConfig config;
    Section project = file.section("project");
    project.read("name", config.name);
    project.finish();

    Section data = file.section("data");
    std::string task(name_of(config.data.task));
    data.read("path", config.data.path);
    data.read("task", task);
    data.read("keywords", config.data.keywords);
    data.read("sample_rate_hz", config.data.sample_rate_hz);
    data.read("window_ms", config.data.window_ms);
    data.finish();
    config.data.task = parse_task(task);

    Section features = file.section("features");
    features.read("mfcc", config.features.mfcc);
    features.read("frame_ms", config.features.frame_ms);
    features.read("hop_ms", config.features.hop_ms);
    features.read("bands", config.features.bands);
    features.read("coefficients", config.features.coefficients);
    features.read("low_hz", config.features.low_hz);
    features.read("high_hz", config.features.high_hz);
    features.read("floor_db", config.features.floor_db);
    features.read("ceiling_db", config.features.ceiling_db);
    features.finish();

    Section model = file.section("model");
    model.read("architecture", config.model.architecture);
    model.finish();

    Section training = file.section("training");
    training.read("epochs", config.training.epochs);
    training.read("batch", config.training.batch);
    training.read("patience", config.training.patience);
    training.read("copies", config.training.copies);
    training.read("learning_rate", config.training.learning_rate);
    training.read("augment", config.training.augment);
    training.read("refit", config.training.refit);
    training.read("label_smoothing", config.training.label_smoothing);
    training.read("balance_classes", config.training.balance_classes);
    training.read("unknown_prior", config.training.unknown_prior);
    training.read("split_unknown", config.training.split_unknown);
    training.read("seed", config.training.seed);
    training.finish();

    Section quantization = file.section("quantization");
    std::string calibration(name_of(config.quantization.calibration));
    quantization.read("calibration", calibration);
    quantization.finish();
    config.quantization.calibration = quantize::parse_calibration(calibration);

    Section target = file.section("target");
    target.read("board", config.target.board);
    target.finish();
    check(config);
    return config;
  });
}

std::string to_toml(const AudioConfig& c) {
  return fmt::format(
      R"([project]
name = {}

[data]
path = {}
task = "{}"
keywords = {}
sample_rate_hz = {}
window_ms = {}

[features]
mfcc = {}
frame_ms = {}
hop_ms = {}
bands = {}
coefficients = {}
low_hz = {}
high_hz = {}
floor_db = {}
ceiling_db = {}

[model]
architecture = "{}"

[training]
epochs = {}
batch = {}
patience = {}
copies = {}
learning_rate = {}
augment = {}
refit = {}
label_smoothing = {}
balance_classes = {}
unknown_prior = {}
split_unknown = {}
seed = {}

[quantization]
calibration = "{}"

[target]
board = "{}"
)",
      quoted(c.name), quoted(c.data.path), name_of(c.data.task), quoted(c.data.keywords),
      c.data.sample_rate_hz, c.data.window_ms, c.features.mfcc, c.features.frame_ms, c.features.hop_ms,
      c.features.bands, c.features.coefficients, c.features.low_hz, c.features.high_hz, c.features.floor_db,
      c.features.ceiling_db, c.model.architecture, c.training.epochs, c.training.batch, c.training.patience,
      c.training.copies, c.training.learning_rate, c.training.augment, c.training.refit,
      c.training.label_smoothing, c.training.balance_classes, c.training.unknown_prior,
      c.training.split_unknown, c.training.seed, name_of(c.quantization.calibration), c.target.board);
}

}  // namespace tinyml::project
