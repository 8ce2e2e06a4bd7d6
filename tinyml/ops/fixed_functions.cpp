// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/fixed_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tinyml/device/nn/softmax.h"

namespace tinyml::ops {
namespace {

constexpr int32_t kLargest = std::numeric_limits<int32_t>::max();
constexpr int kSoftmaxIntegerBits = 5;

int32_t times(int32_t a, int32_t b) { return device::rounding_doubling_high_multiply(a, b); }

// exp on [-1/4, 0): no integer bits, all values in [-1, 1).
int32_t exp_minus_quarter_to_zero(int32_t a) {
  constexpr int32_t exp_minus_eighth = 1895147668, one_third = 715827883;
  const int32_t x = a + (1 << 28);
  const int32_t x2 = times(x, x), x3 = times(x2, x), x4 = times(x2, x2);
  const int32_t x4_over_4 = device::rounding_divide_by_power_of_two(x4, 2);
  const int32_t tail = device::rounding_divide_by_power_of_two(times(x4_over_4 + x3, one_third) + x2, 1);
  return exp_minus_eighth + times(exp_minus_eighth, x + tail);
}

}  // namespace

int32_t exp_on_negative_values(int32_t a, int integer_bits) {
  if (a == 0) return kLargest;
  const int fraction_bits = 31 - integer_bits;
  const int32_t quarter = 1 << (fraction_bits - 2);
  const int32_t below_quarter = (a & (quarter - 1)) - quarter;
  int32_t result = exp_minus_quarter_to_zero(below_quarter * (1 << integer_bits));
  const int32_t remainder = below_quarter - a;
  constexpr int32_t factors[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  for (int i = 0; i < integer_bits + 2; ++i) {
    if (remainder & (1 << (fraction_bits - 2 + i))) result = times(result, factors[i]);
  }
  return result;
}

int32_t fixed_logistic(int32_t a) {
  if (a == 0) return 1 << 30;
  const int32_t above_half = device::detail::one_over_one_plus(exp_on_negative_values(a > 0 ? -a : a, 4));
  return a > 0 ? above_half : kLargest - above_half;
}

int32_t fixed_tanh(int32_t a) {
  if (a == 0) return 0;
  // tanh(x) = 2 / (1 + exp(-2 x)) - 1: the same bits with one integer bit more are twice the number.
  const int32_t x = device::detail::two_over_one_plus(exp_on_negative_values(a > 0 ? -a : a, 5)) - (1 << 29);
  const int32_t magnitude = x > (1 << 29) - 1 ? kLargest : x * 4;
  return a > 0 ? magnitude : -magnitude;
}

Multiplier inverse_square_root(int32_t x) {
  TINYML_CHECK(x > 0);
  if (x == 1) return {kLargest, 0};
  int shift = 11;
  for (; x >= 1 << 29; x /= 4) ++shift;
  const int pairs = (device::detail::leading_zeros(static_cast<uint32_t>(x)) - 1) / 2 - 1;
  shift -= pairs;
  x <<= 2 * pairs;
  // Newton's iteration with 3 integer bits.
  const int32_t value = x >> 1;
  const int32_t half = device::rounding_divide_by_power_of_two(value, 1);
  constexpr int32_t three_halves = (1 << 28) + (1 << 27);
  int32_t root = 1 << 28;
  for (int i = 0; i < 5; ++i) {
    const int32_t cube = times(times(root, root), root) * 64;
    root = (times(three_halves, root) - times(half, cube)) * 8;
  }
  constexpr int32_t half_root_of_two = 1518500250;
  int32_t result = times(root, half_root_of_two);
  if (shift < 0) {
    result <<= -shift;
    shift = 0;
  }
  return {result, -shift};
}

Multiplier softmax_multiplier(double beta, double scale) {
  const double real =
      std::min(beta * scale * (1 << (31 - kSoftmaxIntegerBits)), static_cast<double>((int64_t{1} << 31) - 1));
  if (!(real > 1)) throw Error(ErrorKind::unsupported, "softmax: the input scale is too small");
  if (real >= double{1 << 30}) return {static_cast<int32_t>(std::round(real)), 31};
  return quantize_multiplier(real);
}

std::vector<int32_t> softmax_exponentials(double beta, double scale) {
  const Multiplier multiplier = softmax_multiplier(beta, scale);
  if (multiplier.shift == 31)
    return {exp_on_negative_values(0, kSoftmaxIntegerBits)};  // the next counts as zero
  const double radius = std::floor(double{(1 << kSoftmaxIntegerBits) - 1} *
                                   static_cast<double>(int64_t{1} << (31 - kSoftmaxIntegerBits)) /
                                   static_cast<double>(int64_t{1} << multiplier.shift));
  std::vector<int32_t> table;
  for (int32_t difference = 0; difference < 256 && difference <= radius; ++difference) {
    table.push_back(exp_on_negative_values(
        device::multiply_by_quantized_multiplier(-difference, multiplier.value, multiplier.shift),
        kSoftmaxIntegerBits));
  }
  return table;
}

std::vector<int16_t> int16_table(float input_scale, int32_t input_zero_point, float output_scale,
                                 float (*function)(float)) {
  constexpr int steps = 512;
  const float first = input_scale * static_cast<float>(-32768 - input_zero_point);
  const float last = input_scale * static_cast<float>(32767 - input_zero_point);
  const float step = (last - first) / steps, half_step = step / 2;
  const float to_output = 65536.0f / (output_scale * 32767 - output_scale * -32768);
  const auto entry = [](float value) { return static_cast<int16_t>(std::clamp(value, -32768.0f, 32767.0f)); };
  std::vector<int16_t> table;
  for (int i = 0; i < steps; ++i) {
    const float at = first + static_cast<float>(i) * step;
    const float here = std::round(function(at) * to_output);
    const float next = function(first + static_cast<float>(i + 1) * step) * to_output;
    const float middle = std::round(function(at + half_step) * to_output);
    table.push_back(entry(here - std::round((std::round((next + here) / 2) - middle) / 2)));
  }
  table.push_back(entry(std::round(function(last) * to_output)));
  return table;
}

}  // namespace tinyml::ops
