// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The elementwise part of one step of a recurrent layer for some samples, on the calling thread. A row of
// `saved` belongs to a sample and a step; rows of neighbouring samples are `saved_stride` floats apart.
namespace tinyml::kernels {

struct RecurrentStep {
  int64_t rows = 0, units = 0;
  int64_t saved_stride = 0, output_stride = 0, gate_stride = 0;
};

/// A row of `saved`: input, forget, cell and output gate, cell, tanh(cell); `units` each. On entry the gates
/// are sums before their activation; `previous` are the rows of the step before (null: all zero).
/// cell = forget * previous cell + input * gate, clipped to +-cell_clip (0: not); output = output *
/// tanh(cell).
void lstm_step(const RecurrentStep& step, float cell_clip, const float* previous, float* saved,
               float* output);

/// The gradients of the gates' sums. `output_gradient` is the layer's, `later` [rows, units] what the step
/// after adds to it (null: nothing); cell_gradient [rows, units] goes in as the step after left it and comes
/// out for the step before.
void lstm_step_gradient(const RecurrentStep& step, float cell_clip, const float* previous, const float* saved,
                        const float* output_gradient, const float* later, float* cell_gradient,
                        float* gate_gradients);

/// A row of `saved`: update, reset and new gate, then the new gate's recurrent sum; `units` each. On entry
/// the gates are sums before their activation, the new gate's without its recurrent sum. `previous` are the
/// outputs of the step before, output_stride apart (null: all zero).
void gru_step(const RecurrentStep& step, const float* previous, float* saved, float* output);

/// The gradients of the sums, in the order new, update, reset and new gate's recurrent sum. `carry`
/// [rows, units] is what the step after passes on directly, and comes out for the step before.
void gru_step_gradient(const RecurrentStep& step, const float* previous, const float* saved,
                       const float* output_gradient, const float* later, float* carry, float* gate_gradients);

}  // namespace tinyml::kernels
