// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/signal_pictures.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace tinyml::project {
namespace {

/// Of the bins 1 to size / 2, size being that of a segment.
std::vector<double> welch_decibels(const std::vector<double>& signal) {
  constexpr size_t kLongest = 256, kShortest = 8;
  constexpr double kLeast = 1e-12;
  const size_t size = std::min(kLongest, signal.size());
  if (size < kShortest) return {};
  std::vector<double> cosine(size), sine(size), window(size);
  for (size_t i = 0; i < size; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size);
    cosine[i] = std::cos(angle);
    sine[i] = std::sin(angle);
    window[i] = 0.5 - 0.5 * cosine[i];
  }
  std::vector<double> power(size / 2);
  size_t segments = 0;
  for (size_t begin = 0; begin + size <= signal.size(); begin += size - size / 2, ++segments) {
    std::vector<double> part(signal.begin() + static_cast<std::ptrdiff_t>(begin),
                             signal.begin() + static_cast<std::ptrdiff_t>(begin + size));
    const double mean = std::reduce(part.begin(), part.end()) / static_cast<double>(size);
    for (size_t i = 0; i < size; ++i) part[i] = (part[i] - mean) * window[i];
    for (size_t k = 1; k <= power.size(); ++k) {
      double re = 0, im = 0;
      for (size_t i = 0; i < size; ++i) {
        re += part[i] * cosine[k * i % size];
        im += part[i] * sine[k * i % size];
      }
      power[k - 1] += re * re + im * im;
    }
  }
  const double energy = std::inner_product(window.begin(), window.end(), window.begin(), 0.0);
  for (double& bin : power) bin = 10 * std::log10(bin / (energy * static_cast<double>(segments)) + kLeast);
  return power;
}

}  // namespace

report::SignalPicture signal_picture(std::string title, std::span<const float> values, size_t width,
                                     const std::vector<data::Channel>& channels, double rate_hz) {
  report::SignalPicture picture{std::move(title), channels.empty() ? "" : channels[0].unit, rate_hz, {}};
  for (size_t c = 0; c < channels.size(); ++c) {
    if (channels[c].unit != picture.unit) picture.unit.clear();
    report::SignalPicture::Channel channel{channels[c].name, {}};
    for (size_t i = c; i < values.size(); i += width)
      channel.values.push_back(static_cast<double>(values[i]));
    channel.decibels = welch_decibels(channel.values);
    picture.channels.push_back(std::move(channel));
  }
  return picture;
}

}  // namespace tinyml::project
