// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "tinyml/boards/boards.h"
#include "tinyml/firmware/arduino.h"
#include "tinyml/firmware/tflite_micro.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/project/compare.h"
#include "tinyml/project/deployable.h"
#include "tinyml/project/images/image_classifier_state.h"

namespace tinyml {
namespace {

/// As Arduino_OV767X calls it, or our own word where it has none.
std::string name_in_arduino(PixelFormat format) {
  switch (format) {
    case PixelFormat::rgb565:
      return "RGB565";
    case PixelFormat::grey8:
      return "GRAYSCALE";
    case PixelFormat::rgb888:
      break;
  }
  return std::string(project::name_of(format));
}

/// A picture as the bytes of a frame in `format`.
std::vector<uint8_t> frame_of(const data::Image& image, PixelFormat format) {
  std::vector<uint8_t> frame;
  for (int32_t y = 0; y < image.height; ++y) {
    for (int32_t x = 0; x < image.width; ++x) {
      const auto pixel = image.at(y, x);
      const uint8_t r = pixel[0], g = pixel[image.channels == 3 ? 1 : 0],
                    b = pixel[image.channels == 3 ? 2 : 0];
      if (format == PixelFormat::grey8) {
        frame.push_back(g);
      } else if (format == PixelFormat::rgb888) {
        frame.insert(frame.end(), {r, g, b});
      } else {
        const int bits = (r >> 3) << 11 | (g >> 2) << 5 | b >> 3;
        frame.insert(frame.end(), {static_cast<uint8_t>(bits >> 8), static_cast<uint8_t>(bits & 255)});
      }
    }
  }
  return frame;
}

}  // namespace

Graph ImageClassifier::program() const {
  return project::with_camera(state_->trained().int8_net, state_->config);
}

Model ImageClassifier::export_tflite_micro(const ExportOptions& options) const {
  const State& s = *state_;
  const project::ClassifierModel& model = s.trained();
  return project::export_tflite_micro(
      {s.config.name, model.labels, model.float_net, model.int8_net, std::nullopt, s.config.target.board},
      options);
}

std::vector<std::filesystem::path> ImageClassifier::export_to(const std::string& to,
                                                              const std::filesystem::path& folder,
                                                              const std::string& command_line) const {
  const State& s = *state_;
  const project::ClassifierModel& model = s.trained();
  if (to == "tflite") {
    const auto file = folder / (s.config.name + ".tflite");
    write_bytes(file, formats::write_tflite(model.int8_net));
    return {file};
  }
  if (to == "c_array") {
    firmware::export_tflite_micro(folder, formats::write_tflite(model.int8_net));
    return {folder / "model_data.tflite", folder / "model_data.h"};
  }
  if (to == "arduino") {
    const Mode mode = Mode::balanced;
    const Core core = boards::find_board(s.config.target.board).core;
    const codegen::GeneratedModel made =
        project::generate(program(), std::nullopt, {core, mode}, command_line);
    firmware::ArduinoLibrary library;
    library.name = "tinyml_" + s.config.name;
    library.sentence = fmt::format("Tells {} apart", fmt::join(model.labels, ", "));
    library.model_name = made.name;
    library.labels = model.labels;
    library.sources = {made.header, made.source};
    const Shape frame = project::camera_shape(s.config);
    library.camera = {frame[2], frame[1], name_in_arduino(s.config.camera.format)};
    const firmware::ArduinoExport written = firmware::export_arduino(folder, library);
    return {written.folder, written.zip};
  }
  if (to != "cpp") {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("unknown export \"{}\" of pictures; nearest: {}", to,
                            nearest_names(to, {"cpp", "arduino", "tflite", "c_array"})));
  }
  const codegen::GeneratedModel made =
      project::compile(program(), {}, s.config.target.board, Mode::balanced, folder, command_line);
  return {folder / made.header.name, folder / made.source.name};
}

void ImageClassifier::compile(const std::filesystem::path& folder, const std::string& board,
                              Mode mode) const {
  project::compile(program(), {}, board.empty() ? state_->config.target.board : board, mode, folder,
                   "tinyml.ImageClassifier.compile");
}

void ImageClassifier::deploy_to_arduino(const std::string& board, const std::string& port) const {
  state_->trained();
  project::deploy_to_arduino(board, port, {"camera", "frame"}, [&](const std::filesystem::path& folder) {
    return export_to("arduino", folder).at(0);
  });
}

project::Profile ImageClassifier::profile(const std::string& board, Mode mode) const {
  return project::profile(program(), {}, board.empty() ? state_->config.target.board : board, mode);
}

std::vector<project::Agreement> ImageClassifier::compare(const std::vector<Core>& cores,
                                                         const std::filesystem::path& pictures,
                                                         const ProgressHook& progress) const {
  State& s = *state_;
  const Graph graph = program();
  const Shape shape = project::camera_shape(s.config);
  // Frames as the camera would give them: the pictures in its size and format.
  project::ImageConfig camera = s.config;
  camera.picture.height = shape[1];
  camera.picture.width = shape[2];
  camera.picture.grey = s.config.camera.format == PixelFormat::grey8;
  const std::filesystem::path path = pictures.empty() ? s.folder / s.config.data.path : pictures;
  if (pictures.empty() && s.config.data.path.empty()) {
    throw Error(ErrorKind::invalid_argument,
                "the classifier was trained on pictures in memory, which are not stored: name a data set");
  }
  const data::ImageDataset dataset =
      data::load_image_dataset(path, project::load_options(camera, s.pool.threads(), progress));
  const std::vector<size_t> chosen = State::evaluation_pictures(dataset).second;
  std::vector<std::vector<uint8_t>> frames;
  std::vector<std::vector<int8_t>> expected;
  run::Engine engine(graph);
  for (const size_t i : chosen) {
    frames.push_back(frame_of(dataset.pictures[i].image, s.config.camera.format));
    const Bytes scores = engine.run(std::vector<Bytes>{frames.back()}).at(0);
    expected.emplace_back(scores.begin(), scores.end());
  }
  std::vector<project::Agreement> agreements;
  for (const Core core : cores) {
    const int64_t equal = project::count_equal_on_core(graph, {}, core, frames, expected);
    const std::string place = core == Core::host ? "the host" : fmt::format("emulated {}", name_of(core));
    agreements.push_back({"generated C++ on " + place, equal, static_cast<int64_t>(frames.size())});
    if (progress) {
      progress(
          {"comparing", static_cast<int64_t>(agreements.size()), static_cast<int64_t>(cores.size()), -1, ""});
    }
  }
  return agreements;
}

}  // namespace tinyml
