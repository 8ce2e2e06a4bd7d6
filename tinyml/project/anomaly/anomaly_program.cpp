// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/anomaly/anomaly_program.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "tinyml/codegen/text.h"
#include "tinyml/project/profile.h"

namespace tinyml::project {
namespace {

std::string score_name(const std::string& name) { return name + "_score.h"; }

std::string rows_of(const std::array<uint8_t, 256>& table) {
  std::string text;
  constexpr size_t kRow = 20;
  for (size_t i = 0; i < table.size(); ++i) {
    text += fmt::format("{}{},", i % kRow == 0 ? "\n        " : " ", table[i]);
  }
  return text;
}

/// "accelerometer[0] in m/s2, ..."
std::string channel_list(const AnomalyConfig& config) {
  std::vector<std::string> channels;
  for (const Sensor& sensor : config.sensors) {
    for (int32_t c = 0; c < sensor.channels; ++c) {
      channels.push_back(sensor.name + (sensor.channels == 1 ? "" : fmt::format("[{}]", c)) +
                         (sensor.unit.empty() ? "" : " in " + sensor.unit));
    }
  }
  return codegen::comment_line(fmt::format("{}", fmt::join(channels, ", ")));
}

/// The statements of Detector::push before the samples go to the front end.
std::string push_extra(const std::string& name, const AnomalyInputs& inputs) {
  if (inputs.raw || inputs.extra_values() == 0) return "";
  std::string text;
  std::vector<std::string> values;
  for (size_t l = 0; l < inputs.levels.size(); ++l) {
    text += fmt::format("    level_{}_.add(samples + {}, push_values / sensor_channels, sensor_channels);\n",
                        l, inputs.levels[l].channel);
    values.push_back(fmt::format("tinyml::device::quantize_feature(level_{0}_.sum(), level_{0}_affine)", l));
  }
  for (const AnomalyInputs::Context& context : inputs.contexts) {
    values.push_back(fmt::format("tinyml::device::to_context({}, {}, {})", context.name,
                                 codegen::float_literal(context.offset),
                                 codegen::float_literal(context.scale)));
  }
  return text +
         fmt::format("    const int8_t extra[extra_inputs] = {{\n        {}}};\n    {}::set_extra(extra);\n",
                     fmt::join(values, ",\n        "), name);
}

/// The statements that give the samples to the front end: a hop at once, or an instant at a time.
std::string push_samples(const std::string& name, const AnomalyInputs& inputs) {
  if (!inputs.raw) return fmt::format("    {}::push(samples);\n", name);
  std::string text = "    int16_t instant[channels];\n";
  const int32_t sensed = inputs.sensed();
  for (size_t c = 0; c < inputs.contexts.size(); ++c) {
    const size_t channel = static_cast<size_t>(sensed) + c;
    text +=
        fmt::format("    instant[{}] = tinyml::device::to_count({}, {});\n", channel, inputs.contexts[c].name,
                    codegen::float_literal(inputs.front_end.frame().unit[channel]));
  }
  return text + fmt::format(
                    "    for (int32_t i = 0; i < push_values; i += sensor_channels) {{\n"
                    "      memcpy(instant, samples + i, sensor_channels * sizeof(int16_t));\n"
                    "      {}::push(instant);\n    }}\n",
                    name);
}

}  // namespace

codegen::GeneratedModel AnomalyProgram::generate(const ops::Target& target,
                                                 const std::string& command_line) const {
  return project::generate(net, inputs.front_end.op, target, command_line,
                           score_name(codegen::to_identifier(net.name)));
}

codegen::SourceFile AnomalyProgram::score_header() const {
  const std::string name = codegen::to_identifier(net.name);
  std::vector<std::string> parameters{"const int16_t* samples"}, given{"samples"};
  for (const AnomalyInputs::Context& context : inputs.contexts) {
    parameters.push_back("float " + context.name);
    given.push_back(context.name);
  }
  const int32_t sensed = inputs.sensed();
  std::string affines, members, resets;
  for (size_t l = 0; l < inputs.levels.size(); ++l) {
    const ops::FeatureAffine& affine = inputs.levels[l].affine;
    affines += fmt::format("    static const int32_t level_{}_affine[{}] = {{{}}};\n", l, affine.size(),
                           fmt::join(affine, ", "));
    members += fmt::format("  tinyml::device::WindowSum<{}> level_{}_;  // of channel {}\n",
                           config.window_size, l, inputs.levels[l].channel);
    resets += fmt::format("    level_{}_.reset();\n", l);
  }
  const std::string newest = config.smoothing == 1
                                 ? "the newest score"
                                 : fmt::format("the mean of the newest {} scores", config.smoothing);
  const std::string text = fmt::format(
      R"(// Made by tinyml: how unusual the newest window is, from samples to an alarm.
//   {name}::Detector detector;
//   detector.reset();
//   if (detector.push({given}) && detector.anomalous()) ...
// The score is in [0, 1]: 0.1 is the median of held-out normal data, 0.5 its 99th percentile.
#pragma once

#include <stdint.h>
#include <string.h>

#include "tinyml/device/app/anomaly_score.h"
#include "tinyml/device/app/reading.h"
{includes}#include "{name}.h"

namespace {name} {{

/// The samples and features of a window lie in the program, not in here: a program has one Detector.
class Detector {{
 public:
  enum : int32_t {{ push_values = {values}, sensor_channels = {sensed} }};

  /// Begins anew: the first score comes when a window of {window} samples is full.
  void reset() {{
    {name}::reset();
    score_.reset();
{resets}  }}

  /// Channels: {channels}.
  /// Takes push_values counts: {hop} samples of the channels, which interleave{context_note}.
  /// True where that gives a score. tinyml::device::to_count(reading, unit[channel]) makes counts.
  bool push({parameters}) {{
{affines}{extra}{push}    if (!score_.hop()) return false;
    score_.add({name}::classify()[0], score_table());
    return true;
  }}

  /// Whether {newest} is at least {threshold}.
  bool anomalous() const {{ return score_.anomalous({level}); }}
  /// {Newest}; 0 before the first.
  float score() const {{
    if (count() == 0) return 0;
    return static_cast<float>(sum()) / (255.0f * static_cast<float>(count()));
  }}
  /// The same as integers: sum() / (255 * count()).
  int32_t sum() const {{ return score_.sum(); }}
  int32_t count() const {{ return score_.count(); }}
  /// The net's answer to the newest window.
  int8_t answer() const {{ return score_.answer(); }}

 private:
  /// 255 times the score of each int8 answer of the net, from -128 up.
  static const uint8_t* score_table() {{
    static const uint8_t table[256] = {{{table}
    }};
    return table;
  }}

{members}  tinyml::device::AnomalyScore<{smoothing}, {hops}> score_;
}};

}}  // namespace {name}
)",
      fmt::arg("name", name), fmt::arg("given", fmt::format("{}", fmt::join(given, ", "))),
      fmt::arg("values", config.hop_samples() * sensed),
      fmt::arg("includes", inputs.levels.empty() ? ""
                                                 : "#include \"tinyml/device/app/window_sum.h\"\n"
                                                   "#include \"tinyml/device/dsp/feature_affine.h\"\n"),
      fmt::arg("table", rows_of(calibration.table)), fmt::arg("channels", channel_list(config)),
      fmt::arg("sensed", sensed), fmt::arg("affines", affines), fmt::arg("hop", config.hop_samples()),
      fmt::arg("window", config.window_size), fmt::arg("resets", resets),
      fmt::arg("context_note", inputs.contexts.empty() ? "" : "; and the newest readings"),
      fmt::arg("parameters", fmt::format("{}", fmt::join(parameters, ", "))),
      fmt::arg("extra", push_extra(name, inputs)), fmt::arg("push", push_samples(name, inputs)),
      fmt::arg("newest", newest), fmt::arg("Newest", "The" + newest.substr(3)),
      fmt::arg("smoothing", config.smoothing), fmt::arg("threshold", config.threshold),
      fmt::arg("members", members), fmt::arg("hops", config.window_hops()),
      fmt::arg("level", config.threshold_level()));
  return {score_name(name), text};
}

}  // namespace tinyml::project
