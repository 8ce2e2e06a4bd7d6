// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/firmware/arduino.h"

namespace tinyml::firmware {

/// README.md and the example sketches of a checked library, whose header is `stem`.h.
std::vector<codegen::SourceFile> arduino_examples(const ArduinoLibrary& library, const std::string& stem);

}  // namespace tinyml::firmware
