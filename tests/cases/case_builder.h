// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <memory>
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
  /// An activation that is a graph input, of random bits: the whole range of integers; float32 of the
  /// standard normal distribution. A scale of 0: without.
  TensorId input(Shape shape, float scale, int32_t zero_point, DType dtype = DType::int8);
  /// The same with a scale where the type has one and a zero point where it may have one.
  TensorId input(Shape shape, DType dtype);
  /// int32 in [0, extent), an input or a constant.
  TensorId indices(Shape shape, int32_t extent, bool constant);
  TensorId output(float scale, int32_t zero_point, DType dtype = DType::int8);
  /// An output with the type and quantization of another tensor.
  TensorId output_like(TensorId id);
  /// An input of the node that is no graph input, with such values.
  TensorId constant(Shape shape, float scale, int32_t zero_point, DType dtype = DType::int8);
  /// int8 in [-127, 127] with one scale a slice of `axis`, or a single one for axis -1.
  TensorId weights(Shape shape, int32_t axis, double scale);
  /// int32, int64 for an input of int16, of about the magnitude of a sum over `taps`.
  TensorId bias(int32_t channels, int32_t taps, TensorId input, TensorId weights);
  Tensor& tensor(TensorId id) { return case_.graph[id]; }
  /// Replaces every element of a graph input or constant by change(element).
  template <class T, class Change>
  void change(TensorId id, const Change& change);

  /// A value between two nodes with the type and quantization of another tensor.
  TensorId tensor_like(TensorId id, std::string name, Shape shape);
  TensorId add(Tensor tensor) { return case_.graph.add(std::move(tensor)); }
  /// A node before the one of `finish`; infers its outputs' shapes.
  void node(Operator op, std::vector<TensorId> inputs, std::vector<TensorId> outputs);

  /// Adds the node, infers its shape and returns the case.
  OperatorCase finish(Operator op, std::vector<TensorId> inputs, TensorId output);
  OperatorCase finish(Operator op, std::vector<TensorId> inputs, std::vector<TensorId> outputs);
  /// The case of the nodes so far, with these outputs.
  OperatorCase finish(std::vector<TensorId> outputs);
  const Graph& graph() const { return case_.graph; }

 private:
  Bytes random_values(const Tensor& tensor);

  OperatorCase case_;
  Random random_;
};

/// What recurrent cases vary.
struct RecurrentSetting {
  const char* name;
  int32_t steps, inputs, units;
  float input_scale;
  int32_t input_zero_point;
  float output_scale;
  int32_t output_zero_point;
  DType dtype = DType::int8;
};

/// The inputs of a recurrent node: x, of every gate the weights of x, those of the output, and the biases of
/// x. `spread` is about the deviation of the gates' sums.
std::vector<TensorId> recurrent_inputs(CaseBuilder& builder, const RecurrentSetting& setting, int gates,
                                       float spread);

/// What cases of two operands vary.
struct PairSetting {
  const char* name;
  float a_scale, b_scale, output_scale;
  int32_t a_zero_point, b_zero_point, output_zero_point;
  Activation activation = Activation::none;
};

/// A case a setting, of an operator that is made of an activation; `seed` and the following.
template <class Op>
std::vector<OperatorCase> pair_cases(const std::string& prefix, uint64_t seed,
                                     const std::vector<PairSetting>& settings) {
  std::vector<OperatorCase> cases;
  for (const PairSetting& s : settings) {
    CaseBuilder builder(prefix + s.name, seed++);
    const Shape shape = {1, 6, 7, 13};
    const TensorId a = builder.input(shape, s.a_scale, s.a_zero_point);
    const TensorId b = builder.input(shape, s.b_scale, s.b_zero_point);
    cases.push_back(
        builder.finish(Op{s.activation}, {a, b}, builder.output(s.output_scale, s.output_zero_point)));
  }
  return cases;
}

template <class T, class Change>
void CaseBuilder::change(TensorId id, const Change& change) {
  const auto change_all = [&](Bytes& bytes) {
    for (size_t at = 0; at < bytes.size(); at += sizeof(T)) {
      T value;
      std::memcpy(&value, bytes.data() + at, sizeof(T));
      value = change(value);
      std::memcpy(bytes.data() + at, &value, sizeof(T));
    }
  };
  Tensor& tensor = case_.graph[id];
  if (tensor.is_constant()) {
    Bytes bytes = *tensor.data;
    change_all(bytes);
    tensor.data = std::make_shared<const Bytes>(std::move(bytes));
    return;
  }
  for (size_t i = 0; i < case_.inputs.size(); ++i) {
    if (case_.graph.inputs[i] == id) change_all(case_.inputs[i]);
  }
}

}  // namespace tinyml::tests
