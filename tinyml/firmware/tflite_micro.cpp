// SPDX-License-Identifier: Apache-2.0
#include "tinyml/firmware/tflite_micro.h"

#include <fmt/format.h>

#include <iterator>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/codegen/text.h"

namespace tinyml::firmware {

std::string c_array_header(std::span<const uint8_t> bytes, const std::string& name) {
  if (!codegen::is_identifier(name)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("\"{}\" cannot name a C array; use letters, digits and underscores", name));
  }
  if (bytes.empty())
    throw Error(ErrorKind::invalid_argument, fmt::format("{}: the model has no bytes", name));
  std::string text =
      fmt::format(R"(// A .tflite model for TensorFlow Lite Micro. Include it in one source file only.
#pragma once

#if defined(ARDUINO)
#include <Arduino.h>
#endif
#ifndef PROGMEM
#define PROGMEM
#endif

__attribute__((aligned(16))) const unsigned char {}[] PROGMEM = {{
)",
                  name);
  text.reserve(text.size() + bytes.size() * 6 + bytes.size() / 4);
  constexpr size_t per_line = 12;
  for (size_t i = 0; i < bytes.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}0x{:02x},", i % per_line == 0 ? "    " : " ", bytes[i]);
    if (i % per_line == per_line - 1 || i + 1 == bytes.size()) text += '\n';
  }
  text += fmt::format("}};\nconst unsigned int {}_len = {};\n", name, bytes.size());
  return text;
}

void export_tflite_micro(const std::filesystem::path& folder, std::span<const uint8_t> tflite,
                         const std::string& name) {
  const std::string header = c_array_header(tflite, name);
  write_files({{folder / (name + ".tflite"), {tflite.begin(), tflite.end()}},
               {folder / (name + ".h"), {header.begin(), header.end()}}});
}

}  // namespace tinyml::firmware
