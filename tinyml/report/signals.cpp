// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/signals.h"

#include <fmt/core.h>

#include <algorithm>

#include "tinyml/report/chart.h"

namespace tinyml::report {
namespace {

Chart wave(const SignalPicture& picture) {
  const bool timed = picture.rate_hz > 0;
  Chart chart{picture.title, {timed ? "time, s" : "sample"}, {picture.unit}, {}};
  for (const SignalPicture::Channel& channel : picture.channels) {
    Series series{channel.name, channel.values};
    for (size_t i = 0; i < channel.values.size(); ++i) {
      series.x.push_back(static_cast<double>(i) / (timed ? picture.rate_hz : 1));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

Chart spectrum(const SignalPicture& picture) {
  const bool timed = picture.rate_hz > 0;
  Chart chart{picture.title + ", spectrum", {timed ? "frequency, Hz" : "cycles a sample"}, {"dB"}, {}};
  for (const SignalPicture::Channel& channel : picture.channels) {
    Series series{channel.name, channel.decibels};
    const double top = (timed ? picture.rate_hz : 1) / 2;
    for (size_t i = 0; i < channel.decibels.size(); ++i) {
      series.x.push_back(top * static_cast<double>(i + 1) / static_cast<double>(channel.decibels.size()));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace

std::string to_html(const std::vector<SignalPicture>& pictures) {
  if (pictures.empty()) return "";
  std::string html = "<h2>What the sensors say</h2>\n<div class='columns'>";
  for (const SignalPicture& picture : pictures) {
    for (const std::string& figure : {to_svg(wave(picture)), to_svg(spectrum(picture))}) {
      if (!figure.empty()) html += "<div class='card'>" + figure + "</div>";
    }
  }
  return html + "</div>\n";
}

}  // namespace tinyml::report
