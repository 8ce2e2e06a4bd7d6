// SPDX-License-Identifier: Apache-2.0
#include "tinyml/kernels/recurrent.h"

#include <algorithm>

#include "tinyml/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tinyml/kernels/recurrent.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include "tinyml/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinyml::kernels {
namespace HWY_NAMESPACE {

HWY_INLINE Vector sigmoid(Floats d, Vector x) {
  const Vector one = hn::Set(d, 1.0f);
  const Vector power = hn::Exp(d, hn::Min(hn::Neg(x), hn::Set(d, 80.0f)));
  return hn::Div(one, hn::Add(one, power));
}

// Calls body(at, load, store) for every vector of a row; the last may be partial.
template <class Body>
HWY_INLINE void for_units(int64_t units, const Body& body) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t at = 0; at < units; at += lanes) {
    const auto count = static_cast<size_t>(std::min(lanes, units - at));
    if (count == hn::Lanes(d)) {
      body(
          at, [&](const float* x) HWY_ATTR { return hn::LoadU(d, x); },
          [&](Vector v, float* y) HWY_ATTR { hn::StoreU(v, d, y); });
    } else {
      body(
          at, [&](const float* x) HWY_ATTR { return load_first(d, x, count); },
          [&](Vector v, float* y) HWY_ATTR { store_first(v, d, y, count); });
    }
  }
}

void lstm_step(const RecurrentStep& s, float cell_clip, const float* previous, float* saved, float* output) {
  const Floats d;
  const int64_t n = s.units;
  const Vector clip = hn::Set(d, cell_clip), minus_clip = hn::Neg(clip);
  for (int64_t r = 0; r < s.rows; ++r, saved += s.saved_stride, output += s.output_stride) {
    const float* before = previous ? previous + r * s.saved_stride + 4 * n : nullptr;
    for_units(n, [&](int64_t at, auto load, auto store) HWY_ATTR {
      float* row = saved + at;
      const Vector in = sigmoid(d, load(row)), forget = sigmoid(d, load(row + n));
      const Vector gate = hn::Tanh(d, load(row + 2 * n)), out = sigmoid(d, load(row + 3 * n));
      Vector cell = hn::Mul(in, gate);
      if (before) cell = hn::MulAdd(forget, load(before + at), cell);
      if (cell_clip > 0) cell = clamp(cell, minus_clip, clip);
      const Vector squashed = hn::Tanh(d, cell);
      store(in, row), store(forget, row + n), store(gate, row + 2 * n), store(out, row + 3 * n);
      store(cell, row + 4 * n), store(squashed, row + 5 * n);
      store(hn::Mul(out, squashed), output + at);
    });
  }
}

void lstm_step_gradient(const RecurrentStep& s, float cell_clip, const float* previous, const float* saved,
                        const float* output_gradient, const float* later, float* cell_gradient,
                        float* gate_gradients) {
  const Floats d;
  const int64_t n = s.units;
  const Vector one = hn::Set(d, 1.0f), clip = hn::Set(d, cell_clip);
  for (int64_t r = 0; r < s.rows; ++r) {
    const float* row = saved + r * s.saved_stride;
    const float* before = previous ? previous + r * s.saved_stride + 4 * n : nullptr;
    for_units(n, [&](int64_t at, auto load, auto store) HWY_ATTR {
      const Vector in = load(row + at), forget = load(row + n + at), gate = load(row + 2 * n + at);
      const Vector out = load(row + 3 * n + at), squashed = load(row + 5 * n + at);
      Vector dh = load(output_gradient + r * s.output_stride + at);
      if (later) dh = hn::Add(dh, load(later + r * n + at));
      Vector dc = hn::Mul(hn::Mul(dh, out), hn::NegMulAdd(squashed, squashed, one));
      dc = hn::Add(dc, load(cell_gradient + r * n + at));
      if (cell_clip > 0) dc = hn::IfThenElseZero(hn::Lt(hn::Abs(load(row + 4 * n + at)), clip), dc);
      const auto through_sigmoid = [&](Vector y, Vector dy)
                                       HWY_ATTR { return hn::Mul(dy, hn::NegMulAdd(y, y, y)); };
      float* to = gate_gradients + r * s.gate_stride + at;
      store(through_sigmoid(in, hn::Mul(dc, gate)), to);
      store(before ? through_sigmoid(forget, hn::Mul(dc, load(before + at))) : hn::Zero(d), to + n);
      store(hn::Mul(hn::Mul(dc, in), hn::NegMulAdd(gate, gate, one)), to + 2 * n);
      store(through_sigmoid(out, hn::Mul(dh, squashed)), to + 3 * n);
      store(hn::Mul(dc, forget), cell_gradient + r * n + at);
    });
  }
}

void gru_step(const RecurrentStep& s, const float* previous, float* saved, float* output) {
  const Floats d;
  const int64_t n = s.units;
  for (int64_t r = 0; r < s.rows; ++r, saved += s.saved_stride, output += s.output_stride) {
    const float* before = previous ? previous + r * s.output_stride : nullptr;
    for_units(n, [&](int64_t at, auto load, auto store) HWY_ATTR {
      float* row = saved + at;
      const Vector update = sigmoid(d, load(row)), reset = sigmoid(d, load(row + n));
      const Vector fresh = hn::Tanh(d, hn::MulAdd(reset, load(row + 3 * n), load(row + 2 * n)));
      const Vector old = before ? load(before + at) : hn::Zero(d);
      store(update, row), store(reset, row + n), store(fresh, row + 2 * n);
      store(hn::MulAdd(update, hn::Sub(old, fresh), fresh), output + at);
    });
  }
}

void gru_step_gradient(const RecurrentStep& s, const float* previous, const float* saved,
                       const float* output_gradient, const float* later, float* carry,
                       float* gate_gradients) {
  const Floats d;
  const int64_t n = s.units;
  const Vector one = hn::Set(d, 1.0f);
  for (int64_t r = 0; r < s.rows; ++r) {
    const float* row = saved + r * s.saved_stride;
    const float* before = previous ? previous + r * s.output_stride : nullptr;
    for_units(n, [&](int64_t at, auto load, auto store) HWY_ATTR {
      const Vector update = load(row + at), reset = load(row + n + at), fresh = load(row + 2 * n + at);
      const Vector old = before ? load(before + at) : hn::Zero(d);
      Vector dh = hn::Add(load(output_gradient + r * s.output_stride + at), load(carry + r * n + at));
      if (later) dh = hn::Add(dh, load(later + r * n + at));
      const auto through_sigmoid = [&](Vector y, Vector dy)
                                       HWY_ATTR { return hn::Mul(dy, hn::NegMulAdd(y, y, y)); };
      const Vector of_new = hn::Mul(hn::Mul(dh, hn::Sub(one, update)), hn::NegMulAdd(fresh, fresh, one));
      float* to = gate_gradients + r * s.gate_stride + at;
      store(of_new, to);
      store(through_sigmoid(update, hn::Mul(dh, hn::Sub(old, fresh))), to + n);
      store(through_sigmoid(reset, hn::Mul(of_new, load(row + 3 * n + at))), to + 2 * n);
      store(hn::Mul(of_new, reset), to + 3 * n);
      store(hn::Mul(dh, update), carry + r * n + at);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace tinyml::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinyml::kernels {

HWY_EXPORT(lstm_step);
HWY_EXPORT(lstm_step_gradient);
HWY_EXPORT(gru_step);
HWY_EXPORT(gru_step_gradient);

void lstm_step(const RecurrentStep& step, float cell_clip, const float* previous, float* saved,
               float* output) {
  HWY_DYNAMIC_DISPATCH(lstm_step)(step, cell_clip, previous, saved, output);
}
void lstm_step_gradient(const RecurrentStep& step, float cell_clip, const float* previous, const float* saved,
                        const float* output_gradient, const float* later, float* cell_gradient,
                        float* gate_gradients) {
  HWY_DYNAMIC_DISPATCH(lstm_step_gradient)
  (step, cell_clip, previous, saved, output_gradient, later, cell_gradient, gate_gradients);
}

void gru_step(const RecurrentStep& step, const float* previous, float* saved, float* output) {
  HWY_DYNAMIC_DISPATCH(gru_step)(step, previous, saved, output);
}
void gru_step_gradient(const RecurrentStep& step, const float* previous, const float* saved,
                       const float* output_gradient, const float* later, float* carry,
                       float* gate_gradients) {
  HWY_DYNAMIC_DISPATCH(gru_step_gradient)
  (step, previous, saved, output_gradient, later, carry, gate_gradients);
}

}  // namespace tinyml::kernels
#endif
