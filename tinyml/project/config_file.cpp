// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>
#include <limits>
#include <set>

#include "tinyml/base/file.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/project/config.h"

namespace tinyml::project {
namespace {

/// Reads the known keys of a table and complains about the others.
class Section {
 public:
  Section(const toml::table& root, std::string name) : name_(std::move(name)) {
    if (const toml::node* node = root.get(name_)) {
      table_ = node->as_table();
      if (!table_) throw Error(ErrorKind::bad_file, fmt::format("[{}] is not a table", name_));
    }
  }

  template <class T>
  void read(std::string_view key, T& value) {
    known_.emplace(key);
    const toml::node* node = table_ ? table_->get(key) : nullptr;
    if (!node) return;
    if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      const toml::array* array = node->as_array();
      if (!array) wrong(*node, key, "a list of strings");
      value.clear();
      for (const toml::node& item : *array) {
        if (!item.is_string()) wrong(*node, key, "a list of strings");
        value.push_back(*item.value<std::string>());
      }
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!node->is_string()) wrong(*node, key, "a string");
      value = *node->value<std::string>();
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!node->is_boolean()) wrong(*node, key, "true or false");
      value = *node->value<bool>();
    } else {
      const auto number = node->value<T>();
      if (!node->is_number() || !number) wrong(*node, key, "a number in range");
      value = *number;
    }
  }

  void finish() const {
    if (!table_) return;
    for (const auto& [key, node] : *table_) {
      if (!known_.count(std::string(key.str()))) {
        throw Error(ErrorKind::bad_file,
                    fmt::format("line {}: unknown key {} in [{}]; nearest: {}", node.source().begin.line,
                                key.str(), name_, nearest_names(key.str(), {known_.begin(), known_.end()})));
      }
    }
  }

 private:
  [[noreturn]] void wrong(const toml::node& node, std::string_view key, std::string_view wanted) const {
    throw Error(ErrorKind::bad_file,
                fmt::format("line {}: {} in [{}] is not {}", node.source().begin.line, key, name_, wanted));
  }

  std::string name_;
  const toml::table* table_ = nullptr;
  std::set<std::string> known_;
};

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04X}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

Config read_config(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  return with_context(path.string(), [&] {
    toml::table root;
    try {
      root = toml::parse(text);
    } catch (const toml::parse_error& error) {
      throw Error(ErrorKind::bad_file,
                  fmt::format("line {}: {}", error.source().begin.line, error.description()));
    }
    const std::vector<std::string> sections{"project",  "data",         "features", "model",
                                            "training", "quantization", "target"};
    for (const auto& [key, node] : root) {
      if (std::find(sections.begin(), sections.end(), key.str()) != sections.end()) continue;
      throw Error(ErrorKind::bad_file,
                  fmt::format("line {}: unknown section {}; nearest: {}", key.source().begin.line,
                              data::one_line(key.str()), nearest_names(key.str(), sections)));
    }
    Config config;
    Section project(root, "project");
    project.read("name", config.name);
    project.finish();

    Section data(root, "data");
    std::string task(name_of(config.data.task));
    data.read("path", config.data.path);
    data.read("task", task);
    data.read("keywords", config.data.keywords);
    data.read("sample_rate_hz", config.data.sample_rate_hz);
    data.read("window_ms", config.data.window_ms);
    data.finish();
    config.data.task = parse_task(task);

    Section features(root, "features");
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

    Section model(root, "model");
    model.read("architecture", config.model.architecture);
    model.finish();

    Section training(root, "training");
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

    Section quantization(root, "quantization");
    std::string calibration(name_of(config.quantization.calibration));
    quantization.read("calibration", calibration);
    quantization.finish();
    config.quantization.calibration = quantize::parse_calibration(calibration);

    Section target(root, "target");
    target.read("board", config.target.board);
    target.finish();
    check(config);
    return config;
  });
}

std::string to_toml(const Config& c) {
  std::vector<std::string> keywords;
  for (const std::string& keyword : c.data.keywords) keywords.push_back(quoted(keyword));
  return fmt::format(
      R"([project]
name = {}

[data]
path = {}
task = "{}"
keywords = [{}]
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
      quoted(c.name), quoted(c.data.path), name_of(c.data.task), fmt::join(keywords, ", "),
      c.data.sample_rate_hz, c.data.window_ms, c.features.mfcc, c.features.frame_ms, c.features.hop_ms,
      c.features.bands, c.features.coefficients, c.features.low_hz, c.features.high_hz, c.features.floor_db,
      c.features.ceiling_db, c.model.architecture, c.training.epochs, c.training.batch, c.training.patience,
      c.training.copies, c.training.learning_rate, c.training.augment, c.training.refit,
      c.training.label_smoothing, c.training.balance_classes, c.training.unknown_prior,
      c.training.split_unknown, c.training.seed, name_of(c.quantization.calibration), c.target.board);
}

}  // namespace tinyml::project
