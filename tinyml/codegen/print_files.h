// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tinyml/codegen/codegen.h"
#include "tinyml/codegen/program.h"

namespace tinyml::codegen {

/// All that the two files say.
struct ModelText {
  std::string name;
  GenerateOptions options;
  Program net;
  std::vector<Port> inputs, outputs;
  std::vector<std::string> labels;  // of the outputs; empty: one output that is no class
  std::vector<PrintedLayer> layers;
  std::optional<Program> frame;  // the front end
  std::optional<PrintedLayer> features;
  Framing framing;
  int64_t arena_bytes = 0, state_bytes = 0, table_bytes = 0;

  /// With one input and one output, whose interface needs no structs.
  bool single() const { return inputs.size() == 1 && outputs.size() == 1; }
  int32_t frames() const { return net.graph[net.input()].shape[1]; }
  int64_t row_bytes() const { return frame->graph[frame->output()].size_bytes(); }
  /// Inputs of a net of one frame that follow its features.
  int64_t extra_bytes() const {
    return net.graph[net.input()].size_bytes() - int64_t{frames()} * row_bytes();
  }
  int32_t window_samples() const { return (frames() - 1) * framing.hop_samples + framing.frame_samples; }
};

std::string print_header(const ModelText& text);
std::string print_source(const ModelText& text);
/// The lines that head both files.
std::string print_origin(const ModelText& text);

}  // namespace tinyml::codegen
