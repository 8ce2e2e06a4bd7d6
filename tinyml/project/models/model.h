// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tinyml/base/file.h"
#include "tinyml/graph/graph.h"
#include "tinyml/project/models/model_comparison.h"
#include "tinyml/project/profile.h"
#include "tinyml/report/inspection.h"

namespace tinyml {

/// A model of any origin: loaded, run, measured and compiled.
class Model {
 public:
  explicit Model(Graph graph);
  ~Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  /// A model file (formats::read_model) or the int8 model of a project folder. Errors: not_found, io,
  /// bad_file, unsupported.
  static Model load(const std::filesystem::path& path);

  const Graph& graph() const;
  /// The model as a .tflite file; of float32 operators between Quantize and Dequantize, their int8 form
  /// (fold_quantization).
  const Bytes& bytes() const;

  /// One inference: the elements of every input in its own dtype, row major, to those of every output.
  /// Errors: invalid_argument for a wrong count or size.
  std::vector<Bytes> run(const std::vector<std::span<const uint8_t>>& inputs);
  /// Back to the state before the first run, for models that keep one.
  void reset();

  /// What it is and costs as boards run it, with advice. Errors: invalid_argument for an unknown board.
  report::Inspection inspect(const std::string& board = "arduino_nano33_ble") const;
  /// Both on the same examples, of this model's inputs. Errors: as project::compare_models.
  project::ModelComparison compare(const Model& other, const quantize::Dataset& dataset, ThreadPool& pool,
                                   const ProgressHook& progress = {}) const;
  project::Profile profile(const std::string& board, Mode mode = Mode::balanced) const;
  /// Writes the generated C++ and the device headers into `folder`.
  void compile(const std::filesystem::path& folder, const std::string& board,
               Mode mode = Mode::balanced) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tinyml
