// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/quantize/post_training.h"
#include "tinyml/train/anomaly.h"

namespace tinyml::quantize {

/// An anomaly net as int8, with the ranges that it asks for and those of `normal` elsewhere; `input` are the
/// parameters of its features. Tensor ids stay as they are.
Graph quantize_anomaly(const train::AnomalyNet& net, const train::FeatureRows& normal,
                       const Quantization& input, ThreadPool& pool);

}  // namespace tinyml::quantize
