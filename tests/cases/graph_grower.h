// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "tests/cases/case_builder.h"

namespace tinyml::tests {

/// A graph that grows node by node out of values that it has.
class GraphGrower {
 public:
  explicit GraphGrower(uint64_t seed);

  Random& random() { return random_; }
  CaseBuilder& builder() { return builder_; }
  /// Uniform in [low, high].
  int32_t between(int32_t low, int32_t high);
  bool one_in(uint64_t n) { return random_.below(n) == 0; }
  template <class T>
  T one_of(std::initializer_list<T> choices) {
    return choices.begin()[random_.below(choices.size())];
  }
  /// 2^low to 2^high, of no particular mantissa.
  float scale(double low_log2, double high_log2);
  int32_t zero_point();
  Activation activation();
  /// int8, now and then int16.
  DType either() { return one_in(4) ? DType::int16 : DType::int8; }
  Padding padding() { return one_of({Padding::same, Padding::valid}); }
  Shape shape(int32_t rank);

  const Tensor& operator[](TensorId id) { return builder_.tensor(id); }
  /// A value with that many dimensions, an old one or a new input.
  TensorId value(int32_t rank, DType dtype = DType::int8);
  /// A value with 2 to 4 dimensions.
  TensorId any_value(DType dtype = DType::int8) { return value(between(2, 4), dtype); }
  /// One of this shape, if there is one besides `other`.
  std::optional<TensorId> another(TensorId other);
  TensorId result(float scale, int32_t zero_point, DType dtype = DType::int8);
  /// The same with a zero point that the type may have.
  TensorId result_of(float scale, DType dtype);
  TensorId result_like(TensorId id);
  /// A result whose range suits sums of `taps` products.
  TensorId result_of_sums(TensorId input, TensorId weights, int32_t taps);

  /// Adds a node; false where its output would be large. Errors: those of inference and lowering.
  bool add(Operator op, std::vector<TensorId> inputs, std::vector<TensorId> outputs);

  /// The case, with everything that nothing reads as an output.
  OperatorCase finish();

 private:
  CaseBuilder builder_;
  Random random_;
  std::vector<TensorId> values_;
  int results_ = 0;
};

/// Adds one node, or a few that belong together; false where nothing fits.
using Grow = bool (*)(GraphGrower&);

// Every operator of a family, once or as often as it has forms.
std::vector<Grow> weighted_growth();
std::vector<Grow> elementwise_growth();
std::vector<Grow> movement_growth();

}  // namespace tinyml::tests
