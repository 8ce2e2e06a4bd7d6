// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/cases/cases.h"
#include "tinyml/base/random.h"

namespace tinyml::tests {

/// Builds a case around one node, with seeded random tensors.
class CaseBuilder {
 public:
  CaseBuilder(std::string name, uint64_t seed);

  Random& random() { return random_; }
  /// An activation that is a graph input, filled over the whole int8 range.
  TensorId input(Shape shape, float scale, int32_t zero_point);
  TensorId output(float scale, int32_t zero_point);
  /// int8 in [-127, 127] with one scale a slice of `axis`, or a single one for axis -1.
  TensorId weights(Shape shape, int32_t axis, double scale);
  /// int32 of about the magnitude of a sum over `taps`.
  TensorId bias(int32_t channels, int32_t taps, TensorId input, TensorId weights);
  Tensor& tensor(TensorId id) { return case_.graph[id]; }

  /// Adds the node, infers its shape and returns the case.
  OperatorCase finish(Operator op, std::vector<TensorId> inputs, TensorId output);

 private:
  OperatorCase case_;
  Random random_;
};

}  // namespace tinyml::tests
