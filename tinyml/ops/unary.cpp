// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/float_blocks.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

float value_of(const Unary& op, float x) {
  switch (op.kind) {
    case UnaryKind::logistic:
      return 1 / (1 + std::exp(-x));
    case UnaryKind::tanh:
      return std::tanh(x);
    case UnaryKind::hard_swish:
      return x * std::min(6.0f, std::max(0.0f, x + 3)) / 6;
    case UnaryKind::leaky_relu:
      return x > 0 ? x : x * op.alpha;
    case UnaryKind::rsqrt:
      return 1 / std::sqrt(x);
    case UnaryKind::sqrt:
      return std::sqrt(x);
    case UnaryKind::log:
      return std::log(x);
    case UnaryKind::exp:
      return std::exp(x);
    case UnaryKind::abs:
      return std::abs(x);
    case UnaryKind::neg:
      return -x;
    case UnaryKind::square:
      return x * x;
    case UnaryKind::elu:
      return x < 0 ? std::expm1(x) : x;
    case UnaryKind::sin:
      return std::sin(x);
    case UnaryKind::cos:
      return std::cos(x);
    case UnaryKind::floor:
      return std::floor(x);
    case UnaryKind::ceil:
      return std::ceil(x);
    case UnaryKind::round:
      return std::nearbyint(x);
  }
  return 0;
}

/// Of x, which became y.
float slope_of(const Unary& op, float x, float y) {
  switch (op.kind) {
    case UnaryKind::logistic:
      return y * (1 - y);
    case UnaryKind::tanh:
      return 1 - y * y;
    case UnaryKind::hard_swish:
      return x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6;
    case UnaryKind::leaky_relu:
      return x > 0 ? 1 : op.alpha;
    case UnaryKind::rsqrt:
      return -0.5f * y / x;
    case UnaryKind::sqrt:
      return 0.5f / y;
    case UnaryKind::log:
      return 1 / x;
    case UnaryKind::exp:
      return y;
    case UnaryKind::abs:
      return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f;
    case UnaryKind::neg:
      return -1;
    case UnaryKind::square:
      return 2 * x;
    case UnaryKind::elu:
      return x < 0 ? y + 1 : 1;
    case UnaryKind::sin:
      return std::cos(x);
    case UnaryKind::cos:
      return -std::sin(x);
    case UnaryKind::floor:
    case UnaryKind::ceil:
    case UnaryKind::round:
      return 0;
  }
  return 0;
}

}  // namespace

void infer(const Unary&, Graph& graph, const Node& node) {
  set_output(graph, node, Shape(graph[node.inputs.at(0)].shape));
}

int64_t macs(const Unary&, const Graph&, const Node&) { return 0; }

void forward(const Unary& op, FloatForward& pass) {
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    for (int64_t i = begin; i < begin + n; ++i)
      pass.outputs[0].data[i] = value_of(op, pass.inputs[0].data[i]);
  });
}

void backward(const Unary& op, FloatBackward& pass) {
  float* dx = pass.input_gradients[0].data;
  if (!dx) return;
  for_elements(*pass.pool, pass.outputs[0].size(), [&](int64_t begin, int64_t n) {
    for (int64_t i = begin; i < begin + n; ++i) {
      dx[i] =
          pass.output_gradients[0].data[i] * slope_of(op, pass.inputs[0].data[i], pass.outputs[0].data[i]);
    }
  });
}

namespace {

using schema::BuiltinOperator;

struct Mapping {
  UnaryKind kind;
  BuiltinOperator builtin;
  int32_t int8_version, int16_version;
};
constexpr Mapping kMappings[] = {
    {UnaryKind::logistic, BuiltinOperator::LOGISTIC, 2, 3},
    {UnaryKind::tanh, BuiltinOperator::TANH, 2, 3},
    {UnaryKind::hard_swish, BuiltinOperator::HARD_SWISH, 1, 1},
    {UnaryKind::leaky_relu, BuiltinOperator::LEAKY_RELU, 2, 2},
    {UnaryKind::rsqrt, BuiltinOperator::RSQRT, 2, 2},
    {UnaryKind::sqrt, BuiltinOperator::SQRT, 1, 1},
    {UnaryKind::log, BuiltinOperator::LOG, 1, 1},
    {UnaryKind::exp, BuiltinOperator::EXP, 1, 1},
    {UnaryKind::abs, BuiltinOperator::ABS, 2, 3},
    {UnaryKind::neg, BuiltinOperator::NEG, 1, 1},
    {UnaryKind::square, BuiltinOperator::SQUARE, 1, 1},
    {UnaryKind::elu, BuiltinOperator::ELU, 1, 1},
    {UnaryKind::sin, BuiltinOperator::SIN, 1, 1},
    {UnaryKind::cos, BuiltinOperator::COS, 1, 1},
    {UnaryKind::floor, BuiltinOperator::FLOOR, 1, 1},
    {UnaryKind::ceil, BuiltinOperator::CEIL, 1, 1},
    {UnaryKind::round, BuiltinOperator::ROUND, 1, 1},
};

}  // namespace

void write_tflite(const Unary& op, TfliteWriter& writer) {
  const Mapping& mapping = kMappings[static_cast<size_t>(op.kind)];
  TINYML_CHECK(mapping.kind == op.kind);
  writer.builtin = mapping.builtin;
  set_versions(writer, 1, mapping.int8_version, mapping.int16_version);
  if (op.kind == UnaryKind::leaky_relu) {
    schema::LeakyReluOptionsT options;
    options.alpha = op.alpha;
    writer.options.Set(std::move(options));
  } else if (op.kind == UnaryKind::hard_swish) {
    writer.options.Set(schema::HardSwishOptionsT());
  }
}

bool read_tflite(Unary& op, const TfliteReader& reader) {
  for (const Mapping& mapping : kMappings) {
    if (reader.builtin != mapping.builtin) continue;
    expect_operands(reader, 1, 1);
    op.kind = mapping.kind;
    if (op.kind == UnaryKind::leaky_relu) {
      op.alpha = options_of<schema::LeakyReluOptions>(reader).alpha();
      if (!(std::abs(op.alpha) < 1e6f)) {
        throw Error(ErrorKind::bad_file, "alpha is " + std::to_string(op.alpha));
      }
    }
    return true;
  }
  return false;
}

}  // namespace tinyml::ops
