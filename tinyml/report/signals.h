// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace tinyml::report {

/// A stretch of a recording and its spectrum.
struct SignalPicture {
  struct Channel {
    std::string name;
    std::vector<double> values;         // in physical units, 1 / rate_hz apart
    std::vector<double> decibels = {};  // of the power per bin, from rate_hz / 2 / size on; may be empty
  };
  std::string title;
  std::string unit;    // of all channels; empty where they differ or it is unknown
  double rate_hz = 0;  // 0: unknown, time is counted in samples
  std::vector<Channel> channels;
};

/// The section "What the sensors say" of a page; empty for no pictures.
std::string to_html(const std::vector<SignalPicture>& pictures);

}  // namespace tinyml::report
