// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/rules.h"

namespace tinyml::quantize {
namespace {

constexpr bool kInt8Alone = false;

Rule form(Form form, bool wide = true) { return {.form = form, .wide = wide}; }
Rule weighted(int32_t axis, bool per_channel = true) {
  return {.form = Form::weighted, .axis = axis, .per_channel = per_channel};
}
Rule fixed(float scale, int32_t zero_point) {
  return {.form = Form::fixed, .int8 = {{scale}, {zero_point}}, .int16 = {{0x1p-15f}, {0}}};
}

/// Operators that have no line below.
template <class Op>
Rule rule(const Op&) {
  return {};
}
Rule rule(const Conv2D&) { return weighted(0); }
Rule rule(const DepthwiseConv2D&) { return weighted(3); }
Rule rule(const TransposeConv&) { return weighted(0); }
// TensorFlow Lite Micro's takes one scale for all weights.
Rule rule(const FullyConnected&) { return weighted(0, false); }
Rule rule(const Lstm&) { return form(Form::recurrent, kInt8Alone); }
Rule rule(const Gru&) { return form(Form::recurrent, kInt8Alone); }
Rule rule(const Add&) { return form(Form::own); }
Rule rule(const Sub&) { return form(Form::own); }
Rule rule(const Mul&) { return form(Form::own); }
Rule rule(const Prelu&) { return form(Form::own, kInt8Alone); }
Rule rule(const Reduction& op) { return form(op.kind == ReductionKind::max ? Form::like_input : Form::own); }
// TensorFlow Lite Micro's RELU6 stays on the input's scale.
Rule rule(const Relu& op) { return form(op.activation == Activation::relu6 ? Form::like_input : Form::own); }
Rule rule(const Binary& op) {
  switch (op.kind) {
    case BinaryKind::minimum:
    case BinaryKind::maximum:
      return form(Form::equal);
    case BinaryKind::div:
      return form(Form::own, kInt8Alone);
    case BinaryKind::squared_difference:
      return form(Form::own);
  }
  return {};
}
Rule rule(const Unary& op) {
  switch (op.kind) {
    case UnaryKind::logistic:
      return fixed(1.0f / 256, -128);
    case UnaryKind::tanh:
      return fixed(1.0f / 128, 0);
    case UnaryKind::leaky_relu:
    case UnaryKind::abs:
    case UnaryKind::rsqrt:
      return form(Form::own);
    default:
      return form(Form::own, kInt8Alone);
  }
}
Rule rule(const Softmax&) { return fixed(1.0f / 256, -128); }
Rule rule(const LogSoftmax&) {
  Rule rule = fixed(16.0f / 256, 127);
  rule.wide = false;
  return rule;
}
Rule rule(const AveragePool2D&) { return form(Form::like_input); }
Rule rule(const MaxPool2D&) { return form(Form::like_input); }
Rule rule(const Reshape&) { return form(Form::like_input); }
Rule rule(const Split&) { return form(Form::like_input); }
Rule rule(const StridedSlice&) { return form(Form::like_input); }
Rule rule(const Transpose&) { return form(Form::like_input); }
Rule rule(const SpaceToDepth&) { return form(Form::like_input); }
Rule rule(const Pad&) { return form(Form::like_input); }
Rule rule(const Resize&) { return form(Form::like_input); }
Rule rule(const Gather&) { return form(Form::like_input); }
Rule rule(const ReadVariable&) { return form(Form::like_input); }
Rule rule(const AssignVariable&) { return form(Form::like_input); }
Rule rule(const Concatenation&) { return form(Form::equal); }
Rule rule(const Select&) { return form(Form::equal); }
Rule rule(const Comparison&) { return form(Form::plain, kInt8Alone); }
Rule rule(const Logical&) { return form(Form::plain, kInt8Alone); }
Rule rule(const ArgExtremum&) { return form(Form::plain, kInt8Alone); }

}  // namespace

Rule rule_of(const Operator& op) {
  return std::visit([](const auto& attributes) { return rule(attributes); }, op);
}

}  // namespace tinyml::quantize
