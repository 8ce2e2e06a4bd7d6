// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace tinyml::train {

/// Softmax cross-entropy over logits [batch, classes] with target distributions of the same shape, each
/// row weighted. Writes the gradient of the mean loss; returns the mean loss.
double softmax_cross_entropy(std::span<const float> logits, std::span<const float> targets,
                             std::span<const float> weights, int classes, std::span<float> gradient);

/// The mean of (output - target)^2 over all values; writes its gradient unless that is empty.
double mean_squared_error(std::span<const float> outputs, std::span<const float> targets,
                          std::span<float> gradient);

/// Row-wise softmax of [batch, classes], in place.
void softmax(std::span<float> rows, int classes);

}  // namespace tinyml::train
