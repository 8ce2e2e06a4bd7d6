// SPDX-License-Identifier: Apache-2.0
#pragma once

// The decoders behind image.h, by format. Each throws Error(bad_file) without the file's name.

#include <string>

#include "tinyml/base/error.h"
#include "tinyml/data/image.h"

namespace tinyml::data {

Image decode_jpeg(std::span<const uint8_t> bytes);
Image decode_png(std::span<const uint8_t> bytes);
Image decode_bmp(std::span<const uint8_t> bytes);

[[noreturn]] void reject_image(const std::string& why);
/// Errors: bad_file for extents that are not within the limits of image.h.
void check_image_size(int64_t width, int64_t height);

/// The orientation that an EXIF block (an APP1 segment without its marker and length) gives; 1 where it has
/// none or is damaged.
int exif_orientation(std::span<const uint8_t> segment);

}  // namespace tinyml::data
