// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tinyml/codegen/codegen.h"
#include "tinyml/plan/plan.h"

namespace tinyml::codegen {

/// A graph, lowered and planned.
struct Program {
  Graph graph;
  std::vector<ops::KernelCall> calls;
  plan::Plan plan;
  std::vector<int64_t> state_offset;      // one a node, in the memory that stateful layers keep; -1: none
  int64_t state_bytes = 0;                // of stateful layers and variables
  std::map<TensorId, int64_t> variables;  // their offsets in that memory
  /// The parameters of the functions that touch tensors outside the arena, by those tensors' storage.
  std::map<TensorId, std::string> parameters;

  TensorId input() const { return graph.inputs[0]; }
  TensorId output() const { return graph.outputs[0]; }
};

/// Lowers and plans; `external` tensors are parameters, of these names, of the functions that touch them.
Program make_program(Graph graph, const ops::Target& target, const std::map<TensorId, std::string>& external);

/// The C type of an element.
std::string c_type(DType dtype);

/// The front end on the samples of one frame: int16 [1, frame_samples] -> int8 [1, 1, features, 1], which is
/// written outside the arena. Errors: invalid_argument for an operator that is no front end.
Program make_frame_program(const Operator& features, const ops::Target& target);

/// How the samples of a front end become frames. A sample is one int16 of one channel; channels interleave.
struct Framing {
  double sample_rate_hz = 0;  // of each channel
  int32_t channels = 1, frame_samples = 0, hop_samples = 0;
  std::vector<float> unit;  // one count of each channel, of sensors; of audio empty
  int32_t overlap_samples() const { return frame_samples > hop_samples ? frame_samples - hop_samples : 0; }
};
Framing framing_of(const Operator& features);

/// A C++ expression for a tensor's first byte inside a layer function: a place in the arena or a parameter.
std::string pointer_to(const Program& program, TensorId id, bool is_const);

/// A layer's parameter type, tables and function.
struct PrintedLayer {
  LayerInfo info;
  std::string header;                   // that declares its kernel
  std::string definition;               // C++
  std::vector<std::string> parameters;  // their names, in order
};
PrintedLayer print_layer(const Program& program, size_t node, const std::string& symbol,
                         const std::string& title);

}  // namespace tinyml::codegen
