// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <variant>

#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

constexpr float kGateScale = 1.0f / 4096, kStateScale = 1.0f / 32768, kChangeScale = 1.0f / 16384;

/// Writes a GRU as builtin operators, step by step: on float32, or an int8 one on int16.
class Unroller {
 public:
  explicit Unroller(TfliteWriter& writer) : writer_(writer) {}

  void run() {
    const Shape& x = writer_.input(0).shape;
    const Shape& y = writer_.output().shape;
    steps_ = x[1];
    inputs_ = x[2];
    units_ = y[2];
    const float input_scale = int8_ ? writer_.input(0).quantization.scale() : 1;
    const int32_t wide =
        int8_ ? add(Builtin::QUANTIZE, {0}, tensor(x, input_scale), schema::QuantizeOptionsT()) : 0;
    const int32_t rows = reshape(wide, {steps_, inputs_}, input_scale);
    std::array<std::vector<int32_t>, 3> sums;
    for (int32_t g = 0; g < 3; ++g) {
      sums[static_cast<size_t>(g)] = split(dense(rows, 1 + g, bias(7 + g, input_scale, 1 + g), steps_));
    }
    const int32_t new_bias = bias(10, kStateScale, 6);
    int32_t hidden = zeros();
    std::vector<int32_t> outputs;
    for (size_t t = 0; t < static_cast<size_t>(steps_); ++t) {
      const int32_t update = gate(sums[0][t], dense(hidden, 4, TfliteWriter::kLeftOut, 1));
      const int32_t reset = gate(sums[1][t], dense(hidden, 5, TfliteWriter::kLeftOut, 1));
      const int32_t kept = pair(Builtin::MUL, reset, dense(hidden, 6, new_bias, 1), kGateScale);
      const int32_t fresh =
          add(Builtin::TANH, {pair(Builtin::ADD, sums[2][t], kept, kGateScale)}, row(kStateScale));
      const int32_t change =
          pair(Builtin::MUL, update, pair(Builtin::SUB, hidden, fresh, kChangeScale), kChangeScale);
      hidden = pair(Builtin::ADD, fresh, change, kStateScale);
      outputs.push_back(hidden);
    }
    const int32_t all = joined(outputs);
    const int32_t flat = int8_ ? narrow(all) : all;
    schema::ReshapeOptionsT options;
    options.new_shape = y;
    emit(Builtin::RESHAPE, {flat, shape(y)}, {writer_.output_place()}, options);
  }

 private:
  using Builtin = schema::BuiltinOperator;

  Tensor tensor(Shape shape, float scale) const {
    return {writer_.output().name + "/" + std::to_string(writer_.step_tensors.size()),
            int8_ ? DType::int16 : DType::float32, std::move(shape),
            int8_ ? Quantization{{scale}, {0}, 0} : Quantization(), nullptr};
  }
  Tensor row(float scale) const { return tensor({1, units_}, scale); }

  int32_t place(Tensor one) {
    writer_.step_tensors.push_back(std::move(one));
    return writer_.output_place() + static_cast<int32_t>(writer_.step_tensors.size());
  }

  int32_t constant(DType dtype, Shape shape, std::shared_ptr<const std::vector<uint8_t>> data, float scale) {
    Tensor one = tensor(std::move(shape), scale);
    one.dtype = dtype;
    one.data = std::move(data);
    if (dtype == DType::int32) one.quantization = {};
    return place(std::move(one));
  }

  int32_t shape(const Shape& extents) {
    return constant(DType::int32, {static_cast<int32_t>(extents.size())},
                    to_constant(std::span<const int32_t>(extents)), 1);
  }

  int32_t zeros() {
    const Shape extents = {1, units_};
    const auto count = static_cast<size_t>(units_);
    if (int8_) {
      return constant(DType::int16, extents, to_constant<int16_t>(std::vector<int16_t>(count)), kStateScale);
    }
    return constant(DType::float32, extents, to_constant<float>(std::vector<float>(count)), 1);
  }

  /// The bias `place` of the sum of what has `input_scale` and the matrix `weights`; of an int8 layer in 64
  /// bits.
  int32_t bias(int32_t place, float input_scale, int32_t weights) {
    if (!int8_) return place;
    const auto values = writer_.input(static_cast<size_t>(place)).values<int32_t>();
    return constant(DType::int64, {units_},
                    to_constant<int64_t>(std::vector<int64_t>(values.begin(), values.end())),
                    input_scale * writer_.input(static_cast<size_t>(weights)).quantization.scale());
  }

  int32_t narrow(int32_t from) {
    Tensor one = tensor({steps_, units_}, 1);
    one.dtype = DType::int8;
    one.quantization = writer_.output().quantization;
    return add(Builtin::QUANTIZE, {from}, std::move(one), schema::QuantizeOptionsT());
  }

  template <class Options = std::monostate>
  void emit(Builtin builtin, std::vector<int32_t> inputs, std::vector<int32_t> outputs,
            Options options = {}) {
    auto held = std::make_shared<schema::BuiltinOptionsUnion>();
    if constexpr (!std::is_same_v<Options, std::monostate>) held->Set(std::move(options));
    writer_.steps.push_back(
        {builtin, version_of(builtin, inputs), std::move(inputs), std::move(outputs), std::move(held)});
  }

  template <class Options = std::monostate>
  int32_t add(Builtin builtin, std::vector<int32_t> inputs, Tensor output, Options options = {}) {
    const int32_t id = place(std::move(output));
    emit(builtin, std::move(inputs), {id}, std::move(options));
    return id;
  }

  int32_t reshape(int32_t from, const Shape& to, float scale) {
    schema::ReshapeOptionsT options;
    options.new_shape = to;
    const int32_t extents = shape(to);
    return add(Builtin::RESHAPE, {from, extents}, tensor(to, scale), options);
  }

  int32_t dense(int32_t from, int32_t weights, int32_t bias, int32_t rows) {
    return add(Builtin::FULLY_CONNECTED, {from, weights, bias}, tensor({rows, units_}, kGateScale),
               schema::FullyConnectedOptionsT());
  }

  std::vector<int32_t> split(int32_t from) {
    if (steps_ == 1) return {from};
    std::vector<int32_t> parts;
    for (int32_t t = 0; t < steps_; ++t) parts.push_back(place(row(kGateScale)));
    const std::vector<int32_t> zero = {0};
    const int32_t axis = constant(DType::int32, {1}, to_constant(std::span<const int32_t>(zero)), 1);
    schema::SplitOptionsT options;
    options.num_splits = steps_;
    emit(Builtin::SPLIT, {axis, from}, parts, options);
    return parts;
  }

  /// Rows below one another, some at a time: TensorFlow Lite Micro concatenates at most ten tensors.
  int32_t joined(std::vector<int32_t> parts) {
    constexpr size_t kMost = 10;
    std::vector<int32_t> rows(parts.size(), 1);
    while (parts.size() > 1) {
      std::vector<int32_t> longer, longer_rows;
      for (size_t first = 0; first < parts.size(); first += kMost) {
        const size_t end = std::min(first + kMost, parts.size());
        const std::vector<int32_t> some(parts.begin() + static_cast<ptrdiff_t>(first),
                                        parts.begin() + static_cast<ptrdiff_t>(end));
        int32_t height = 0;
        for (size_t i = first; i < end; ++i) height += rows[i];
        schema::ConcatenationOptionsT options;
        longer.push_back(some.size() == 1 ? some[0]
                                          : add(Builtin::CONCATENATION, some,
                                                tensor({height, units_}, kStateScale), options));
        longer_rows.push_back(height);
      }
      parts = std::move(longer);
      rows = std::move(longer_rows);
    }
    return parts[0];
  }

  int32_t pair(Builtin builtin, int32_t a, int32_t b, float scale) {
    if (builtin == Builtin::MUL) return add(builtin, {a, b}, row(scale), schema::MulOptionsT());
    if (builtin == Builtin::SUB) return add(builtin, {a, b}, row(scale), schema::SubOptionsT());
    return add(builtin, {a, b}, row(scale), schema::AddOptionsT());
  }

  int32_t gate(int32_t a, int32_t b) {
    return add(Builtin::LOGISTIC, {pair(Builtin::ADD, a, b, kGateScale)}, row(kStateScale));
  }

  int32_t version_of(Builtin builtin, const std::vector<int32_t>& inputs) const {
    if (builtin == Builtin::FULLY_CONNECTED) {
      if (int8_) return 7;
      return inputs[2] == TfliteWriter::kLeftOut ? 6 : 1;
    }
    return !int8_ || builtin == Builtin::RESHAPE ? 1 : 2;
  }

  TfliteWriter& writer_;
  const bool int8_ = writer_.is_int8();
  int32_t steps_ = 0, inputs_ = 0, units_ = 0;
};

}  // namespace

void write_tflite(const Gru& op, TfliteWriter& writer) {
  if (op.stateful) {
    throw Error(ErrorKind::unsupported,
                "the .tflite format has no gru that keeps its state: write the windowed model");
  }
  if (writer.input(0).shape.at(0) != 1) refuse("a batch, where 1 is needed");
  expect_parameters(writer.graph, writer.node, 6);
  writer.min_runtime = writer.is_int8() ? "2.5.0" : "2.1.0";
  Unroller(writer).run();
}

bool read_tflite(Gru&, const TfliteReader&) { return false; }

}  // namespace tinyml::ops
