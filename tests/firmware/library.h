// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/base/file.h"
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
