// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tinyml/project/deployable.h"
#include "tinyml/project/images/image_model.h"

namespace tinyml {

/// From pictures to a program on the chip that answers for a camera's frames. The same steps as
/// AudioClassifier's.
class ImageClassifier {
 public:
  /// Errors: invalid_argument naming the value. `threads` as AudioClassifier's.
  explicit ImageClassifier(project::ImageConfig config, int threads = 0);
  ~ImageClassifier();
  ImageClassifier(ImageClassifier&&) noexcept;

  /// A saved project folder. Errors: not_found, bad_file.
  static ImageClassifier load(const std::filesystem::path& folder, int threads = 0);
  /// Writes tinyml.toml, model/*.tflite, model/training.json and report.html, which shows mistakes; earlier
  /// files stay whole until their successors are complete.
  void save(const std::filesystem::path& folder) const;
  /// As AudioClassifier's.
  static void check_folder(const std::filesystem::path& folder);

  /// Reads the pictures (see data::load_image_dataset) and trains. Errors: as load_image_dataset,
  /// train_image_model.
  void train(const std::filesystem::path& pictures, const ProgressHook& progress = {});
  /// Pictures that dataset_of has prepared.
  void train(data::ImageDataset dataset, const ProgressHook& progress = {});
  /// Pictures in memory, of any extents, as a dataset of this classifier. Errors: as load_image_dataset.
  data::ImageDataset dataset_of(std::vector<data::Picture> pictures) const;
  /// What a relative path of the configuration is relative to; the working folder at first.
  void set_base(const std::filesystem::path& folder);

  /// Quantizes the float net again, with pictures of the project's data as representative inputs.
  void quantize(quantize::Calibration calibration, const ProgressHook& progress = {});

  bool trained() const;
  const project::ImageConfig& config() const;
  const std::vector<std::string>& labels() const;
  const project::ClassifierModel& model() const;
  /// uint8 pixels of the camera to scores, one int8 graph: what `compile` writes and `profile` measures.
  Graph program() const;

  /// On the test split of what it was trained on (where there is none, its validation split), or of
  /// `pictures`. Errors: invalid_argument when not trained.
  Evaluation evaluate(const std::filesystem::path& pictures = {}, const ProgressHook& progress = {}) const;
  Evaluation evaluate(const data::ImageDataset& dataset) const;

  /// A picture of any extents, resized as [picture] says, by the int8 engine: the same answer as the device
  /// gives for these pixels.
  Prediction predict(const data::Image& image) const;
  /// A JPEG, PNG or BMP file.
  Prediction predict(const std::filesystem::path& file) const;

  /// As AudioClassifier's.
  Model export_tflite_micro(const ExportOptions& options = {}) const;
  /// `to`: "cpp" (the generated program), "arduino" (a library folder and its .zip), "tflite" or "c_array".
  /// Returns what was written into `folder`.
  std::vector<std::filesystem::path> export_to(const std::string& to, const std::filesystem::path& folder,
                                               const std::string& command_line = "tinyml") const;
  void compile(const std::filesystem::path& folder, const std::string& board = {},
               Mode mode = Mode::balanced) const;
  /// Uploads the example that looks through the camera, or where none gives its frame the one with a grey
  /// frame.
  void deploy_to_arduino(const std::string& board, const std::string& port) const;
  project::Profile profile(const std::string& board = {}, Mode mode = Mode::balanced) const;
  /// Holds the generated program on each core to the host's int8 engine, from frames to scores. Pictures are
  /// read as frames of the camera's size.
  std::vector<project::Agreement> compare(const std::vector<Core>& cores,
                                          const std::filesystem::path& pictures = {},
                                          const ProgressHook& progress = {}) const;

  /// A few lines: labels, net, sizes, accuracy.
  std::string summary() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tinyml
