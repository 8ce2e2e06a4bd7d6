// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/data/image_augment.h"
#include "tinyml/graph/operators.h"
#include "tinyml/graph/tensor.h"
#include "tinyml/quantize/calibrate.h"
#include "tinyml/train/image_nets.h"

namespace tinyml::project {

/// [data] task of an image project.
constexpr std::string_view kImageTask = "image_classification";

/// The real values that a net reads for the pixels 0 .. 255.
enum class PixelRange { minus_one_to_one, zero_to_one, zero_to_255 };

/// The file tinyml.toml of an image project.
struct ImageConfig {
  std::string name = "pictures";  // a C identifier: the namespace of the generated code

  struct Data {
    std::string path;  // folder of label folders, or labels.csv; relative to the project
    std::vector<std::string> labels;
  } data;

  struct Picture {  // what the net sees
    int32_t width = 96, height = 96;
    bool grey = false;
    FrameFit resize = FrameFit::squash;
    bool smooth = true;
  } picture;

  struct Camera {                   // what the device's program takes
    int32_t width = 0, height = 0;  // 0: those of the picture
    PixelFormat format = PixelFormat::rgb888;
  } camera;

  struct Model {
    std::string architecture = "cnn_2d";
    double width = 1, dropout = 0.2;
    std::string backbone;  // a float model file whose layers before the last are taken over; empty: none
    PixelRange pixel_range = PixelRange::minus_one_to_one;
  } model;

  struct Training {
    int32_t epochs = 120, batch = 32, patience = 0;
    int32_t head_epochs = 40;  // of a new last layer on the unchanged backbone, before all of it is trained
    double learning_rate = 4e-3;
    double label_smoothing = 0.1, mixup = 0.2;
    bool augment = true;
    bool refit = true;
    bool balance_classes = false;
    uint64_t seed = 1;
    data::ImageAugment augmentation;
  } training;

  struct Quantization {
    quantize::Calibration calibration = quantize::Calibration::percentile;
  } quantization;

  struct Target {
    std::string board = "raspberry_pi_pico";
  } target;

  Shape input() const { return {1, picture.height, picture.width, picture.grey ? 1 : 3}; }
  /// The parameters of the net's int8 input, pixel - 128.
  tinyml::Quantization input_quantization() const;
  train::ImageNetSize net_size() const { return {model.width, model.dropout}; }
};

/// Errors: bad_file with line and key, invalid_argument for a value out of range.
ImageConfig read_image_config(const std::filesystem::path& path);
std::string to_toml(const ImageConfig& config);
/// Checks every value that can be checked without the data. Errors: invalid_argument naming key and value.
void check(const ImageConfig& config);

/// The operator that makes the net's input of a frame in `format`.
CameraFrame frame_operator(const ImageConfig& config, PixelFormat format);
/// uint8 [1, height, width, bytes a pixel] of the camera.
Shape camera_shape(const ImageConfig& config);

// The words of tinyml.toml and the doors. Errors: invalid_argument with the nearest.
FrameFit parse_resize(std::string_view name);
PixelFormat parse_pixel_format(std::string_view name);
PixelRange parse_pixel_range(std::string_view name);
/// "rgb" or "grey"; whether it is grey.
bool parse_colour(std::string_view name);
std::string_view name_of(FrameFit fit);
std::string_view name_of(PixelFormat format);
std::string_view name_of(PixelRange range);
std::string_view name_of_colour(bool grey);

}  // namespace tinyml::project
