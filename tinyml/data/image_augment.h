// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/base/random.h"
#include "tinyml/data/image.h"

namespace tinyml::data {

/// What changes in a copy of a picture, drawn anew for each; 0 turns a step off.
struct ImageAugment {
  bool flip = true;              // left and right change places in every other copy
  double zoom = 0.2;             // up to this share larger or smaller, height and width apart
  double shift = 0.1;            // moved by up to this share of the side
  double rotation_degrees = 10;  // turned by up to this
  double brightness = 0.2;       // up to this share of the full range brighter or darker
  double contrast = 0.3;         // up to this share more or less, around the picture's mean
  double saturation = 0.3;       // the same of the distance from grey
  double hue_degrees = 0;        // the colours turn by up to this (in YIQ)
  double grey = 0.05;            // this share of the copies loses its colour
  double cutout = 0.3;  // in every other copy a rectangle with sides up to this share becomes mid-grey
};

/// A changed copy of the same extents: bilinear, beyond the edges the outermost pixels. The same for the same
/// state of `random`.
Image augment_image(const Image& image, const ImageAugment& options, Random& random);

}  // namespace tinyml::data
