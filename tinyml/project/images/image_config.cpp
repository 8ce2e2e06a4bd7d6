// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/images/image_config.h"

#include <fmt/core.h>

#include <set>
#include <span>
#include <utility>

#include "tinyml/boards/boards.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/project/config_section.h"

namespace tinyml::project {
namespace {

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

template <class T>
using Words = std::span<const std::pair<T, std::string_view>>;

template <class T>
T parse_word(std::string_view what, std::string_view name, Words<T> words) {
  std::vector<std::string> names;
  for (const auto& [value, word] : words) {
    if (word == name) return value;
    names.emplace_back(word);
  }
  reject(fmt::format("unknown {} \"{}\"; nearest: {}", what, name, nearest_names(name, names)));
}

template <class T>
std::string_view word_of(T wanted, Words<T> words) {
  for (const auto& [value, word] : words) {
    if (value == wanted) return word;
  }
  return "?";
}

constexpr std::pair<FrameFit, std::string_view> kFits[] = {
    {FrameFit::squash, "squash"}, {FrameFit::fit, "fit"}, {FrameFit::crop, "crop"}};
constexpr std::pair<PixelFormat, std::string_view> kFormats[] = {
    {PixelFormat::rgb888, "rgb888"}, {PixelFormat::rgb565, "rgb565"}, {PixelFormat::grey8, "grey8"}};
constexpr std::pair<PixelRange, std::string_view> kRanges[] = {
    {PixelRange::minus_one_to_one, "minus_one_to_one"},
    {PixelRange::zero_to_one, "zero_to_one"},
    {PixelRange::zero_to_255, "zero_to_255"}};
constexpr std::pair<bool, std::string_view> kColours[] = {{false, "rgb"}, {true, "grey"}};

void check_within(std::string_view key, double value, double least, double most) {
  if (!(value >= least && value <= most)) {
    reject(fmt::format("{} must be within {} and {}, not {}", key, least, most, value));
  }
}

void check_augmentation(const data::ImageAugment& a) {
  check_within("zoom", a.zoom, 0, 1);
  check_within("shift", a.shift, 0, 1);
  check_within("rotation_degrees", a.rotation_degrees, 0, 180);
  check_within("brightness", a.brightness, 0, 1);
  check_within("contrast", a.contrast, 0, 4);
  check_within("saturation", a.saturation, 0, 4);
  check_within("hue_degrees", a.hue_degrees, 0, 180);
  check_within("grey_copies", a.grey, 0, 1);
  check_within("cutout", a.cutout, 0, 1);
}

}  // namespace

FrameFit parse_resize(std::string_view name) { return parse_word<FrameFit>("resize", name, kFits); }
PixelFormat parse_pixel_format(std::string_view name) {
  return parse_word<PixelFormat>("format", name, kFormats);
}
PixelRange parse_pixel_range(std::string_view name) {
  return parse_word<PixelRange>("pixel_range", name, kRanges);
}
bool parse_colour(std::string_view name) { return parse_word<bool>("colour", name, kColours); }
std::string_view name_of(FrameFit fit) { return word_of<FrameFit>(fit, kFits); }
std::string_view name_of(PixelFormat format) { return word_of<PixelFormat>(format, kFormats); }
std::string_view name_of(PixelRange range) { return word_of<PixelRange>(range, kRanges); }
std::string_view name_of_colour(bool grey) { return word_of<bool>(grey, kColours); }

tinyml::Quantization ImageConfig::input_quantization() const {
  if (model.pixel_range == PixelRange::zero_to_one) return {{1.0f / 255}, {-128}, 0};
  if (model.pixel_range == PixelRange::zero_to_255) return {{1.0f}, {-128}, 0};
  return {{1.0f / 128}, {0}, 0};
}

void check(const ImageConfig& c) {
  check_name(c.name);
  check_within("width of the picture", c.picture.width, 16, 1024);
  check_within("height of the picture", c.picture.height, 16, 1024);
  check_within("width of the camera", c.camera.width, 0, 4096);
  check_within("height of the camera", c.camera.height, 0, 4096);
  if ((c.camera.width == 0) != (c.camera.height == 0))
    reject("a camera has a width and a height: give both, or none");
  check_within("dropout", c.model.dropout, 0, 0.95);
  check_within("epochs", c.training.epochs, 1, 100000);
  check_within("head_epochs", c.training.head_epochs, 1, 100000);
  check_within("batch", c.training.batch, 1, 65536);
  check_within("patience", c.training.patience, 0, 100000);
  check_within("learning_rate", c.training.learning_rate, 1e-9, 10);
  check_within("mixup", c.training.mixup, 0, 10);
  if (!(c.training.label_smoothing >= 0 && c.training.label_smoothing < 1)) {
    reject(fmt::format("label_smoothing must be at least 0 and below 1, not {}", c.training.label_smoothing));
  }
  if (c.training.seed > static_cast<uint64_t>(INT64_MAX)) {
    reject(fmt::format("seed must be at most {}, not {}", INT64_MAX, c.training.seed));
  }
  check_augmentation(c.training.augmentation);
  for (const std::string& path : {c.data.path, c.model.backbone}) {
    if (!data::is_plain_text(path)) {
      reject(fmt::format("the path {} is not UTF-8 or holds control characters", data::one_line(path)));
    }
  }
  std::set<std::string> seen;
  for (const std::string& label : c.data.labels) {
    if (label.empty()) reject("a label is empty");
    if (!seen.insert(label).second) reject(fmt::format("label \"{}\" is given twice", label));
  }
  boards::find_board(c.target.board);
  if (c.model.backbone.empty()) train::build_image_net(c.model.architecture, c.input(), 2, 1, c.net_size());
}

CameraFrame frame_operator(const ImageConfig& c, PixelFormat format) {
  return {format,          c.picture.resize,       c.picture.height,
          c.picture.width, c.picture.grey ? 1 : 3, c.picture.smooth};
}

Shape camera_shape(const ImageConfig& c) {
  const int32_t bytes = c.camera.format == PixelFormat::rgb888   ? 3
                        : c.camera.format == PixelFormat::rgb565 ? 2
                                                                 : 1;
  if (c.camera.width == 0) return {1, c.picture.height, c.picture.width, bytes};
  return {1, c.camera.height, c.camera.width, bytes};
}

}  // namespace tinyml::project
