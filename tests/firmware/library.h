// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/codegen/random_net.h"
#include "tinyml/base/file.h"
#include "tinyml/codegen/codegen.h"
#include "tinyml/firmware/arduino.h"

/// A library around the hand-written model of tests/firmware/model.
inline tinyml::firmware::ArduinoLibrary test_library() {
  const std::filesystem::path model = std::filesystem::path(TINYML_SOURCE_DIR) / "tests/firmware/model";
  tinyml::firmware::ArduinoLibrary library;
  library.name = "Yes or no";
  library.sentence = "Hears loud and quiet.";
  library.model_name = "kws";
  library.labels = {"quiet", "low", "high"};
  library.sources = {{"kws.h", tinyml::read_text(model / "kws.h")},
                     {"kws.cpp", tinyml::read_text(model / "kws.cpp")}};
  library.sample_rate_hz = 16000;
  library.hop_samples = 160;
  library.window_samples = 1640;
  return library;
}

/// The same around generated code: a small net of random weights behind log-mel features.
inline tinyml::firmware::ArduinoLibrary generated_library() {
  tinyml::Mfe mfe;
  mfe.frame_samples = 64, mfe.hop_samples = 40, mfe.fft_size = 64, mfe.bands = 10;
  const auto model = tinyml::codegen::generate(tinyml::codegen::small_net("small", 1), mfe,
                                               {.name = "kws",
                                                .target = {.core = tinyml::Core::cortex_m4},
                                                .command_line = "",
                                                .model_hash = "",
                                                .facade = ""});
  tinyml::firmware::ArduinoLibrary library = test_library();
  library.labels = {"yes", "no", "unknown \"?\"", "silence"};
  library.sources = {model.header, model.source};
  library.hop_samples = 40;
  library.window_samples = 11 * 40 + 64;
  return library;
}

/// A library around the hand-written model of frames in tests/firmware/model.
inline tinyml::firmware::ArduinoLibrary camera_library() {
  const std::filesystem::path model = std::filesystem::path(TINYML_SOURCE_DIR) / "tests/firmware/model";
  tinyml::firmware::ArduinoLibrary library;
  library.name = "Looks";
  library.sentence = "Sees dark and bright.";
  library.model_name = "looks";
  library.labels = {"dark", "bright"};
  library.sources = {{"looks.h", tinyml::read_text(model / "looks.h")},
                     {"looks.cpp", tinyml::read_text(model / "looks.cpp")}};
  library.camera = {160, 120, "RGB565"};
  return library;
}
