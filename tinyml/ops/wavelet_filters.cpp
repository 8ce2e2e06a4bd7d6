// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/wavelet_filters.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "tinyml/base/error.h"

namespace tinyml::ops {
namespace {

using Real = long double;
using Complex = std::complex<Real>;
using Polynomial = std::vector<Real>;  // in z^-1, lowest first

constexpr int kLargestDaubechies = 20, kLargestCoiflet = 5;
constexpr const char* kBiorthogonal[] = {"1.1", "1.3", "1.5", "2.2", "2.4", "2.6", "2.8", "3.1",
                                         "3.3", "3.5", "3.7", "3.9", "4.4", "5.5", "6.8"};

Polynomial operator*(const Polynomial& a, const Polynomial& b) {
  Polynomial product(a.size() + b.size() - 1);
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size(); ++j) product[i + j] += a[i] * b[j];
  }
  return product;
}

Polynomial power(const Polynomial& base, int exponent) {
  Polynomial result = {1};
  for (int i = 0; i < exponent; ++i) result = result * base;
  return result;
}

/// Polynomials that are even functions of the frequency: cos^2 and sin^2 of half of it.
const Polynomial kCosine = {0.25L, 0.5L, 0.25L}, kSine = {-0.25L, 0.5L, -0.25L};

/// The half-band polynomial that 2 `order` zeros at z = -1 leave is the sum over k < order of this times y^k,
/// y = sin^2 of half the frequency: C(order - 1 + k, k).
Real half_band(int order, int k) {
  Real value = 1;
  for (int i = 1; i <= k; ++i) value = value * static_cast<Real>(order - 1 + i) / static_cast<Real>(i);
  return value;
}

/// It as a symmetric polynomial of 2 order - 1 coefficients.
Polynomial half_band_shape(int order) {
  Polynomial sum(static_cast<size_t>(2 * order - 1)), term = {1};
  for (int k = 0; k < order; ++k, term = term * kSine) {
    const size_t first = static_cast<size_t>(order - 1 - k);
    for (size_t i = 0; i < term.size(); ++i) sum[first + i] += half_band(order, k) * term[i];
  }
  return sum;
}

/// Its roots in y with imaginary part >= 0, by real part; by Aberth's iteration.
std::vector<Complex> half_band_roots(int order) {
  const int degree = order - 1;
  std::vector<Complex> roots;
  for (int i = 0; i < degree; ++i) {
    roots.push_back(std::polar<Real>(0.35L, 2 * std::numbers::pi_v<Real> * (i + 0.3L) / degree));
  }
  for (int step = 0; step < 200; ++step) {
    for (Complex& root : roots) {
      Complex value = 0, slope = 0;
      for (int k = degree; k >= 0; --k) {
        slope = slope * root + value;
        value = value * root + half_band(order, k);
      }
      Complex repulsion = 0;
      for (const Complex& other : roots) {
        if (&other != &root) repulsion += Real{1} / (root - other);
      }
      root -= value / (slope - value * repulsion);
    }
  }
  std::erase_if(roots, [](const Complex& root) { return root.imag() < -1e-10L; });
  for (Complex& root : roots) root = {root.real(), std::abs(root.imag()) < 1e-10L ? 0 : root.imag()};
  std::ranges::sort(roots, {}, [](const Complex& root) { return root.real(); });
  return roots;
}

/// Of the two z with y = (2 - z - 1 / z) / 4, the one inside the unit circle.
Complex inside(const Complex& y) {
  const Complex b = Real{1} - Real{2} * y, root = std::sqrt(b * b - Real{1});
  return Real{1} / (std::abs(b + root) > 1 ? b + root : b - root);
}

/// 1 - z, and its conjugate's where z is not real.
Polynomial linear_factors(const Complex& z) {
  if (z.imag() == 0) return {1, -z.real()};
  return {1, -2 * z.real(), std::norm(z)};
}

/// The same for y, as a symmetric polynomial.
Polynomial symmetric_factors(const Complex& y) {
  const Complex u = Real{2} - Real{4} * y;
  if (y.imag() == 0) return {1, -u.real(), 1};
  return {1, -2 * u.real(), 2 + std::norm(u), -2 * u.real(), 1};
}

std::vector<double> low_pass(const Polynomial& shape) {
  Real sum = 0;
  for (const Real tap : shape) sum += tap;
  std::vector<double> taps;
  for (const Real tap : shape) taps.push_back(static_cast<double>(tap / sum * std::numbers::sqrt2_v<Real>));
  return taps;
}

std::vector<double> reversed(std::vector<double> taps) {
  std::ranges::reverse(taps);
  return taps;
}

/// The high-pass filters cancel the low-pass ones' aliases.
FilterBank bank_of(std::vector<double> analysis_low, std::vector<double> synthesis_low) {
  FilterBank bank;
  bank.analysis_low = std::move(analysis_low);
  bank.synthesis_low = std::move(synthesis_low);
  for (size_t i = 0; i < bank.analysis_low.size(); ++i) {
    const double sign = i % 2 ? -1 : 1;
    bank.analysis_high.push_back(-sign * bank.synthesis_low[i]);
    bank.synthesis_high.push_back(sign * bank.analysis_low[i]);
  }
  return bank;
}

Polynomial daubechies(int order) {
  Polynomial shape = power({1, 1}, order);
  for (const Complex& y : half_band_roots(order)) shape = shape * linear_factors(inside(y));
  return shape;
}

/// A factor's phase, less its linear part, is sum of c_n sin(n w) with c_n = Re(z^n) / n for z inside the
/// unit circle and its negative for 1 / z; the choice of least mean square is, by Parseval, that of the
/// least sum of squares of c_n.
Polynomial symlet(int order) {
  constexpr int kHarmonics = 400;
  std::vector<Complex> zeros;
  std::vector<std::vector<Real>> phases;
  for (const Complex& y : half_band_roots(order)) {
    const Complex z = zeros.emplace_back(inside(y));
    std::vector<Real>& phase = phases.emplace_back();
    Complex zn = z;
    for (int n = 1; n <= kHarmonics; ++n, zn *= z) {
      phase.push_back((z.imag() == 0 ? 1 : 2) * zn.real() / static_cast<Real>(n));
    }
  }
  const auto harmonic = [&](size_t choice, size_t n) {
    Real c = 0;
    for (size_t i = 0; i < zeros.size(); ++i) c += choice >> i & 1 ? -phases[i][n] : phases[i][n];
    return c;
  };
  Real best = std::numeric_limits<Real>::max();
  size_t best_choice = 0;
  for (size_t choice = 0; choice < size_t{1} << (zeros.size() - 1); ++choice) {
    Real total = 0;
    for (size_t n = 0; n < kHarmonics; ++n) total += harmonic(choice, n) * harmonic(choice, n);
    if (total < best) best = total, best_choice = choice;
  }
  // Which of a filter and its mirror image carries the name is a convention of the published tables; it shows
  // as the sign of the phase's mean.
  constexpr int kPositive[] = {2, 3, 7, 11, 12, 14, 15, 16, 17, 19, 20};
  Real mean = 0;
  for (size_t n = 0; n < kHarmonics; n += 2) mean += harmonic(best_choice, n) / static_cast<Real>(n + 1);
  if ((mean > 0) != (std::ranges::count(kPositive, order) > 0)) best_choice = ~best_choice;

  Polynomial shape = power({1, 1}, order);
  for (size_t i = 0; i < zeros.size(); ++i) {
    shape = shape * linear_factors(best_choice >> i & 1 ? Real{1} / zeros[i] : zeros[i]);
  }
  return shape;
}

/// Solves a square system, by elimination with row pivots.
std::vector<Real> solve(std::vector<std::vector<Real>> rows, std::vector<Real> right) {
  const size_t n = right.size();
  for (size_t k = 0; k < n; ++k) {
    size_t pivot = k;
    for (size_t i = k + 1; i < n; ++i) {
      if (std::abs(rows[i][k]) > std::abs(rows[pivot][k])) pivot = i;
    }
    std::swap(rows[k], rows[pivot]);
    std::swap(right[k], right[pivot]);
    for (size_t i = k + 1; i < n; ++i) {
      const Real factor = rows[i][k] / rows[k][k];
      for (size_t j = k; j < n; ++j) rows[i][j] -= factor * rows[k][j];
      right[i] -= factor * right[k];
    }
  }
  for (size_t k = n; k-- > 0;) {
    for (size_t j = k + 1; j < n; ++j) right[k] -= rows[k][j] * right[j];
    right[k] /= rows[k][k];
  }
  return right;
}

/// cos^2K (half_band(K) + sin^2K f), where f is any polynomial, has the moments; the 2 K coefficients of f
/// that make it orthogonal to its own even shifts are the ones that Newton's method finds from f = 0. The
/// shifts below 2 K follow from the others.
Polynomial coiflet(int order) {
  const size_t length = static_cast<size_t>(6 * order), unknowns = static_cast<size_t>(2 * order);
  const Polynomial cosines = power(kCosine, order), direction = cosines * power(kSine, order);
  const Polynomial start = cosines * half_band_shape(order);
  std::vector<Real> taps(length);
  std::ranges::copy(start, taps.begin() + 1);
  for (int step = 0; step < 400; ++step) {
    std::vector<std::vector<Real>> slopes;
    std::vector<Real> right;
    for (size_t shift = 2 * static_cast<size_t>(order); shift < length; shift += 2) {
      Real product = 0;
      std::vector<Real> gradient(length);
      for (size_t i = shift; i < length; ++i) {
        product += taps[i] * taps[i - shift];
        gradient[i] += taps[i - shift];
        gradient[i - shift] += taps[i];
      }
      right.push_back(-product);
      std::vector<Real>& row = slopes.emplace_back(unknowns);
      for (size_t j = 0; j < unknowns; ++j) {
        for (size_t i = 0; i < direction.size(); ++i) row[j] += gradient[i + j] * direction[i];
      }
    }
    const std::vector<Real> change = solve(std::move(slopes), std::move(right));
    for (size_t j = 0; j < unknowns; ++j) {
      for (size_t i = 0; i < direction.size(); ++i) taps[i + j] += change[j] * direction[i];
    }
  }
  return taps;
}

/// Symmetric filters, zeros around them as PyWavelets puts them.
FilterBank biorthogonal(int synthesis_order, int analysis_order) {
  int synthesis_zeros = synthesis_order, analysis_zeros = analysis_order;
  if (synthesis_order == 5) synthesis_zeros = 6, analysis_zeros = 4;
  const int order = (synthesis_zeros + analysis_zeros) / 2;
  Polynomial synthesis = power({1, 1}, synthesis_zeros), analysis = power({1, 1}, analysis_zeros);
  if (synthesis_order < 4) {
    analysis = analysis * half_band_shape(order);
  } else {
    const std::vector<Complex> roots = half_band_roots(order);
    const size_t to_synthesis = synthesis_order == 6 ? 1 : 0;
    for (size_t i = 0; i < roots.size(); ++i) {
      Polynomial& filter = i == to_synthesis ? synthesis : analysis;
      filter = filter * symmetric_factors(roots[i]);
    }
  }
  const size_t longest = std::max(analysis.size(), synthesis.size()), length = longest + longest % 2;
  const auto padded = [&](const Polynomial& shape, size_t first) {
    std::vector<double> taps(length);
    std::ranges::copy(low_pass(shape), taps.begin() + static_cast<ptrdiff_t>(first));
    return taps;
  };
  return bank_of(padded(analysis, (length - analysis.size() + 1) / 2),
                 padded(synthesis, (length - synthesis.size()) / 2));
}

}  // namespace

FilterBank wavelet_filters(std::string_view family) {
  const auto orthogonal = [](const Polynomial& shape) {
    const std::vector<double> synthesis = low_pass(shape);
    return bank_of(reversed(synthesis), synthesis);
  };
  if (family == "haar") return orthogonal(daubechies(1));
  if (std::ranges::count(wavelet_families(), family) == 0) {
    throw Error(ErrorKind::invalid_argument, fmt::format("no wavelet \"{}\"; the nearest are {}", family,
                                                         nearest_names(family, wavelet_families())));
  }
  const size_t digits = family.find_first_of("0123456789");
  const std::string_view kind = family.substr(0, digits);
  const std::string number(family.substr(digits));
  const int order = std::stoi(number);
  if (kind == "db") return orthogonal(daubechies(order));
  if (kind == "sym") return orthogonal(symlet(order));
  if (kind == "coif") return orthogonal(coiflet(order));
  const FilterBank bank = biorthogonal(order, number.back() - '0');
  return kind == "bior" ? bank : bank_of(reversed(bank.synthesis_low), reversed(bank.analysis_low));
}

const std::vector<std::string>& wavelet_families() {
  static const std::vector<std::string> families = [] {
    std::vector<std::string> names = {"haar"};
    for (int n = 1; n <= kLargestDaubechies; ++n) names.push_back(fmt::format("db{}", n));
    for (int n = 2; n <= kLargestDaubechies; ++n) names.push_back(fmt::format("sym{}", n));
    for (int n = 1; n <= kLargestCoiflet; ++n) names.push_back(fmt::format("coif{}", n));
    for (const char* kind : {"bior", "rbio"}) {
      for (const char* orders : kBiorthogonal) names.push_back(fmt::format("{}{}", kind, orders));
    }
    return names;
  }();
  return families;
}

}  // namespace tinyml::ops
