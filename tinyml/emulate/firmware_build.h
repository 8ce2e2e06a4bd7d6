// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tinyml/base/target.h"
#include "tinyml/codegen/codegen.h"

namespace tinyml::emulate {

/// A model's sources and how to build them. NAME.h has, in namespace NAME: input_bytes, output_bytes and
/// `const int8_t* invoke(const int8_t*)`, or what codegen::generate prints for other ports; with a front end
/// also hop_samples, `void reset()`, `void push(const int16_t*)` and `const int8_t* classify()`.
struct FirmwareSpec {
  std::string name;
  bool streaming = false;       // has a front end
  bool input_in_arena = false;  // has `input_buffer()`, which invoke() takes
  /// Of generated code; empty: one int8 input and one int8 output.
  std::vector<codegen::Port> inputs, outputs;
  std::vector<std::filesystem::path> sources;
  std::vector<std::filesystem::path> include_folders;  // of NAME.h and of the device headers
  std::vector<std::string> flags = {"-O2"};
  Core core = Core::cortex_m4;
};

/// Links the model with the harness that feeds it from files and, but on the host, marks the measured runs.
/// Errors: as boards::compile.
void build_firmware(const FirmwareSpec& spec, const std::filesystem::path& elf);

/// The same for generated code, with the device headers that it uses.
void build_firmware(const codegen::GeneratedModel& model, Core core, const std::vector<std::string>& flags,
                    const std::filesystem::path& elf);

}  // namespace tinyml::emulate
