// SPDX-License-Identifier: Apache-2.0
#include "tinyml/kernels/optimizer.h"

#include <algorithm>
#include <cmath>

#include "tinyml/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tinyml/kernels/optimizer.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tinyml/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinyml::kernels {
namespace HWY_NAMESPACE {

void adam(const AdamStep& o, const float* gradient, int64_t n, float* m, float* v, float* parameter) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const double correction1 = 1 - std::pow(static_cast<double>(o.beta1), static_cast<double>(o.step));
  const double correction2 = 1 - std::pow(static_cast<double>(o.beta2), static_cast<double>(o.step));
  const Vector beta1 = hn::Set(d, o.beta1), rest1 = hn::Set(d, 1 - o.beta1);
  const Vector beta2 = hn::Set(d, o.beta2), rest2 = hn::Set(d, 1 - o.beta2);
  const Vector rate = hn::Set(d, static_cast<float>(o.learning_rate / correction1));
  const Vector unbias = hn::Set(d, static_cast<float>(1 / std::sqrt(correction2)));
  const Vector epsilon = hn::Set(d, o.epsilon);
  const Vector keep = hn::Set(d, 1 - o.learning_rate * o.weight_decay);
  for (int64_t i = 0; i < n; i += lanes) {
    const auto count = static_cast<size_t>(std::min(lanes, n - i));
    const Vector g = load_first(d, gradient + i, count);
    const Vector first = hn::MulAdd(beta1, load_first(d, m + i, count), hn::Mul(rest1, g));
    const Vector second = hn::MulAdd(beta2, load_first(d, v + i, count), hn::Mul(rest2, hn::Mul(g, g)));
    store_first(first, d, m + i, count);
    store_first(second, d, v + i, count);
    const Vector deviation = hn::MulAdd(hn::Sqrt(second), unbias, epsilon);
    const Vector kept = hn::Mul(load_first(d, parameter + i, count), keep);
    store_first(hn::Sub(kept, hn::Div(hn::Mul(rate, first), deviation)), d, parameter + i, count);
  }
}

void sgd(const SgdStep& o, const float* gradient, int64_t n, float* velocity, float* parameter) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const Vector rate = hn::Set(d, -o.learning_rate), momentum = hn::Set(d, o.momentum);
  const Vector decay = hn::Set(d, o.weight_decay);
  for (int64_t i = 0; i < n; i += lanes) {
    const auto count = static_cast<size_t>(std::min(lanes, n - i));
    const Vector p = load_first(d, parameter + i, count);
    const Vector g = hn::MulAdd(decay, p, load_first(d, gradient + i, count));
    const Vector moved = hn::MulAdd(momentum, load_first(d, velocity + i, count), hn::Mul(rate, g));
    store_first(moved, d, velocity + i, count);
    store_first(hn::Add(p, moved), d, parameter + i, count);
  }
}

void move_average(const float* x, int64_t n, float decay, float* average) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const Vector rest = hn::Set(d, 1 - decay);
  for (int64_t i = 0; i < n; i += lanes) {
    const auto count = static_cast<size_t>(std::min(lanes, n - i));
    const Vector a = load_first(d, average + i, count);
    store_first(hn::MulAdd(rest, hn::Sub(load_first(d, x + i, count), a), a), d, average + i, count);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace tinyml::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinyml::kernels {

HWY_EXPORT(adam);
HWY_EXPORT(sgd);
HWY_EXPORT(move_average);

void adam(const AdamStep& options, const float* gradient, int64_t n, float* m, float* v, float* parameter) {
  HWY_DYNAMIC_DISPATCH(adam)(options, gradient, n, m, v, parameter);
}
void sgd(const SgdStep& options, const float* gradient, int64_t n, float* velocity, float* parameter) {
  HWY_DYNAMIC_DISPATCH(sgd)(options, gradient, n, velocity, parameter);
}
void move_average(const float* x, int64_t n, float decay, float* average) {
  HWY_DYNAMIC_DISPATCH(move_average)(x, n, decay, average);
}
double square_sum(const float* x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += static_cast<double>(x[i]) * x[i];
  return sum;
}

}  // namespace tinyml::kernels
#endif
