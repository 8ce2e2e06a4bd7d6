// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/config.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <set>

#include "tinyml/base/file.h"
#include "tinyml/boards/boards.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/project/features.h"
#include "tinyml/train/architectures.h"

namespace tinyml::project {
namespace {

constexpr std::array<std::pair<Task, std::string_view>, 3> kTasks{
    {{Task::keyword_spotting, "keyword_spotting"},
     {Task::wake_word, "wake_word"},
     {Task::sound_classification, "sound_classification"}}};
constexpr std::array<std::pair<quantize::Calibration, std::string_view>, 3> kCalibrations{
    {{quantize::Calibration::min_max, "min_max"},
     {quantize::Calibration::percentile, "percentile"},
     {quantize::Calibration::mse, "mse"}}};

std::string_view name_of(quantize::Calibration calibration) {
  for (const auto& [value, name] : kCalibrations) {
    if (value == calibration) return name;
  }
  return "?";
}

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

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

Task parse_task(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [task, text] : kTasks) {
    if (text == name) return task;
    names.emplace_back(text);
  }
  reject(fmt::format("unknown model_type \"{}\"; nearest: {}", name, nearest_names(name, names)));
}

std::string_view name_of(Task task) {
  for (const auto& [value, text] : kTasks) {
    if (value == task) return text;
  }
  return "?";
}

int32_t Config::frame_samples() const {
  return static_cast<int32_t>(int64_t{features.frame_ms} * data.sample_rate_hz / 1000);
}
int32_t Config::hop_samples() const {
  return static_cast<int32_t>(int64_t{features.hop_ms} * data.sample_rate_hz / 1000);
}

int32_t Config::frames() const {
  const int64_t window = int64_t{data.window_ms} * data.sample_rate_hz / 1000;
  return static_cast<int32_t>(1 + (window - frame_samples()) / hop_samples());
}

int32_t Config::window_samples() const { return (frames() - 1) * hop_samples() + frame_samples(); }

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
    data.read("synthetic", config.data.synthetic);
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
    training.read("teacher", config.training.teacher);
    training.read("nonsense", config.training.nonsense);
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
synthetic = {}

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
teacher = "{}"
nonsense = {}
split_unknown = {}
seed = {}

[quantization]
calibration = "{}"

[target]
board = "{}"
)",
      quoted(c.name), quoted(c.data.path), name_of(c.data.task), fmt::join(keywords, ", "),
      c.data.sample_rate_hz, c.data.window_ms, c.data.synthetic, c.features.mfcc, c.features.frame_ms,
      c.features.hop_ms, c.features.bands, c.features.coefficients, c.features.low_hz, c.features.high_hz,
      c.features.floor_db, c.features.ceiling_db, c.model.architecture, c.training.epochs, c.training.batch,
      c.training.patience, c.training.copies, c.training.learning_rate, c.training.augment,
      c.training.teacher, c.training.nonsense, c.training.split_unknown, c.training.seed,
      name_of(c.quantization.calibration), c.target.board);
}

void check(const Config& c) {
  const auto positive = [](std::string_view key, double value, double most) {
    if (!(value > 0) || value > most)
      reject(fmt::format("{} must be above 0 and at most {}, not {}", key, most, value));
  };
  const bool identifier = !c.name.empty() && !std::isdigit(static_cast<unsigned char>(c.name[0])) &&
                          std::all_of(c.name.begin(), c.name.end(),
                                      [](unsigned char ch) { return std::isalnum(ch) || ch == '_'; });
  if (!identifier)
    reject(fmt::format("name \"{}\" is not a C identifier: letters, digits and _ only", c.name));
  positive("sample_rate_hz", c.data.sample_rate_hz, 96000);
  positive("window_ms", c.data.window_ms, 30000);
  positive("frame_ms", c.features.frame_ms, 200);
  positive("hop_ms", c.features.hop_ms, c.features.frame_ms);
  positive("bands", c.features.bands, 128);
  positive("coefficients", c.features.coefficients, c.features.bands);
  positive("epochs", c.training.epochs, 100000);
  positive("batch", c.training.batch, 65536);
  positive("copies", c.training.copies, 1000);
  positive("learning_rate", c.training.learning_rate, 10);
  if (c.training.seed > static_cast<uint64_t>(INT64_MAX)) {
    reject(fmt::format("seed must be at most {}, not {}", INT64_MAX, c.training.seed));
  }
  if (!data::is_plain_text(c.data.path)) {
    reject(fmt::format("the path {} is not UTF-8 or holds control characters", data::one_line(c.data.path)));
  }
  if (c.data.window_ms < c.features.frame_ms) {
    reject(
        fmt::format("window_ms ({}) is shorter than frame_ms ({})", c.data.window_ms, c.features.frame_ms));
  }
  if (c.hop_samples() < 1) reject(fmt::format("hop_ms {} is less than one sample", c.features.hop_ms));
  std::set<std::string> seen;
  for (const std::string& keyword : c.data.keywords) {
    if (keyword.empty()) reject("a keyword is empty");
    if (!seen.insert(keyword).second) reject(fmt::format("keyword \"{}\" is given twice", keyword));
    if (c.data.task != Task::sound_classification && (keyword == "unknown" || keyword == "silence")) {
      reject(fmt::format("\"{}\" is added by itself: leave it out of the keywords", keyword));
    }
  }
  if (c.data.task == Task::wake_word && c.data.keywords.size() != 1) {
    reject(fmt::format("wake_word takes one keyword, not {}", c.data.keywords.size()));
  }
  boards::find_board(c.target.board);
  train::build_architecture(c.model.architecture, FeatureExtractor(c).shape(), 2, 1);
}

Operator feature_operator(const Config& c) {
  Mfe mfe;
  mfe.sample_rate_hz = c.data.sample_rate_hz;
  mfe.frame_samples = c.frame_samples();
  mfe.hop_samples = c.hop_samples();
  mfe.fft_size = static_cast<int32_t>(std::bit_ceil(static_cast<uint32_t>(c.frame_samples())));
  mfe.bands = c.features.bands;
  mfe.low_hz = static_cast<float>(c.features.low_hz);
  mfe.high_hz =
      static_cast<float>(c.features.high_hz > 0 ? c.features.high_hz : 0.475 * c.data.sample_rate_hz);
  mfe.floor_db = static_cast<float>(c.features.floor_db);
  mfe.ceiling_db = static_cast<float>(c.features.ceiling_db);
  if (!c.features.mfcc) return mfe;
  return Mfcc{mfe, c.features.coefficients};
}

}  // namespace tinyml::project
