// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tinyml/data/sensor_recording.h"
#include "tinyml/report/signals.h"

namespace tinyml::project {

/// Readings [samples, width] whose first channels have these names, with the power spectral density of each
/// channel by Welch's method: Hann windows of at most 256 samples, half overlapping, in dB of unit^2 a bin.
/// P. Welch, The use of the fast Fourier transform for the estimation of power spectra, 1967.
report::SignalPicture signal_picture(std::string title, std::span<const float> values, size_t width,
                                     const std::vector<data::Channel>& channels, double rate_hz);

}  // namespace tinyml::project
