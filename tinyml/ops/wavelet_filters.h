// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tinyml::ops {

/// A two-channel filter bank, the four filters of one even length. Analysis is
///   y[o] = sum over k of filter[k] * x[2 o + 1 - k].
/// Sums of the low-pass filters: sqrt(2); of the high-pass ones: 0.
struct FilterBank {
  std::vector<double> analysis_low, analysis_high, synthesis_low, synthesis_high;
};

/// The filters of a wavelet, named, oriented and padded as PyWavelets does (analysis_low is its dec_lo), each
/// computed from its definition to within 1e-11:
/// - "haar", "dbN", N = 1 .. 20: the minimum-phase spectral factor of the shortest half-band filter with 2 N
///   zeros at z = -1 (Daubechies, Ten Lectures on Wavelets, 6.1);
/// - "symN", N = 2 .. 20: the factor whose phase is nearest to a line (8.1);
/// - "coifN", N = 1 .. 5: 2 N vanishing moments of the wavelet and 2 N - 1 of the scaling function (8.2);
/// - "biorS.A": the spline of order S for synthesis with the dual of A zeros for analysis (8.3.4), and
/// for 4.4,
///   5.5 and 6.8 the nearly orthonormal factors (8.4.2); "rbioS.A": the same with the roles exchanged.
/// Errors: invalid_argument, for other names.
FilterBank wavelet_filters(std::string_view family);

/// Every name that wavelet_filters knows.
const std::vector<std::string>& wavelet_families();

}  // namespace tinyml::ops
