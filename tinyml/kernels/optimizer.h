// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Update rules over contiguous floats, on the calling thread.
namespace tinyml::kernels {

struct AdamStep {
  float learning_rate = 1e-3f;
  float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-7f;
  /// Decoupled (Loshchilov and Hutter 2019): parameter *= 1 - learning_rate * weight_decay; 0 gives Adam.
  float weight_decay = 0;
  /// 1, 2, … of the bias correction.
  int64_t step = 1;
};

/// Adam (Kingma and Ba 2015), AdamW where weight_decay > 0; m and v are its moments, zero before step 1.
void adam(const AdamStep& options, const float* gradient, int64_t n, float* m, float* v, float* parameter);

struct SgdStep {
  float learning_rate = 1e-2f;
  float momentum = 0;
  /// Added to the gradient as weight_decay * parameter.
  float weight_decay = 0;
};

/// velocity = momentum * velocity - learning_rate * gradient; parameter += velocity. `velocity` is zero
/// before the first step.
void sgd(const SgdStep& options, const float* gradient, int64_t n, float* velocity, float* parameter);

/// average = decay * average + (1 - decay) * x
void move_average(const float* x, int64_t n, float decay, float* average);

/// The sum of squares, for clipping by the norm.
double square_sum(const float* x, int64_t n);

}  // namespace tinyml::kernels
