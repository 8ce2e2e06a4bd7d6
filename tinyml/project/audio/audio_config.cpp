// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/audio/audio_config.h"

#include <fmt/core.h>

#include <array>
#include <bit>
#include <set>

#include "tinyml/boards/boards.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/project/config_section.h"
#include "tinyml/project/features.h"
#include "tinyml/train/architectures.h"

namespace tinyml::project {
namespace {

constexpr std::array<std::pair<Task, std::string_view>, 3> kTasks{
    {{Task::keyword_spotting, "keyword_spotting"},
     {Task::wake_word, "wake_word"},
     {Task::sound_classification, "sound_classification"}}};
[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

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

int32_t AudioConfig::frame_samples() const {
  return static_cast<int32_t>(int64_t{features.frame_ms} * data.sample_rate_hz / 1000);
}
int32_t AudioConfig::hop_samples() const {
  return static_cast<int32_t>(int64_t{features.hop_ms} * data.sample_rate_hz / 1000);
}

int32_t AudioConfig::frames() const {
  const int64_t window = int64_t{data.window_ms} * data.sample_rate_hz / 1000;
  return static_cast<int32_t>(1 + (window - frame_samples()) / hop_samples());
}

int32_t AudioConfig::window_samples() const { return (frames() - 1) * hop_samples() + frame_samples(); }

void check(const AudioConfig& c) {
  const auto positive = [](std::string_view key, double value, double most) {
    if (!(value > 0) || value > most)
      reject(fmt::format("{} must be above 0 and at most {}, not {}", key, most, value));
  };
  check_name(c.name);
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
  positive("unknown_prior", c.training.unknown_prior, 100);
  if (!(c.training.label_smoothing >= 0 && c.training.label_smoothing < 1)) {
    reject(fmt::format("label_smoothing must be at least 0 and below 1, not {}", c.training.label_smoothing));
  }
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
    if (keyword.front() == ' ' || keyword.back() == ' ') {
      reject(fmt::format("the keyword \"{}\" begins or ends with a space", keyword));
    }
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

Operator feature_operator(const AudioConfig& c) {
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
