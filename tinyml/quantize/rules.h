// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "tinyml/graph/graph.h"

namespace tinyml::quantize {

/// The integers that a layer computes with.
enum class Scheme : uint8_t {
  int8,     // activations asymmetric int8, biases int32
  int16x8,  // activations symmetric int16, weights int8, biases int64
};

/// How an operator's values are quantized.
enum class Form : uint8_t {
  refused,     // has no quantized form
  weighted,    // by the weights' channels, with a bias; the output has its own range
  recurrent,   // as weighted, with a state inside
  own,         // inputs and output each have their own range, constants too
  like_input,  // the outputs have the parameters of input 0
  equal,       // all inputs and outputs have the same parameters
  fixed,       // the output's parameters are laid down
  plain,       // the outputs are no real numbers and stay as they are
};

struct Rule {
  Form form = Form::refused;
  int32_t axis = 0;         // weighted: what counts output channels in the weights
  bool per_channel = true;  // weighted: a scale a channel, or one for all
  bool wide = true;         // has an int16x8 form too
  /// fixed: the output's parameters.
  Quantization int8 = {}, int16 = {};
};

/// The one place that says it for every operator of the catalogue.
Rule rule_of(const Operator& op);

}  // namespace tinyml::quantize
