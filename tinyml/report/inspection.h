// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tinyml/base/target.h"
#include "tinyml/graph/graph.h"

namespace tinyml::report {

/// A tensor as a layer or the model shows it.
struct TensorFacts {
  TensorId id = kNoTensor;
  std::string name;
  DType dtype = DType::float32;
  Shape shape;
  Quantization quantization;
  bool is_constant = false, is_variable = false;
  int32_t producer = -1;  // the layer that computes it; -1: an input, a constant or a variable
  int64_t bytes = 0;
};

/// One node of the graph.
struct LayerFacts {
  std::string name;                                             // of the first tensor that it computes
  std::string label;                                            // the same, short
  std::string op;                                               // "conv_2d"
  std::vector<std::pair<std::string, std::string>> attributes;  // "stride" -> "2x2"
  std::vector<TensorFacts> inputs, outputs;
  int64_t macs = 0;
  int64_t parameters = 0, weight_bytes = 0;  // of its constants
  int64_t activation_bytes = 0;              // of what it computes
  int64_t ram_bytes = 0;                     // in use while it runs, its scratch included
  int64_t table_bytes = 0;                   // of its kernel, in flash
  bool in_float = false;                     // computes float32 from float32, for which no kernel is asked
  std::string obstacle;                      // why no device kernel serves it; empty: one does
};

struct Advice {
  std::string rule;    // "dense_convolution"
  int32_t layer = -1;  // -1: the whole model
  std::string what, to_do;
};

/// What a model is and what it costs, found without running it.
struct Inspection {
  std::string name, path;  // path: the file or folder, as the user wrote it
  std::string features;    // the operator of the signal processing in front of it, if any
  int64_t file_bytes = 0;
  std::vector<TensorFacts> inputs, outputs;
  std::vector<LayerFacts> layers;
  std::vector<std::pair<std::string, int64_t>> operators;  // and how many; the most frequent first
  std::vector<std::pair<std::string, std::string>> metadata;

  int64_t macs = 0, parameters = 0, weight_bytes = 0;  // what layers share counts once
  /// Of the memory plan. `arena_bytes`: activations and scratch; `state_bytes`: kept between inferences, past
  /// samples and features included; `input_bytes`: buffers of inputs that the arena does not hold.
  int64_t arena_bytes = 0, state_bytes = 0, input_bytes = 0;
  int32_t peak_layer = -1;  // where most of the arena is in use
  int64_t flash_bytes = 0;  // estimated: tables and code
  bool deployable = false;  // every layer has a kernel: arena and flash are those of the generated program
  std::vector<std::string> notes;  // what was done to the file before it was judged
  std::vector<Advice> advice;

  std::string board, board_name;
  int64_t board_ram_bytes = 0, board_flash_bytes = 0;

  int64_t ram_bytes() const { return arena_bytes + state_bytes + input_bytes; }
  /// Whether the model is not deployable, and quantizing it may make it so.
  bool needs_quantizing() const;
};

struct InspectOptions {
  std::string path = {};                  // for commands in the advice
  int64_t file_bytes = 0;                 // of the file; 0: of the .tflite file that the graph would be
  std::optional<Operator> features = {};  // signal processing in front of the net
  std::string board = "arduino_nano33_ble";
  std::vector<std::string> notes = {};
};

/// Lowers and plans as for the board. Layers without a kernel count with their tensors as they are: a float32
/// graph has the memory that it would take in float32. Ends with advise(). Errors: invalid_argument for an
/// unknown board.
Inspection inspect(const Graph& graph, const InspectOptions& options);

/// One JSON document; bytes are bytes, RAM and flash with their source.
std::string to_json(const Inspection& inspection);
/// For people: the model, its layers, RAM along them, advice.
std::string to_text(const Inspection& inspection);

}  // namespace tinyml::report
