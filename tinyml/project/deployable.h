// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tinyml/firmware/arduino.h"
#include "tinyml/graph/graph.h"
#include "tinyml/project/compare.h"
#include "tinyml/project/models/model.h"
#include "tinyml/project/profile.h"

namespace tinyml {

struct ExportOptions {
  std::string quantization = "int8";          // or "float32"
  std::string target = "arduino_nano33_ble";  // any name of a board
  /// What the generated program may use for its tensors, in bytes; 0: not limited. TensorFlow Lite Micro's
  /// interpreter takes more, for tables of its own.
  int64_t tensor_arena_size = 0;
  bool optimize_for_size = false;  // that program is the smallest, not the fastest; the file is the same
};

}  // namespace tinyml

namespace tinyml::project {

/// Trained nets and what stands before them, whatever they sense: what profiles, exports and deployment need.
/// A view: the nets must outlive it.
struct Deployable {
  std::string name;  // a C identifier
  std::vector<std::string> labels;
  const Graph& float_net;
  const Graph& int8_net;
  std::optional<Operator> front_end;               // none: pictures are read as they are
  std::string board;                               // the project's
  std::optional<codegen::SourceFile> facade = {};  // see codegen::GenerateOptions
};

/// The .tflite file of the net. Errors: invalid_argument naming the arena size that is needed when
/// tensor_arena_size is too small, or the board whose memory is.
Model export_tflite_micro(const Deployable& model, const ExportOptions& options);

/// `to`: "arduino" (library folder and .zip), "tflite" or "c_array". `finish` completes the Arduino library,
/// which has its name, code, labels and framing, with what the project knows. Returns what was written into
/// `folder`.
std::vector<std::filesystem::path> export_to(const Deployable& model, const std::string& to,
                                             const std::filesystem::path& folder,
                                             const std::string& command_line,
                                             const std::function<void(firmware::ArduinoLibrary&)>& finish);

/// Compiles the first of `examples` that the Arduino library has, which `make_library` writes into a folder,
/// and uploads it.
/// Errors: not_found naming the port, tool or core, before anything is touched.
void deploy_to_arduino(
    const std::string& board, const std::string& port, const std::vector<std::string>& examples,
    const std::function<std::filesystem::path(const std::filesystem::path& folder)>& make_library);

/// Writes NAME.h, NAME.cpp and the device headers that these include into `folder`, for the model's board
/// where `board` is empty.
void compile(const Deployable& model, const std::filesystem::path& folder, const std::string& board,
             Mode mode, const std::string& command_line);

/// The whole program on a board, the model's where `board` is empty.
Profile profile(const Deployable& model, const std::string& board, Mode mode);

}  // namespace tinyml::project
