// SPDX-License-Identifier: Apache-2.0
#include "cli/image_options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>

#include "tinyml/base/error.h"

namespace tinyml::cli {
namespace {

/// "96" or "160x120".
void parse_size(const char* option, const std::string& text, int32_t& width, int32_t& height) {
  const size_t cross = text.find('x');
  const auto number = [&](std::string_view part) {
    int32_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size() || value < 1) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("{} does not take \"{}\": write 96, or 160x120", option, text));
    }
    return value;
  };
  width = number(std::string_view(text).substr(0, cross));
  height = cross == std::string::npos ? width : number(std::string_view(text).substr(cross + 1));
}

}  // namespace

void ImageOptions::add_to(CLI::App& verb, OptionReaders& readers) {
  const auto add = [&](const char* name, auto& target, const char* text) {
    readers.add(verb.add_option(name, target, std::string("Of images: ") + text), {ProjectKind::images});
  };
  add("--size", size, "what the net sees, 96 or 160x120 (default: 96)");
  add("--colour,--color", colour, "rgb (default) or grey");
  add("--resize", resize, "squash (default), fit or crop");
  add("--camera", camera, "the frame of the device's camera, 160x120 (default: --size)");
  add("--pixel-format", pixel_format, "of that frame: rgb888 (default), rgb565 or grey8");
  add("--net-width", net_width, "multiplies every layer's channels: 0.25");
  add("--backbone", backbone, "a float model file whose last layer is replaced and trained first");
  add("--pixel-range", pixel_range, "what the net reads: minus_one_to_one, zero_to_one or zero_to_255");
}

void ImageOptions::apply(project::ImageConfig& c) const {
  if (size) parse_size("--size", *size, c.picture.width, c.picture.height);
  if (camera) parse_size("--camera", *camera, c.camera.width, c.camera.height);
  if (colour) c.picture.grey = project::parse_colour(*colour);
  if (resize) c.picture.resize = project::parse_resize(*resize);
  if (pixel_format) c.camera.format = project::parse_pixel_format(*pixel_format);
  if (pixel_range) c.model.pixel_range = project::parse_pixel_range(*pixel_range);
  if (net_width) c.model.width = *net_width;
  if (backbone) c.model.backbone = std::filesystem::absolute(*backbone).lexically_normal().string();
}

}  // namespace tinyml::cli
