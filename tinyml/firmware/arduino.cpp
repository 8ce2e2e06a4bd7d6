// SPDX-License-Identifier: Apache-2.0
#include "tinyml/firmware/arduino.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <map>
#include <numbers>
#include <regex>
#include <span>
#include <string_view>

#include "tinyml/base/embedded.h"
#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/base/folder_draft.h"
#include "tinyml/codegen/device_headers.h"
#include "tinyml/codegen/text.h"
#include "tinyml/firmware/names.h"
#include "tinyml/firmware/zip.h"

namespace tinyml::firmware {

std::span<const EmbeddedFile> arduino_templates();

namespace {
namespace fs = std::filesystem;

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

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// The stem of the folder, the .zip and the header that sketches include; never the generated header's, also
// where file names ignore case.
std::string header_stem(const ArduinoLibrary& library) {
  std::string stem = library.name;
  std::ranges::replace_if(
      stem, [](unsigned char c) { return !std::isalnum(c); }, '_');
  return lower(stem) == lower(library.model_name) ? stem + "_tinyml" : stem;
}

void check_line(const std::string& what, const std::string& text) {
  if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the {} has a line break or control character", what));
  }
}

void check(const ArduinoLibrary& library) {
  const auto refuse = [](const std::string& message) { throw Error(ErrorKind::invalid_argument, message); };
  if (!is_library_name(library.name)) {
    refuse(
        fmt::format("\"{}\" cannot name an Arduino library; use at most 63 letters, digits, spaces, "
                    "dots, dashes and underscores, a letter or digit first",
                    library.name));
  }
  if (!codegen::is_identifier(library.model_name) || library.model_name == "setup" ||
      library.model_name == "loop") {
    refuse(fmt::format("\"{}\" cannot name the model's C++ namespace; use letters, digits and underscores",
                       library.model_name));
  }
  if (!std::regex_match(library.version, std::regex("[0-9]{1,9}\\.[0-9]{1,9}\\.[0-9]{1,9}"))) {
    refuse(fmt::format("\"{}\" is no library version; use the form 1.0.0", library.version));
  }
  check_line("sentence of the library", library.sentence);
  check_line("title of the clip", library.clip_title);
  for (const std::string& label : library.labels) check_line("label", label);
  for (const std::string& name : library.channel_names) check_line("name of a channel", name);
  for (const std::string& unit : library.channel_units) check_line("unit of a channel", unit);
  TINYML_CHECK(library.channel_names.empty() ||
               (library.channel_names.size() == static_cast<size_t>(library.channels) &&
                library.channel_units.size() == library.channel_names.size()));
  if (library.hop_samples <= 0 || !(library.sample_rate_hz > 0) || library.window_samples <= 0) {
    throw Error(ErrorKind::unsupported,
                fmt::format("{}: an Arduino library needs a model that takes samples", library.name));
  }
  for (const char* extension : {".h", ".cpp"}) {
    TINYML_CHECK(std::ranges::count(library.sources, library.model_name + extension, &SourceFile::name) == 1);
  }
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

std::string umbrella(const std::string& model_name, bool anomaly) {
  if (anomaly) {
    return fmt::format(
        "// Generated by TinyML: everything that a sketch needs.\n#pragma once\n\n#include \"{}_score.h\"\n",
        model_name);
  }
  return fmt::format(R"(// Generated by TinyML: everything that a sketch needs.
#pragma once

#include "{}.h"
#include "tinyml/device/app/hop_buffer.h"
#include "tinyml/device/app/label_change.h"
#include "tinyml/device/app/score_smoother.h"
)",
                     model_name);
}

std::string properties(const ArduinoLibrary& library, const std::string& stem) {
  const std::string sentence =
      library.sentence.empty() ? fmt::format("{} on a microcontroller.", library.name) : library.sentence;
  return fmt::format(
      "name={}\nversion={}\nauthor=TinyML\nmaintainer=TinyML\nsentence={}\n"
      "paragraph=An int8 model compiled ahead of time to C++: no interpreter, no heap.\n"
      "category=Data Processing\nurl=\narchitectures=*\nincludes={}.h\n",
      library.name, library.version, sentence, stem);
}

std::string keywords(const ArduinoLibrary& library, const std::string& stem) {
  std::string text = fmt::format("{}\tKEYWORD1\n{}\tKEYWORD1\n", stem, library.model_name);
  for (const char* function : {"reset", "push", "classify"}) {
    text += fmt::format("{}\tKEYWORD2\n", function);
  }
  for (const char* constant : {"classes", "sample_rate_hz", "hop_samples", "window_samples", "labels"}) {
    text += fmt::format("{}\tLITERAL1\n", constant);
  }
  return text;
}

/// What the templates of anomaly detectors know besides.
void add_anomaly_values(Values& values, const ArduinoLibrary& library, const std::string& stem) {
  const ArduinoAnomaly& anomaly = *library.anomaly;
  std::string context, arguments, reads;
  for (size_t i = 0; i < anomaly.context.size(); ++i) {
    context += fmt::format("float {} = {};  // the newest reading, which the score is conditioned on\n",
                           anomaly.context[i], codegen::float_literal(anomaly.context_values.at(i)));
    arguments += ", " + anomaly.context[i];
  }
  for (size_t i = 0; i < anomaly.motion.size(); ++i) {
    const ArduinoAnomaly::Read& read = anomaly.motion[i];
    reads += fmt::format("  if (IMU.{0}()) {{\n    IMU.{1}(reading[{2}], reading[{3}], reading[{4}]);\n",
                         read.available, read.call, 3 * i, 3 * i + 1, 3 * i + 2);
    if (read.to_unit != 1) {
      reads +=
          fmt::format("    for (int32_t i = {0}; i < {0} + 3; ++i) reading[i] *= {1};  // to {2}\n", 3 * i,
                      codegen::float_literal(static_cast<float>(read.to_unit)), library.channel_units[3 * i]);
    }
    reads += "  }\n";
  }
  values["CONTEXT"] = context;
  values["ARGUMENTS"] = arguments;
  values["READS"] = reads;
  values["PERIOD"] = std::to_string(std::lround(1e6 / library.sample_rate_hz));
  values["WINDOW_SAMPLES"] = std::to_string(library.window_samples / library.channels);
  values["MOTION"] =
      anomaly.motion.empty()
          ? ""
          : fmt::format("- `{}_motion` scores what the motion sensor of an Arduino Nano 33 BLE reads.\n",
                        stem);
}

}  // namespace

std::vector<SourceFile> arduino_files(const ArduinoLibrary& library) {
  check(library);
  const std::string stem = header_stem(library);
  const auto hops_of = [&](int32_t tenths) {
    return static_cast<int32_t>(std::ceil(library.sample_rate_hz * tenths / 10 / library.hop_samples));
  };
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
  Values values = {
      {"NAME", library.name},
      {"HEADER", stem},
      {"MODEL", library.model_name},
      {"SENTENCE", library.sentence},
      {"LABELS", fmt::format("{}", fmt::join(library.labels, ", "))},
      {"RATE", fmt::format("{:g}", library.sample_rate_hz)},
      {"HOP", std::to_string(library.hop_samples)},
      {"WINDOW", std::to_string(library.window_samples)},
      {"CLIP", title},
      {"CHANNELS", fmt::format("{}", fmt::join(channels, ", "))},
      {"STRIDE",
       std::to_string(std::max(1, static_cast<int32_t>(library.sample_rate_hz / 10 / library.hop_samples)))},
      {"HOPS", std::to_string(std::max(2, hops_of(1)))},
  };
  if (library.anomaly) add_anomaly_values(values, library, stem);
  std::vector<int16_t> clip = own_clip ? library.clip : sweep(library.window_samples, library.sample_rate_hz);
  // Whole hops that end with the last sample: silence goes in front.
  const size_t hop = static_cast<size_t>(library.hop_samples);
  clip.insert(clip.begin(), (hop - clip.size() % hop) % hop, 0);

  std::vector<SourceFile> code = library.sources;
  code.push_back({stem + ".h", umbrella(library.model_name, library.anomaly.has_value())});
  std::vector<SourceFile> files;
  std::string includes;
  for (const SourceFile& file : code) {
    files.push_back({"src/" + file.name, file.text});
    includes += file.text;
  }
  for (const codegen::DeviceHeader& header : codegen::headers_used_by(includes)) {
    files.push_back({fmt::format("src/{}", header.path), std::string(header.text)});
  }
  const std::string microphone = stem + "_microphone", static_buffer = stem + "_static_buffer";
  if (!sensors) {
    files.push_back(
        {fmt::format("examples/{0}/{0}.ino", microphone), fill_template("arduino/microphone.ino", values)});
  }
  if (library.anomaly && !library.anomaly->motion.empty()) {
    files.push_back({fmt::format("examples/{0}_motion/{0}_motion.ino", stem),
                     fill_template("arduino/anomaly_motion.ino", values)});
  }
  const std::string kind = library.anomaly ? "anomaly_" : sensors ? "sensors_" : "";
  files.push_back({fmt::format("examples/{0}/{0}.ino", static_buffer),
                   fill_template("arduino/" + kind + "static_buffer.ino", values)});
  files.push_back(
      {fmt::format("examples/{}/clip.h", static_buffer), clip_header(clip, title, library.sample_rate_hz)});
  files.push_back({"README.md", fill_template("arduino/" + kind + "README.md", values)});
  files.push_back({"keywords.txt", keywords(library, stem)});
  files.push_back({"library.properties", properties(library, stem)});
  std::ranges::sort(files, {}, &SourceFile::name);
  return files;
}

ArduinoExport export_arduino(const fs::path& out, const ArduinoLibrary& library) {
  std::vector<SourceFile> files = arduino_files(library);
  const std::string stem = header_stem(library);
  const ArduinoExport made{out / stem, out / (stem + ".zip")};
  if (fs::exists(made.folder) && !fs::is_regular_file(made.folder / "library.properties")) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("{} exists and is no Arduino library; choose another folder", made.folder.string()));
  }
  FolderDraft draft(made.folder);
  for (const SourceFile& file : files) {
    with_context(made.folder.string(), [&] { write_text(draft.path() / file.name, file.text); });
  }
  for (SourceFile& file : files) file.name = stem + "/" + file.name;
  write_zip(made.zip, files);
  draft.publish();
  return made;
}

}  // namespace tinyml::firmware
