// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace tinyml::firmware {

/// A header for TensorFlow Lite Micro with the bytes as `const unsigned char NAME[] PROGMEM`, aligned to 16
/// bytes, and `const unsigned int NAME_len`; PROGMEM is empty off Arduino. It compiles as C and as C++ (GCC
/// and Clang). Errors: invalid_argument when `name` is no C identifier or `bytes` is empty.
std::string c_array_header(std::span<const uint8_t> bytes, const std::string& name = "model_data");

/// Writes `NAME.tflite` and `NAME.h`, the header above, to the folder. Errors: as above, and io.
void export_tflite_micro(const std::filesystem::path& folder, std::span<const uint8_t> tflite,
                         const std::string& name = "model_data");

}  // namespace tinyml::firmware
