// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tinyml/graph/graph.h"
#include "tinyml/ops/kernel_call.h"

namespace tinyml::codegen {

struct GenerateOptions {
  /// Namespace and file name of the generated code: a C++ identifier. Empty: made from the graph's name.
  std::string name;
  ops::Target target;
  /// What made the files, for their first lines: "tinyml compile kws --board nano33ble".
  std::string command_line;
  /// SHA-256 of the model file, for the same lines. Empty: of the graph's tensors.
  std::string model_hash;
  /// Where the net has no front end: gives the input a place in the arena (`int8_t* input_buffer()`), where
  /// it shares memory with activations. invoke() then consumes its input. Otherwise the caller's buffer is
  /// read in place and kept.
  bool input_in_arena = false;
  /// A header beside these files that calls them and that programs include instead, for their comments:
  /// "anomaly_score.h". Empty: none.
  std::string facade;
};

struct SourceFile {
  std::string name;  // "kws.h"
  std::string text;
};

/// One kernel call of an inference.
struct LayerInfo {
  std::string name;  // of the tensor that it computes
  std::string op;    // "conv_2d"
  int64_t macs = 0;
  /// "layer_03_conv_2d": part of the (mangled) symbol of its function and of each of its tables.
  std::string symbol;
  int64_t table_bytes = 0;
};

/// An input or output of a generated program.
struct Port {
  std::string name;  // a C++ identifier
  std::string type;  // of an element, in C: "int8_t"
  int64_t bytes = 0;
};

struct GeneratedModel {
  std::string name;
  SourceFile header, source;
  std::vector<Port> inputs, outputs;
  int64_t arena_bytes = 0;              // shared by all layers and the front end
  int64_t arena_lower_bound_bytes = 0;  // no plan with these kernels is smaller
  int64_t state_bytes = 0;              // kept between calls: past samples, feature window, stateful layers
  int64_t table_bytes = 0;              // constants in flash, front end included
  std::vector<LayerInfo> layers;
  std::optional<LayerInfo> features;  // of the front end; its MACs are those of one hop
};

/// Prints the C++14 of a quantized net for a core: NAME.h and NAME.cpp, which include the device headers (see
/// headers_used_by) and nothing else beyond <stdint.h> and <string.h>. `features`, for
/// which ops::frame_of is something, is the signal processing before the net; the net's input is then its
/// window [1, frames, features, 1], or that in another shape of as many rows. The same bytes for the same
/// arguments.
///
/// The interface of NAME.h, in namespace NAME:
///   input_bytes, output_bytes, classes, labels[], of int8 also input_scale, input_zero_point, output_scale,
///   output_zero_point; const T* invoke(const T* input), T being the type of the net's values, whose result
///   stays valid until the next call of any function of NAME; with a front end also sample_rate_hz (of a
///   channel), channels, hop_samples, window_samples, void reset(), void push(const int16_t* samples), const
///   int8_t* classify(). Samples count all channels, which interleave: an instant is `channels` samples. A
///   net with stateful layers has void reset() in any case: after it, their state is that of the start. A net
///   of one output without a label classifies nothing: no classes, no labels[].
/// With several inputs or outputs there are struct Inputs and struct Outputs with a pointer for each, named
/// as in the model, Outputs invoke(const Inputs& inputs), and P_bytes, P_scale, P_zero_point of every such P.
///
/// Errors: unsupported (an operator without kernel; a front end before a net whose one input and one output
/// are not int8), invalid_argument (name; features that do not fit the net's input).
GeneratedModel generate(const Graph& net, const std::optional<Operator>& features,
                        const GenerateOptions& options = {});

}  // namespace tinyml::codegen
