// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "tinyml/base/file.h"
#include "tinyml/boards/boards.h"
#include "tinyml/codegen/device_headers.h"
#include "tinyml/firmware/tflite_micro.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/project/anomaly_detector_state.h"
#include "tinyml/project/profile.h"

namespace tinyml {
namespace {

/// What a generated program without its front end weighs: the net's code and tables, and the score's table.
struct Sizes {
  int64_t tflite = 0, flash = 0, features = 0;
  bool measured = false;
};

constexpr int64_t kScoreTable = 256;

Sizes sizes_of(const Graph& net, const Operator& front_end, const std::string& board_name) {
  Sizes sizes;
  sizes.tflite = static_cast<int64_t>(formats::write_tflite(net).size());
  const boards::Board& board = boards::find_board(board_name);
  const codegen::GeneratedModel model = project::generate(net, front_end, {board.core, Mode::size}, "tinyml");
  sizes.features = model.features ? model.features->table_bytes : 0;
  sizes.flash = model.table_bytes - sizes.features + kScoreTable;
  try {
    const project::Profile profile = project::profile(net, front_end, board_name, Mode::size);
    sizes.flash = kScoreTable;
    for (const project::LayerProfile& layer : profile.layers) sizes.flash += layer.flash_bytes;
    sizes.measured = true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;  // no compiler or emulator
  }
  return sizes;
}

std::string describe(const train::AnomalyOptions& o) {
  switch (o.method) {
    case train::AnomalyMethod::mahalanobis:
      return o.shrinkage >= 1 ? "mahalanobis without correlations" : "mahalanobis";
    case train::AnomalyMethod::kmeans:
      return fmt::format("kmeans of {} clusters", o.clusters);
    case train::AnomalyMethod::gmm:
      return fmt::format("gmm of {} clusters", o.clusters);
    case train::AnomalyMethod::autoencoder:
      return fmt::format("autoencoder of width {} and depth {}", o.size.width, o.size.depth);
    case train::AnomalyMethod::lstm:
      return fmt::format("lstm of {} units in {} layers", o.size.width, std::max(1, o.size.depth));
  }
  return "";
}

/// The same method, smaller and smaller; the first is `from`.
std::vector<train::AnomalyOptions> ladder(const train::AnomalyOptions& from) {
  std::vector<train::AnomalyOptions> rungs{from};
  const auto add = [&](auto change) {
    train::AnomalyOptions next = from;
    change(next);
    rungs.push_back(next);
  };
  switch (from.method) {
    case train::AnomalyMethod::mahalanobis:
      if (from.shrinkage < 1) add([](auto& o) { o.shrinkage = 1; });
      if (from.context > 0) {
        for (const int32_t knots : {8, 4, 2}) {
          if (knots >= from.knots) continue;
          add([&](auto& o) {
            o.shrinkage = 1;
            o.knots = knots;
          });
        }
      }
      break;
    case train::AnomalyMethod::kmeans:
    case train::AnomalyMethod::gmm:
      for (const int32_t k : {48, 32, 24, 16, 12, 8, 6, 4, 2, 1}) {
        if (k < from.clusters) add([&](auto& o) { o.clusters = k; });
      }
      break;
    case train::AnomalyMethod::autoencoder:
    case train::AnomalyMethod::lstm: {
      const int32_t width = from.size.width > 0 ? from.size.width : 32;
      for (const int32_t depth : {2, 1}) {
        if (depth > std::max(1, from.size.depth)) continue;
        for (const int32_t w : {48, 32, 24, 16, 12, 8, 4}) {
          if (w > width || (w == width && depth == std::max(1, from.size.depth))) continue;
          add([&](auto& o) {
            o.shrinkage = from.method == train::AnomalyMethod::lstm ? from.shrinkage : 1;
            o.size.width = w;
            o.size.depth = depth;
          });
        }
      }
      break;
    }
  }
  return rungs;
}

std::string table_text(const std::array<uint8_t, 256>& table) {
  std::string text;
  for (size_t i = 0; i < table.size(); ++i) {
    text += fmt::format("{}{},", i % 20 == 0 ? "\n    " : " ", table[i]);
  }
  return text;
}

/// NAME_score.h: the calibrated score on top of the generated net.
std::string score_header(const std::string& name, const AnomalyConfig& config,
                         const project::AnomalyInputs& inputs, const project::AnomalyCalibration& calibration,
                         int32_t hop) {
  std::vector<std::string> parameters{"const int16_t* samples"}, context_values;
  for (const auto& context : inputs.contexts) {
    if (inputs.raw) continue;
    parameters.push_back("float " + context.name);
    context_values.push_back(fmt::format("to_int8(({} - {}f) / {}f)", context.name,
                                         static_cast<float>(context.offset),
                                         static_cast<float>(context.scale)));
  }
  const bool extra = !inputs.raw && inputs.extra_values() > 0;
  const int32_t hops = (config.window_size + hop - 1) / hop, channels = inputs.front_end.channels();
  std::string text = fmt::format(
      "// SPDX-License-Identifier: Apache-2.0\n// How unusual the newest window is, in [0, 1]: 0.5 is the "
      "99th "
      "percentile of normal data, 0.1 the median.\n//   {0}::Detector detector;\n//   detector.reset();\n"
      "//   detector.push({1});  // hop_samples values; then detector.anomalous()\n#pragma once\n\n"
      "#include \"tinyml/device/app/anomaly_score.h\"\n{2}#include \"{0}.h\"\n\nnamespace {0} {{\n\n"
      "const uint8_t score_table[256] = {{{3}\n}};\n\n",
      name, "samples" + std::string(context_values.empty() ? "" : ", context ..."),
      inputs.levels.empty() ? "" : "#include \"tinyml/device/dsp/feature_affine.h\"\n",
      table_text(calibration.table));
  text += fmt::format(
      "class Detector {{\n public:\n  void reset() {{\n    {0}::reset();\n    score_.reset();\n  }}\n\n"
      "  void push({1}) {{\n",
      name, fmt::join(parameters, ", "));
  std::string members;
  if (extra) {
    text += fmt::format("    int8_t extra[{}];\n", inputs.extra_values());
    for (size_t l = 0; l < inputs.levels.size(); ++l) {
      const auto& level = inputs.levels[l];
      text +=
          fmt::format("    extra[{0}] = level(samples + {1}, sums_[{0}], affine_{0}());\n", l, level.channel);
    }
    for (size_t c = 0; c < context_values.size(); ++c) {
      text += fmt::format("    extra[{}] = {};\n", inputs.levels.size() + c, context_values[c]);
    }
    if (!inputs.levels.empty()) text += fmt::format("    slot_ = slot_ + 1 == {0} ? 0 : slot_ + 1;\n", hops);
    text += fmt::format("    {}::set_extra(extra);\n", name);
  }
  text += fmt::format(
      "    {0}::push(samples);\n    score_.add({0}::classify()[0]);\n  }}\n\n"
      "  bool anomalous() const {{ return score_.anomalous(); }}\n"
      "  float score() const {{ return score_.count() ? score_.sum() / (255.0f * score_.count()) : 0; }}\n\n"
      " private:\n",
      name);
  if (!context_values.empty()) {
    text +=
        "  static int8_t to_int8(float value) {\n    value += value < 0 ? -0.5f : 0.5f;\n"
        "    return static_cast<int8_t>(value < -128 ? -128 : value > 127 ? 127 : value);\n  }\n";
  }
  if (!inputs.levels.empty()) {
    text += fmt::format(
        "  int8_t level(const int16_t* samples, int32_t* sums, const int32_t* affine) {{\n"
        "    int32_t sum = 0;\n    for (int32_t i = 0; i < {0}; ++i) sum += samples[i * {1}];\n"
        "    sums[slot_] = sum;\n    sum = 0;\n    for (int32_t i = 0; i < {2}; ++i) sum += sums[i];\n"
        "    return tinyml::device::quantize_feature(sum, affine);\n  }}\n",
        hop, channels, hops);
    for (size_t l = 0; l < inputs.levels.size(); ++l) {
      const auto& a = inputs.levels[l].affine;
      text += fmt::format(
          "  static const int32_t* affine_{}() {{\n    static const int32_t values[3] = {{{}, {}, {}}};\n"
          "    return values;\n  }}\n",
          l, a[0], a[1], a[2]);
    }
    members +=
        fmt::format("  int32_t sums_[{}][{}] = {{}};\n  int32_t slot_ = 0;\n", inputs.levels.size(), hops);
  }
  return text + members +
         fmt::format(
             "  tinyml::device::AnomalyScore<{}> score_{{score_table, {}}};\n}};\n\n}}  // namespace {}\n",
             config.smoothing, static_cast<int32_t>(std::ceil(255 * config.threshold)), name);
}

}  // namespace

Model AnomalyDetector::export_tflite_micro(const std::string& quantization, double model_size_kb) {
  State& s = *state_;
  s.trained();
  if (quantization != "int8" && quantization != "float32") {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("unknown quantization \"{}\": int8 or float32", quantization));
  }
  if (!(model_size_kb >= 0)) {
    throw Error(ErrorKind::invalid_argument, fmt::format("model_size_kb is above 0, not {}", model_size_kb));
  }
  if (quantization == "float32") return Model(s.model->float_net);
  const auto limit = static_cast<int64_t>(model_size_kb * 1024);
  const Operator front_end = s.inputs->inputs().front_end.op;
  const std::vector<train::AnomalyOptions> rungs = ladder(s.model->options);
  const std::string wanted = describe(rungs[0]);
  auto first = std::make_unique<State::Trained>(*s.model);
  int64_t smallest = 0;
  for (size_t i = 0; i < rungs.size(); ++i) {
    if (i > 0) {
      if (s.rows.normal.empty()) break;  // a loaded project keeps no data to train on
      s.learn(rungs[i]);
    }
    const Sizes sizes = sizes_of(s.model->int8_net, front_end, s.config.board);
    const int64_t larger = std::max(sizes.tflite, sizes.flash);
    smallest = smallest == 0 ? larger : std::min(smallest, larger);
    if (limit > 0 && larger > limit) continue;
    s.fit = {describe(rungs[i]), i == 0 ? "" : fmt::format("{} does not fit in {} KB", wanted, model_size_kb),
             sizes.tflite,       sizes.flash,
             sizes.features,     sizes.measured};
    return Model(s.model->int8_net);
  }
  const bool retrained = !s.rows.normal.empty();
  s.model = std::move(first);
  throw Error(ErrorKind::invalid_argument,
              fmt::format("no {} fits in {} KB: the smallest takes {:.1f} KB (1 KB is 1,024 bytes){}",
                          name_of(s.model->options.method), model_size_kb,
                          std::ceil(static_cast<double>(smallest) / 102.4) / 10,
                          retrained ? "" : "; a loaded detector is not made smaller: train it again"));
}

std::vector<std::filesystem::path> AnomalyDetector::export_to(const std::string& to,
                                                              const std::filesystem::path& folder,
                                                              const std::string& command_line) const {
  const State& s = *state_;
  const State::Trained& model = s.trained();
  const std::string& name = s.config.name;
  if (to == "tflite") {
    write_bytes(folder / (name + ".tflite"), formats::write_tflite(model.int8_net));
    return {folder / (name + ".tflite")};
  }
  if (to == "c_array") {
    firmware::export_tflite_micro(folder, formats::write_tflite(model.int8_net));
    return {folder / "model_data.tflite", folder / "model_data.h"};
  }
  if (to != "cpp") {
    throw Error(ErrorKind::invalid_argument, fmt::format("unknown export \"{}\"; nearest: {}", to,
                                                         nearest_names(to, {"cpp", "tflite", "c_array"})));
  }
  const project::AnomalyInputs& inputs = s.inputs->inputs();
  if (!inputs.levels.empty() && s.config.window_size % s.hop() != 0) {
    throw Error(ErrorKind::unsupported,
                fmt::format("a hop of {} does not divide the window of {}", s.hop(), s.config.window_size));
  }
  const codegen::GeneratedModel made = project::compile(model.int8_net, inputs.front_end.op, s.config.board,
                                                        Mode::balanced, folder, command_line);
  const std::string header = made.name + "_score.h";
  const std::string text =
      score_header(made.name, s.config, inputs, model.calibration, inputs.raw ? 1 : s.hop());
  write_text(folder / header, text);
  for (const codegen::DeviceHeader& used : codegen::headers_used_by(text)) {
    write_text(folder / std::filesystem::path(used.path), used.text);
  }
  return {folder / made.header.name, folder / made.source.name, folder / header};
}

project::Profile AnomalyDetector::profile(const std::string& board, Mode mode) const {
  const State& s = *state_;
  return project::profile(s.trained().int8_net, s.inputs->inputs().front_end.op,
                          board.empty() ? s.config.board : board, mode);
}

}  // namespace tinyml
