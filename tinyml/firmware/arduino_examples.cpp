// SPDX-License-Identifier: Apache-2.0
#include "tinyml/firmware/arduino_examples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numbers>
#include <span>
#include <string_view>

#include "tinyml/base/embedded.h"
#include "tinyml/base/error.h"
#include "tinyml/codegen/text.h"

namespace tinyml::firmware {

std::span<const EmbeddedFile> arduino_templates();

namespace {

using codegen::SourceFile;
using Values = std::map<std::string, std::string>;

std::string fill_template(std::string_view name, const Values& values) {
  const auto file = std::ranges::find(arduino_templates(), name, &EmbeddedFile::name);
  TINYML_CHECK(file != arduino_templates().end());
  std::string text(file->text);
  for (const auto& [key, value] : values) {
    const std::string mark = "@" + key + "@";
    for (size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

// Tones from 200 Hz to a quarter of the sample rate, at half of full scale.
std::vector<int16_t> sweep(int32_t samples, double sample_rate_hz) {
  std::vector<int16_t> clip(samples);
  double phase = 0;
  for (int32_t i = 0; i < samples; ++i) {
    clip[i] = static_cast<int16_t>(std::lround(16000 * std::sin(phase)));
    const double frequency_hz = 200 + (sample_rate_hz / 4.0 - 200) * i / samples;
    phase = std::fmod(phase + 2 * std::numbers::pi * frequency_hz / sample_rate_hz, 2 * std::numbers::pi);
  }
  return clip;
}

std::string clip_header(const std::vector<int16_t>& clip, const std::string& title, double sample_rate_hz) {
  std::string text = fmt::format(
      "// {} at {:g} Hz.\n#pragma once\n\n#include <stdint.h>\n\nconstexpr int32_t clip_samples = {};\n"
      "const int16_t clip[clip_samples] = {{\n",
      title, sample_rate_hz, clip.size());
  constexpr size_t per_line = 16;
  for (size_t i = 0; i < clip.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}{},", i % per_line == 0 ? "    " : " ", clip[i]);
    if (i % per_line == per_line - 1 || i + 1 == clip.size()) text += '\n';
  }
  return text + "};\n";
}

/// What a sketch does with a hop of samples.
void add_answer(Values& values, const ArduinoLibrary& library) {
  if (!library.anomaly) {
    values["ANSWER"] = "a label and its\n// probability when the label changes.";
    values["TAKE"] = fill_template("arduino/take_label.inc", values);
    if (library.live) {
      values["TAKE"] +=
          "\nvoid take_hop(const int16_t* samples) {\n  model::push(samples);\n  report_label();\n}\n";
    }
    values["CHANNELS_OF_A_PUSH"] = "model::channels";
    values["VALUES_OF_A_PUSH"] = "model::hop_samples";
    values["VERB"] = "classifies";
    return;
  }
  std::string context, arguments;
  for (size_t i = 0; i < library.anomaly->context.size(); ++i) {
    const std::string& name = library.anomaly->context[i];
    context += fmt::format("float {} = {};  // the newest reading, which the score is conditioned on\n", name,
                           codegen::float_literal(library.anomaly->context_values.at(i)));
    arguments += ", " + name;
  }
  values["CONTEXT"] = context;
  values["ARGUMENTS"] = arguments;
  values["ANSWER"] = fmt::format(
      "how unusual\n// the newest {} samples are: 0.1 is the median of normal data, 0.5 its 99th percentile.",
      library.window_samples / library.channels);
  values["TAKE"] = fill_template("arduino/take_score.inc", values);
  values["CHANNELS_OF_A_PUSH"] = "model::Detector::sensor_channels";
  values["VALUES_OF_A_PUSH"] = "model::Detector::push_values";
  values["VERB"] = "scores";
}

void add_motion(Values& values, const ArduinoLibrary& library) {
  std::string reads;
  for (size_t i = 0; i < library.motion.size(); ++i) {
    const ArduinoMotion& read = library.motion[i];
    reads += fmt::format("  if (IMU.{0}()) {{\n    IMU.{1}(reading[{2}], reading[{3}], reading[{4}]);\n",
                         read.available, read.call, 3 * i, 3 * i + 1, 3 * i + 2);
    if (read.to_unit != 1) {
      reads +=
          fmt::format("    for (int32_t i = {}; i < {}; ++i) reading[i] *= {};  // to {}\n", 3 * i, 3 * i + 3,
                      codegen::float_literal(static_cast<float>(read.to_unit)), library.channel_units[3 * i]);
    }
    reads += "  }\n";
  }
  values["SOURCE"] = "the motion sensor of the Arduino Nano 33 BLE";
  values["NOTE"] =
      "// It needs the library Arduino_LSM9DS1; on a Rev2 board include Arduino_BMI270_BMM150.h instead. A "
      "model\n"
      "// that learned from another sensor, or from another place or direction of it, has to learn anew.\n"
      "#include <Arduino_LSM9DS1.h>";
  values["READ"] = "void read_sensors() {\n" + reads + "}\n";
  values["START"] =
      "  if (!IMU.begin()) {\n    Serial.println(\"The motion sensor did not start.\");\n"
      "    while (true) delay(1000);\n  }\n";
}

void add_analog(Values& values, const std::vector<std::string>& channels) {
  std::string lines;
  for (size_t i = 0; i < channels.size(); ++i)
    lines += fmt::format("    {{1, 0}},  // A{}: {}\n", i, channels[i]);
  values["LINES"] = lines;
  values["SOURCE"] = "the analogue inputs from A0 on";
  values["NOTE"] = "// Give the gain and offset of each sensor below.";
  values["READ"] = fill_template("arduino/read_analog.inc", values);
  values["START"] = "";
}

/// "motion", "analog", or empty where no sketch can sample.
std::string live_example(const ArduinoLibrary& library) {
  constexpr double kSlowest = 0.001, kFastest = 1000;
  constexpr size_t kPins = 6;
  if (!library.live) return "";
  if (!library.motion.empty()) return "motion";
  const bool analog = library.channel_names.size() <= kPins && library.sample_rate_hz >= kSlowest &&
                      library.sample_rate_hz <= kFastest;
  return analog ? "analog" : "";
}

/// The name that Arduino_OV767X has for a frame's extents, or empty.
std::string resolution_of(const ArduinoCamera& camera) {
  struct Known {
    int32_t width, height;
    const char* name;
  };
  constexpr Known known[] = {{320, 240, "QVGA"}, {176, 144, "QCIF"}, {160, 120, "QQVGA"}};
  for (const Known& one : known) {
    if (one.width == camera.width && one.height == camera.height) return one.name;
  }
  return "";
}

std::vector<SourceFile> camera_examples(const ArduinoLibrary& library, const std::string& stem) {
  const ArduinoCamera& camera = *library.camera;
  Values values = {{"NAME", library.name},
                   {"HEADER", stem},
                   {"MODEL", library.model_name},
                   {"SENTENCE", library.sentence},
                   {"LABELS", fmt::format("{}", fmt::join(library.labels, ", "))},
                   {"SIZE", fmt::format("{} x {}", camera.width, camera.height)},
                   {"FORMAT", camera.format},
                   {"RESOLUTION", resolution_of(camera)},
                   {"LIVE", ""}};
  std::vector<SourceFile> files;
  const auto add_sketch = [&](const std::string& example) {
    files.push_back({fmt::format("examples/{0}_{1}/{0}_{1}.ino", stem, example),
                     fill_template("arduino/" + example + ".ino", values)});
  };
  add_sketch("frame");
  if (!values["RESOLUTION"].empty() && (camera.format == "RGB565" || camera.format == "GRAYSCALE")) {
    add_sketch("camera");
    values["LIVE"] = fmt::format(
        "- `{}_camera` looks through an OV7675 or OV7670 on an Arduino Nano 33 BLE, with the library "
        "Arduino_OV767X.\n",
        stem);
  }
  files.push_back({"README.md", fill_template("arduino/camera_README.md", values)});
  return files;
}

}  // namespace

std::vector<SourceFile> arduino_examples(const ArduinoLibrary& library, const std::string& stem) {
  if (library.camera) return camera_examples(library, stem);
  const bool own_clip = !library.clip.empty();
  const bool sensors = !library.channel_names.empty();
  const std::string title = !own_clip                    ? "a sweep of tones"
                            : library.clip_title.empty() ? "one recording"
                                                         : library.clip_title;
  std::vector<std::string> channels;
  for (size_t c = 0; c < library.channel_names.size(); ++c) {
    const std::string& unit = library.channel_units[c];
    channels.push_back(library.channel_names[c] + (unit.empty() ? "" : " (" + unit + ")"));
  }
  const double rate_hz = library.sample_rate_hz;
  const auto hops_of_tenth = static_cast<int32_t>(rate_hz * library.channels / 10 / library.hop_samples);
  Values values = {
      {"NAME", library.name},
      {"HEADER", stem},
      {"MODEL", library.model_name},
      {"SENTENCE", library.sentence},
      {"LABELS", fmt::format("{}", fmt::join(library.labels, ", "))},
      {"RATE", fmt::format("{:g}", rate_hz)},
      {"EVERY",
       rate_hz >= 1 ? fmt::format("{:g} times a second", rate_hz) : fmt::format("every {:g} s", 1 / rate_hz)},
      {"PERIOD", fmt::format("{:.0f}", 1e6 / rate_hz)},
      {"HOP", std::to_string(library.hop_samples)},
      {"WINDOW", std::to_string(library.window_samples)},
      {"CLIP", title},
      {"KIND_OF_CLIP", sensors ? "window of readings" : "recording"},
      {"SENSOR", sensors ? "sensor" : "microphone"},
      {"CHANNELS", fmt::format("{}", fmt::join(channels, ", "))},
      {"STRIDE", std::to_string(std::max(1, hops_of_tenth))},
      {"HOPS",
       std::to_string(std::max(2, static_cast<int32_t>(std::ceil(rate_hz / 10 / library.hop_samples))))},
  };
  add_answer(values, library);
  values["FIRST_READING"] = sensors ? fill_template("arduino/first_reading.inc", values) : "";

  std::vector<SourceFile> files;
  const auto add_sketch = [&](const std::string& example, const std::string& from) {
    files.push_back({fmt::format("examples/{0}_{1}/{0}_{1}.ino", stem, example),
                     fill_template("arduino/" + from + ".ino", values)});
  };
  if (!sensors) add_sketch("microphone", "microphone");
  const std::string live = live_example(library);
  values["LIVE"] = "";
  if (!live.empty()) {
    if (live == "motion") {
      add_motion(values, library);
    } else {
      add_analog(values, channels);
    }
    add_sketch(live, "live");
    values["LIVE"] = fmt::format("- `{}_{}` {} what {} {}.\n", stem, live, values["VERB"], values["SOURCE"],
                                 live == "motion" ? "reads" : "read, once it knows your sensors' volts");
  }
  add_sketch("static_buffer", library.anomaly ? "anomaly_static_buffer" : "static_buffer");

  std::vector<int16_t> clip = own_clip ? library.clip : sweep(library.window_samples, rate_hz);
  // Whole hops that end with the last sample: silence goes in front.
  const auto hop = static_cast<size_t>(library.hop_samples);
  clip.insert(clip.begin(), (hop - clip.size() % hop) % hop, 0);
  files.push_back({fmt::format("examples/{}_static_buffer/clip.h", stem), clip_header(clip, title, rate_hz)});
  const char* const kind = library.anomaly ? "anomaly_" : sensors ? "sensors_" : "";
  files.push_back({"README.md", fill_template(fmt::format("arduino/{}README.md", kind), values)});
  return files;
}

}  // namespace tinyml::firmware
