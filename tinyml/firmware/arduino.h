// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tinyml/codegen/codegen.h"

namespace tinyml::firmware {

/// What the library of an anomaly detector has besides: MODEL_NAME_score.h among its sources, with the class
/// MODEL_NAME::Detector.
struct ArduinoAnomaly {
  std::vector<std::string> context;   // parameters of push() behind the samples
  std::vector<float> context_values;  // that the clip was taken at
};

/// How the Nano 33 BLE's motion library reads three channels, and the factor to their unit.
struct ArduinoMotion {
  std::string call;       // "readAcceleration"
  std::string available;  // "accelerationAvailable"
  double to_unit = 1;
};

/// The frame of the camera that the generated code takes: `extern const char* const labels[]`, `constexpr
/// int32_t input_bytes, classes` and `const int8_t* invoke(const uint8_t* frame)` instead of what samples
/// have.
struct ArduinoCamera {
  int32_t width = 0, height = 0;
  std::string
      format;  // as Arduino_OV767X names it: "RGB565" or "GRAYSCALE"; others have no sketch that looks
};

/// What an Arduino library is made of. The generated code keeps this contract, in namespace `model_name`:
/// `constexpr int32_t classes, hop_samples, window_samples; constexpr T sample_rate_hz; void reset();
/// void push(const int16_t* hop); const int8_t* classify(); extern const char* const labels[];` with one
/// int8 softmax score a class (probability (score + 128) / 256).
struct ArduinoLibrary {
  std::string name;               // as the library manager shows it; see is_library_name
  std::string version = "1.0.0";  // major.minor.patch
  std::string sentence;           // one line
  std::string model_name;         // the generated namespace and the stem of its files
  std::vector<std::string> labels;
  std::vector<codegen::SourceFile> sources;  // MODEL_NAME.h and .cpp, of the code generator
  double sample_rate_hz = 16000;
  int32_t hop_samples = 0;
  int32_t window_samples = 0;
  /// The clip of the static-buffer example; empty: a sweep of tones of one window.
  std::vector<int16_t> clip;
  /// Of sensors: how many channels the samples interleave, and what each is called and measured in; the
  /// generated code has `constexpr float unit[]` too. Empty names: audio.
  int32_t channels = 1;
  std::vector<std::string> channel_names, channel_units;
  /// Of sensors that are read at sample_rate_hz: there is a sketch that samples, the motion sensor where
  /// `motion` has all the channels, otherwise the analogue inputs, of which there are at most 6 at 1,000 Hz.
  bool live = false;
  std::vector<ArduinoMotion> motion;
  std::string clip_title;  // "a clip of \"yes\" from the test split"
  std::optional<ArduinoAnomaly> anomaly;
  std::optional<ArduinoCamera> camera;
};

struct ArduinoExport {
  std::filesystem::path folder;  // OUT/<Name>
  std::filesystem::path zip;     // OUT/<Name>.zip: the same folder, for the IDE's "Add .ZIP Library"
};

/// Every file of the library, named relative to its folder, sorted by name.
std::vector<codegen::SourceFile> arduino_files(const ArduinoLibrary& library);

/// Writes the library as a folder and as a .zip into `out`. <Name> is the library's name with everything but
/// letters and digits turned to '_'. An earlier export is replaced as a whole; the same library gives the
/// same bytes. Errors: invalid_argument (a name, version, sentence or label that Arduino does not take;
/// <Name> is a folder that is no Arduino library), unsupported (a model without audio front end), io.
ArduinoExport export_arduino(const std::filesystem::path& out, const ArduinoLibrary& library);

}  // namespace tinyml::firmware
