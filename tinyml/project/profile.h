// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tinyml/base/file.h"
#include "tinyml/base/target.h"
#include "tinyml/codegen/codegen.h"
#include "tinyml/graph/graph.h"

namespace tinyml::project {

struct Cost {
  int64_t instructions = 0, cycles = 0;
  double latency_ms = 0, energy_mj = 0;
};

struct LayerProfile {
  std::string name, op;
  int64_t macs = 0, instructions = 0, cycles = 0, flash_bytes = 0;
};

/// A program on a board: counted in the emulator, of the very ELF whose hash is given. Cycles, milliseconds
/// and millijoules are modelled from the counted instructions and the board's data.
struct Profile {
  std::string board, core, mode, compiler;
  std::string source = "measured";
  std::string cycles_source;  // "modelled: Cortex-M4 timing table"
  Cost net;
  std::optional<Cost> features;  // of the newest stride: one hop of samples
  int64_t flash_bytes = 0, ram_bytes = 0, stack_bytes = 0, arena_bytes = 0, state_bytes = 0, model_bytes = 0;
  std::vector<LayerProfile> layers;
  std::string elf_sha256;
};

/// The C++ of a net, named after it, behind `features`: the signal processing operator in front of it, if
/// any. Without one the input has its place in the arena. `facade`: see GenerateOptions. Errors: as
/// codegen::generate.
codegen::GeneratedModel generate(const Graph& net, const std::optional<Operator>& features,
                                 const ops::Target& target, const std::string& command_line,
                                 const std::string& facade = "");

/// Generates what int8_net makes of the net, compiles and runs it. Errors: int8_net's; not_found, naming
/// the compiler or emulator that is missing and how to install it; unsupported, naming the boards that can be
/// emulated.
Profile profile(const Graph& net, const std::optional<Operator>& features, const std::string& board,
                Mode mode);

/// One JSON document with every figure, its unit in its name.
std::string to_json(const Profile& profile);
/// A table for people.
std::string to_text(const Profile& profile);

/// Writes NAME.h, NAME.cpp, their `facade`, if any, and the device headers that these include into `folder`,
/// for what int8_net makes of the net. Errors: int8_net's.
codegen::GeneratedModel compile(const Graph& net, const std::optional<Operator>& features,
                                const std::string& board, Mode mode, const std::filesystem::path& folder,
                                const std::string& command_line,
                                const std::optional<codegen::SourceFile>& facade = {});

/// How many of the inputs give the same bytes on the core, emulated or the host's own, as `expected`, input
/// by input. For a program with signal processing an input is int16 samples, otherwise int8 features.
int64_t count_equal_on_core(const Graph& net, const std::optional<Operator>& features, Core core,
                            const std::vector<std::vector<uint8_t>>& inputs,
                            const std::vector<std::vector<int8_t>>& expected);

/// Whether the graph itself begins with a camera's frame, which stays in the caller's buffer.
bool takes_frames(const Graph& net);
/// The .tflite file of the net, or of what follows the camera's frame.
Bytes deployed_tflite(const Graph& net);

}  // namespace tinyml::project
