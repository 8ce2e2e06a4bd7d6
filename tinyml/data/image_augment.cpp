// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/image_augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace tinyml::data {
namespace {

double symmetric(double most, Random& random) { return random.uniform(-most, most); }

/// Where in the source the pixel (x, y) comes from: a[0] x + a[1] y + a[2], a[3] x + a[4] y + a[5].
using Affine = std::array<float, 6>;

Affine draw_affine(const Image& image, const ImageAugment& o, Random& random) {
  const double mirror = o.flip && random.below(2) == 1 ? -1 : 1;
  const double wide = std::exp(symmetric(std::log1p(o.zoom), random)) * mirror;
  const double high = std::exp(symmetric(std::log1p(o.zoom), random));
  const double angle = symmetric(o.rotation_degrees, random) * std::numbers::pi / 180;
  const double x0 = (image.width - 1) / 2.0, y0 = (image.height - 1) / 2.0;
  const double dx = x0 + symmetric(o.shift, random) * image.width;
  const double dy = y0 + symmetric(o.shift, random) * image.height;
  const double a = std::cos(angle) * wide, b = -std::sin(angle) * high;
  const double c = std::sin(angle) * wide, d = std::cos(angle) * high;
  return {static_cast<float>(a), static_cast<float>(b), static_cast<float>(dx - a * x0 - b * y0),
          static_cast<float>(c), static_cast<float>(d), static_cast<float>(dy - c * x0 - d * y0)};
}

template <int32_t channels>
std::vector<float> warp(const Image& image, const Affine& a) {
  const auto right = static_cast<float>(image.width - 1), bottom = static_cast<float>(image.height - 1);
  const int32_t row = image.width * channels;
  std::vector<float> result(image.pixels.size());
  float* out = result.data();
  for (int32_t y = 0; y < image.height; ++y) {
    for (int32_t x = 0; x < image.width; ++x, out += channels) {
      const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
      const float sx = std::clamp(a[0] * fx + a[1] * fy + a[2], 0.0f, right);
      const float sy = std::clamp(a[3] * fx + a[4] * fy + a[5], 0.0f, bottom);
      const auto column = static_cast<int32_t>(sx), line = static_cast<int32_t>(sy);
      const float u = sx - static_cast<float>(column), v = sy - static_cast<float>(line);
      const uint8_t* p = image.pixels.data() + line * row + column * channels;
      const int32_t next = column + 1 < image.width ? channels : 0, below = line + 1 < image.height ? row : 0;
      const float w11 = (1 - u) * (1 - v), w12 = u * (1 - v), w21 = (1 - u) * v, w22 = u * v;
      for (int32_t c = 0; c < channels; ++c, ++p) {
        out[c] = w11 * static_cast<float>(p[0]) + w12 * static_cast<float>(p[next]) +
                 w21 * static_cast<float>(p[below]) + w22 * static_cast<float>(p[below + next]);
      }
    }
  }
  return result;
}

/// Rows: what each new channel takes of red, green and blue.
using Mixing = std::array<float, 9>;

/// Saturation by `saturation` and hue by `angle`, both around the grey of BT.601, as the linear map in YIQ.
Mixing colour_mixing(double saturation, double angle) {
  constexpr double kToYiq[3][3] = {{0.299, 0.587, 0.114}, {0.596, -0.274, -0.322}, {0.211, -0.523, 0.312}};
  constexpr double kToRgb[3][3] = {{1, 0.956, 0.621}, {1, -0.272, -0.647}, {1, -1.106, 1.703}};
  const double c = saturation * std::cos(angle), s = saturation * std::sin(angle);
  const double turn[3][3] = {{1, 0, 0}, {0, c, -s}, {0, s, c}};
  Mixing mixing{};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      double sum = 0;
      for (size_t k = 0; k < 3; ++k) {
        for (size_t l = 0; l < 3; ++l) sum += kToRgb[i][k] * turn[k][l] * kToYiq[l][j];
      }
      mixing[3 * i + j] = static_cast<float>(sum);
    }
  }
  return mixing;
}

void recolour(std::vector<float>& values, int32_t channels, const ImageAugment& o, Random& random) {
  const double angle = symmetric(o.hue_degrees, random) * std::numbers::pi / 180;
  double saturation = std::exp(symmetric(std::log1p(o.saturation), random));
  if (random.uniform() < o.grey) saturation = 0;
  const double contrast = std::exp(symmetric(std::log1p(o.contrast), random));
  const double brightness = 255 * symmetric(o.brightness, random);
  if (channels == 3) {
    const Mixing m = colour_mixing(saturation, angle);
    for (size_t i = 0; i < values.size(); i += 3) {
      const float r = values[i], g = values[i + 1], b = values[i + 2];
      for (size_t c = 0; c < 3; ++c) values[i + c] = m[3 * c] * r + m[3 * c + 1] * g + m[3 * c + 2] * b;
    }
  }
  double mean = 0;
  for (const float value : values) mean += static_cast<double>(value);
  mean /= static_cast<double>(values.size());
  const auto gain = static_cast<float>(contrast);
  const auto offset = static_cast<float>(mean * (1 - contrast) + brightness);
  for (float& value : values) value = value * gain + offset;
}

void cut_out(std::vector<float>& values, const Image& image, double most, Random& random) {
  if (most <= 0 || random.below(2) == 0) return;
  const auto draw = [&](int32_t side, int32_t& begin, int32_t& end) {
    const double length = random.uniform(most / 3, most) * side;
    const double centre = random.uniform(0, side);
    begin = std::max(0, static_cast<int32_t>(centre - length / 2));
    end = std::min(side, static_cast<int32_t>(centre + length / 2));
  };
  int32_t top = 0, bottom = 0, left = 0, right = 0;
  draw(image.height, top, bottom);
  draw(image.width, left, right);
  for (int32_t y = top; y < bottom; ++y) {
    float* row = values.data() + (int64_t{y} * image.width) * image.channels;
    if (left < right)
      std::fill(row + int64_t{left} * image.channels, row + int64_t{right} * image.channels, 128.0f);
  }
}

}  // namespace

Image augment_image(const Image& image, const ImageAugment& options, Random& random) {
  const Affine affine = draw_affine(image, options, random);
  std::vector<float> values = image.channels == 3 ? warp<3>(image, affine) : warp<1>(image, affine);
  recolour(values, image.channels, options, random);
  cut_out(values, image, options.cutout, random);
  Image result{image.height, image.width, image.channels, std::vector<uint8_t>(values.size())};
  std::transform(values.begin(), values.end(), result.pixels.begin(),
                 [](float v) { return static_cast<uint8_t>(std::clamp(v, 0.0f, 255.0f) + 0.5f); });
  return result;
}

}  // namespace tinyml::data
