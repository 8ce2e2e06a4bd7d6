// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/quantize.h"

#include <limits>

#include "tinyml/graph/rounding.h"
#include "tinyml/ops/element_type.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lower_unary.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {
namespace {

/// Errors: unsupported, for a tensor without one scale.
const Quantization& one_scale(const Tensor& tensor) {
  const Quantization& q = tensor.quantization;
  if (q.scales.size() != 1 || q.zero_points.size() != 1) {
    throw Error(ErrorKind::unsupported, "tensor \"" + tensor.name + "\" (" +
                                            std::string(name_of(tensor.dtype)) + ") has not one scale");
  }
  return q;
}

/// How far the output must stay behind the input in shared memory, for elements of these widths; never, where
/// a compiler may take it that the two do not share any.
int64_t lead_of(const Tensor& input, const Tensor& output) {
  if (size_of(input.dtype) != 1 && size_of(output.dtype) != 1) return -1;
  return std::max<int64_t>(0, output.size_bytes() - input.size_bytes());
}

KernelCall quantize_floats(const Tensor& input, const Tensor& output, bool to_even) {
  const Quantization& q = one_scale(output);
  return with_type<int8_t, int16_t, uint8_t>(output, [&]<class T>(T) {
    device::QuantizeParams p{};
    p.count = static_cast<int32_t>(elements(input.shape));
    p.zero_point = q.zero_point();
    p.min = std::numeric_limits<T>::min();
    p.max = std::numeric_limits<T>::max();
    const auto call = [&](const char* name, auto kernel) {
      return make_typed_call<T>(Types<float>{}, Types<float>{}, "quantize.h", name, p,
                                {make_table("scale", q.scales)}, 0, lead_of(input, output), kernel);
    };
    return to_even ? call("quantize_to_even", TINYML_KERNEL(quantize_to_even))
                   : call("quantize", TINYML_KERNEL(quantize));
  });
}

template <class Input, class Output>
KernelCall requantize_call(const Tensor& input, const Tensor& output) {
  const Quantization &from = one_scale(input), &to = one_scale(output);
  const Multiplier multiplier = quantize_multiplier(double{from.scale()} / double{to.scale()});
  device::RequantizeParams p{};
  p.count = static_cast<int32_t>(elements(input.shape));
  p.input_zero_point = from.zero_point();
  p.multiplier = multiplier.value;
  p.shift = multiplier.shift;
  p.zero_point = to.zero_point();
  p.min = std::numeric_limits<Output>::min();
  p.max = std::numeric_limits<Output>::max();
  if constexpr (sizeof(Input) == 1 && sizeof(Output) == 1) {
    return lookup_call<Input, Output>(p.count,
                                      [&](int32_t value) { return device::on_other_scale(p, value); });
  } else {
    return make_typed_call<Output>(Types<Input>{}, Types<>{}, "quantize.h", "requantize_all", p, {}, 0,
                                   lead_of(input, output), TINYML_KERNEL(requantize_all));
  }
}

}  // namespace

void infer(const Quantize&, Graph& graph, const Node& node) {
  graph[node.outputs.at(0)].shape = Shape(graph[node.inputs.at(0)].shape);
}

int64_t macs(const Quantize&, const Graph&, const Node&) { return 0; }

void forward(const Quantize& op, FloatForward&) { refuse_float_pass(op.kName); }

KernelCall lower(const Quantize&, const Graph& graph, const Node& node, const Target&) {
  const Tensor &input = graph[node.inputs.at(0)], &output = graph[node.outputs.at(0)];
  const auto call = [&] {
    switch (input.dtype) {
      case DType::float32:
        return quantize_floats(input, output, rounds_to_even(graph));
      case DType::uint8:
        return with_type<int8_t>(output,
                                 [&]<class To>(To) { return requantize_call<uint8_t, To>(input, output); });
      case DType::int8:
        return with_type<int8_t, uint8_t, int16_t, int32_t>(
            output, [&]<class To>(To) { return requantize_call<int8_t, To>(input, output); });
      default:
        return with_type<int16_t, int32_t>(input, [&]<class From>(From) {
          if (output.dtype == DType::int32 && input.dtype == DType::int16) {
            return requantize_call<int16_t, int32_t>(input, output);
          }
          return with_type<int8_t, int16_t>(
              output, [&]<class To>(To) { return requantize_call<From, To>(input, output); });
        });
    }
  };
  KernelCall made = call();
  made.takes_constants = true;
  return made;
}

void write_tflite(const Quantize&, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::QUANTIZE;
  writer.min_runtime = "1.14.0";
  writer.options.Set(schema::QuantizeOptionsT());
}

bool read_tflite(Quantize&, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::QUANTIZE) return false;
  expect_operands(reader, 1, 1);
  if (reader.output().quantization.empty()) {
    throw Error(ErrorKind::bad_file, reader.output().name + " has no scale");
  }
  return true;
}

void infer(const Dequantize&, Graph& graph, const Node& node) {
  graph[node.outputs.at(0)].shape = Shape(graph[node.inputs.at(0)].shape);
  graph[node.outputs[0]].dtype = DType::float32;
}

int64_t macs(const Dequantize&, const Graph&, const Node&) { return 0; }

void forward(const Dequantize& op, FloatForward&) { refuse_float_pass(op.kName); }

KernelCall lower(const Dequantize&, const Graph& graph, const Node& node, const Target&) {
  const Tensor &input = graph[node.inputs.at(0)], &output = graph[node.outputs.at(0)];
  const Quantization& q = one_scale(input);
  return with_type<int8_t, uint8_t, int16_t>(input, [&]<class T>(T) {
    const device::DequantizeParams p{static_cast<int32_t>(elements(input.shape)), q.zero_point()};
    KernelCall call = make_typed_call<float>(Types<T>{}, Types<float>{}, "quantize.h", "dequantize", p,
                                             {make_table("scale", q.scales)}, 0, lead_of(input, output),
                                             TINYML_KERNEL(dequantize));
    call.takes_constants = true;
    return call;
  });
}

void write_tflite(const Dequantize&, TfliteWriter& writer) {
  writer.builtin = schema::BuiltinOperator::DEQUANTIZE;
  set_versions(writer, 1, 2, 3);
  writer.options.Set(schema::DequantizeOptionsT());
}

bool read_tflite(Dequantize&, const TfliteReader& reader) {
  if (reader.builtin != schema::BuiltinOperator::DEQUANTIZE) return false;
  expect_operands(reader, 1, 1);
  if (reader.input(0).quantization.empty()) {
    throw Error(ErrorKind::bad_file, reader.input(0).name + " has no scale");
  }
  return true;
}

}  // namespace tinyml::ops
