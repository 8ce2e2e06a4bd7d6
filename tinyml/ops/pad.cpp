// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/pad.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "tinyml/graph/geometry.h"
#include "tinyml/ops/indexed_copy.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/strided_copy.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

Shape padded(const Pad& op, const Shape& input) {
  Shape output = input;
  for (size_t axis = 0; axis < input.size(); ++axis) output[axis] += op.before[axis] + op.after[axis];
  return output;
}

StridedCopy copy_of(const Pad& op, const Shape& input) {
  const std::vector<int64_t> from = strides_of(input), to = strides_of(padded(op, input));
  StridedCopy copy;
  for (size_t axis = 0; axis < input.size(); ++axis) {
    copy.loops.push_back({input[axis], from[axis], to[axis]});
    copy.to_offset += op.before[axis] * to[axis];
  }
  return copy;
}

IndexedCopy mirror_of(const Pad& op, const Shape& input) {
  const int32_t edge = op.mode == PadMode::reflect ? 0 : 1;
  std::vector<std::vector<int32_t>> indexes(input.size());
  for (size_t axis = 0; axis < input.size(); ++axis) {
    const int32_t extent = input[axis];
    for (int32_t i = -op.before[axis]; i < extent + op.after[axis]; ++i) {
      indexes[axis].push_back(i < 0 ? -i - edge : i < extent ? i : 2 * extent - 2 + edge - i);
    }
  }
  return {input, indexes};
}

/// Calls `use` with a value of the type of the elements.
template <class Use>
auto with_element(DType dtype, Use use) {
  switch (dtype) {
    case DType::float32:
      return use(float{});
    case DType::int8:
      return use(int8_t{});
    case DType::uint8:
    case DType::boolean:
      return use(uint8_t{});
    case DType::int16:
      return use(int16_t{});
    case DType::int32:
      return use(int32_t{});
    case DType::uint32:
      return use(uint32_t{});
    case DType::int64:
      return use(int64_t{});
    case DType::uint64:
      return use(uint64_t{});
  }
  TINYML_CHECK(false);
}

/// The bytes of an element of `tensor` that stands for a real number.
std::vector<uint8_t> element_of(const Tensor& tensor, double value) {
  return with_element(tensor.dtype, [&]<class T>(T element) {
    if constexpr (std::is_floating_point_v<T>) {
      element = static_cast<T>(value);
    } else {
      const Quantization& q = tensor.quantization;
      if (!q.empty()) value = value / static_cast<double>(q.scale()) + q.zero_point();
      constexpr double kLow = static_cast<double>(std::numeric_limits<T>::min());
      constexpr double kHigh = static_cast<double>(std::numeric_limits<T>::max());
      value = std::round(value);
      element = !(value > kLow)    ? std::numeric_limits<T>::min()
                : !(value < kHigh) ? std::numeric_limits<T>::max()
                                   : static_cast<T>(value);
    }
    std::vector<uint8_t> bytes(sizeof element);
    std::memcpy(bytes.data(), &element, sizeof element);
    return bytes;
  });
}

/// The way back.
double real_of(const Tensor& tensor, const uint8_t* bytes) {
  return with_element(tensor.dtype, [&]<class T>(T element) {
    std::memcpy(&element, bytes, sizeof element);
    const auto value = static_cast<double>(element);
    const Quantization& q = tensor.quantization;
    if (std::is_floating_point_v<T> || q.empty()) return value;
    return (value - q.zero_point()) * static_cast<double>(q.scale());
  });
}

}  // namespace

void infer(const Pad& op, Graph& graph, const Node& node) {
  const Shape& input = graph[node.inputs.at(0)].shape;
  if (op.before.size() != input.size() || op.after.size() != input.size()) {
    throw Error(ErrorKind::bad_file, fmt::format("{} of {} axes padded", op.before.size(), input.size()));
  }
  constexpr int32_t kMost = 1 << 20;
  for (size_t axis = 0; axis < input.size(); ++axis) {
    const int32_t most = op.mode == PadMode::constant    ? kMost
                         : op.mode == PadMode::symmetric ? input[axis]
                                                         : input[axis] - 1;
    for (const int32_t count : {op.before[axis], op.after[axis]}) {
      if (count < 0 || count > most) {
        throw Error(ErrorKind::bad_file, fmt::format("axis {} padded by {}, not 0 to {}", axis, count, most));
      }
    }
  }
  set_output(graph, node, padded(op, input));
}

int64_t macs(const Pad&, const Graph&, const Node&) { return 0; }

void forward(const Pad& op, FloatForward& pass) {
  const FloatTensor& x = pass.inputs[0];
  float* y = pass.outputs[0].data;
  if (op.mode == PadMode::constant) {
    std::fill_n(y, pass.outputs[0].size(), static_cast<float>(op.value));
    return run(copy_of(op, x.shape), x.data, y);
  }
  const IndexedCopy copy = mirror_of(op, x.shape);
  device::indexed_copy(copy.params, x.data, copy.offsets.data(), y);
}

void backward(const Pad& op, FloatBackward& pass) {
  const FloatTensor& dx = pass.input_gradients[0];
  const float* dy = pass.output_gradients[0].data;
  if (!dx.data) return;
  if (op.mode == PadMode::constant) return run(copy_of(op, dx.shape).reversed(), dy, dx.data);
  std::fill_n(dx.data, dx.size(), 0.0f);
  const IndexedCopy copy = mirror_of(op, dx.shape);
  const auto& p = copy.params;
  const int32_t* from[] = {copy.offsets.data(), nullptr, nullptr, nullptr};
  const int32_t counts[] = {p.count_0, p.count_1, p.count_2, p.count_3};
  for (size_t loop = 1; loop < 4; ++loop) from[loop] = from[loop - 1] + counts[loop - 1];
  for (int32_t a = 0; a < p.count_0; ++a) {
    for (int32_t b = 0; b < p.count_1; ++b) {
      for (int32_t c = 0; c < p.count_2; ++c) {
        for (int32_t d = 0; d < p.count_3; ++d) {
          float* to = dx.data + from[0][a] + from[1][b] + from[2][c] + from[3][d];
          for (int32_t i = 0; i < p.run; ++i) to[i] += *dy++;
        }
      }
    }
  }
}

KernelCall lower(const Pad& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = graph[node.inputs.at(0)];
  const Tensor& output = graph[node.outputs.at(0)];
  if (op.mode != PadMode::constant) return copy_call(mirror_of(op, input.shape), input.dtype);
  device::PadParams p{};
  static_cast<device::StridedCopyParams&>(p) = copy_of(op, input.shape).params();
  p.size = static_cast<int32_t>(elements(output.shape));
  return with_element_bits(input.dtype, [&]<class T>(T) {
    KernelCall call =
        make_typed_call<T>(Types<T>{}, Types<uint8_t>{}, "pad.h", "pad", p,
                           {{"value", "uint8_t", element_of(output, op.value)}}, 0, -1, TINYML_KERNEL(pad));
    call.takes_constants = true;
    return call;
  });
}

void write_tflite(const Pad& op, TfliteWriter& writer) {
  set_versions(writer, 1, 2);
  std::vector<int32_t> pairs;
  for (size_t axis = 0; axis < op.before.size(); ++axis) {
    pairs.push_back(op.before[axis]);
    pairs.push_back(op.after[axis]);
  }
  Tensor padding = int32_constant(writer.output().name + "/padding", pairs);
  padding.shape = {static_cast<int32_t>(op.before.size()), 2};
  writer.more_inputs.push_back(std::move(padding));
  if (op.mode != PadMode::constant) {
    writer.builtin = schema::BuiltinOperator::MIRROR_PAD;
    schema::MirrorPadOptionsT options;
    options.mode =
        op.mode == PadMode::reflect ? schema::MirrorPadMode::REFLECT : schema::MirrorPadMode::SYMMETRIC;
    writer.options.Set(std::move(options));
  } else if (op.value == 0) {
    writer.builtin = schema::BuiltinOperator::PAD;
    writer.options.Set(schema::PadOptionsT());
  } else {
    writer.builtin = schema::BuiltinOperator::PADV2;
    Tensor value = writer.output();
    value.name += "/value";
    value.shape = {1};
    value.data = std::make_shared<const std::vector<uint8_t>>(element_of(value, op.value));
    writer.more_inputs.push_back(std::move(value));
    writer.options.Set(schema::PadV2OptionsT());
  }
}

bool read_tflite(Pad& op, const TfliteReader& reader) {
  const bool with_value = reader.builtin == schema::BuiltinOperator::PADV2;
  if (reader.builtin == schema::BuiltinOperator::MIRROR_PAD) {
    const schema::MirrorPadMode mode = options_of<schema::MirrorPadOptions>(reader).mode();
    op.mode = mode == schema::MirrorPadMode::REFLECT ? PadMode::reflect : PadMode::symmetric;
  } else if (!with_value && reader.builtin != schema::BuiltinOperator::PAD) {
    return false;
  }
  expect_operands(reader, with_value ? 3 : 2, with_value ? 3 : 2);
  const std::vector<int32_t> pairs = constant_values(reader.input(1));
  for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
    op.before.push_back(pairs[i]);
    op.after.push_back(pairs[i + 1]);
  }
  if (with_value) {
    const Tensor& value = reader.input(2);
    const Tensor& output = reader.output();
    if (!value.is_constant() || value.dtype != output.dtype || elements(value.shape) != 1) {
      refuse("the value " + value.name + ", which is not one constant of the output's type");
    }
    if (!value.quantization.empty() && (value.quantization.scales != output.quantization.scales ||
                                        value.quantization.zero_points != output.quantization.zero_points)) {
      refuse("the value " + value.name + ", which has another scale than the output");
    }
    op.value = real_of(output, value.data->data());
  }
  reader.node.inputs.resize(1);
  return true;
}

}  // namespace tinyml::ops
