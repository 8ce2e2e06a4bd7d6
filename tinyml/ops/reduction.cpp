// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/nn/reduction.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "tinyml/ops/axis.h"
#include "tinyml/ops/broadcast.h"
#include "tinyml/ops/element_type.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {
namespace {

bool is_summed(const Reduction& op, size_t dimension) {
  return std::find(op.axes.begin(), op.axes.end(), static_cast<int32_t>(dimension)) != op.axes.end();
}

/// The input's shape with 1 for the dimensions that are summed or those that are kept.
Shape shape_of_part(const Reduction& op, Shape shape, bool summed) {
  for (size_t i = 0; i < shape.size(); ++i) {
    if (is_summed(op, i) != summed) shape[i] = 1;
  }
  return shape;
}

/// Along the dimensions that are not in `part` a walk over it stands still, so that a walk over the whole
/// shape cut down to `part` shows where its elements lie in the whole.
struct Levels {
  std::vector<int32_t> extents, strides;
};

Levels levels_of_part(const Shape& shape, const Shape& part) {
  Levels levels;
  int32_t stride = 1;
  for (size_t i = shape.size(); i-- > 0; stride *= shape[i]) {
    if (part[i] == 1) continue;
    if (!levels.extents.empty() && stride == levels.extents.back() * levels.strides.back()) {
      levels.extents.back() *= part[i];
    } else {
      levels.extents.push_back(part[i]);
      levels.strides.push_back(stride);
    }
  }
  return levels;
}

/// As device::Rows has them, from level `first` on.
std::vector<int32_t> table_of(const Levels& levels, size_t first) {
  std::vector<int32_t> table;
  for (size_t i = first; i < levels.extents.size(); ++i) {
    const int32_t back = i == first ? 0 : levels.extents[i - 1] * levels.strides[i - 1];
    table.push_back(levels.extents[i]);
    table.push_back(levels.strides[i] - back);
  }
  return table;
}

/// The walks of device::reduce.
std::vector<int32_t> set_walks(const Reduction& op, const Shape& shape, device::ReductionWalk& p) {
  if (shape.size() > size_t{device::kMostLevels}) {
    throw Error(ErrorKind::unsupported, fmt::format("{} of {} dimensions", op.name(), shape.size()));
  }
  const Levels kept = levels_of_part(shape, shape_of_part(op, shape, false));
  const Levels summed = levels_of_part(shape, shape_of_part(op, shape, true));
  std::vector<int32_t> levels = table_of(kept, 0);
  if (levels.empty()) levels = {1, 0};
  p.kept_levels = static_cast<int32_t>(levels.size() / 2);
  p.row = summed.extents.empty() ? 1 : summed.extents[0];
  p.step = summed.extents.empty() ? 0 : summed.strides[0];
  const std::vector<int32_t> rest = table_of(summed, 1);
  p.summed_levels = static_cast<int32_t>(rest.size() / 2);
  levels.insert(levels.end(), rest.begin(), rest.end());
  return levels;
}

/// Calls body(i, k) for every element i of the input, which goes into element k of the output.
template <class Body>
void for_terms(const Reduction& op, const Shape& shape, const Body& body) {
  device::ReductionWalk p{};
  const std::vector<int32_t> levels = set_walks(op, shape, p);
  device::Rows<1> kept;
  int64_t k = 0;
  do {
    device::Rows<1> summed;
    do {
      for (int32_t i = 0; i < p.row; ++i) body(kept.at[0] + summed.at[0] + i * p.step, k);
    } while (summed.next(levels.data() + 2 * p.kept_levels, p.summed_levels));
    ++k;
  } while (kept.next(levels.data(), p.kept_levels));
}

int64_t terms(const Reduction& op, const Shape& shape) { return elements(shape_of_part(op, shape, true)); }

float weight_of_term(const Reduction& op, const Shape& shape) {
  return op.kind == ReductionKind::mean ? 1.0f / static_cast<float>(terms(op, shape)) : 1.0f;
}

}  // namespace

void infer(const Reduction& op, Graph& graph, const Node& node) {
  const Shape input = graph[node.inputs.at(0)].shape;
  Shape shape;
  for (const int32_t axis : op.axes) checked_axis(axis, input.size());
  for (size_t i = 0; i < input.size(); ++i) {
    if (!is_summed(op, i)) {
      shape.push_back(input[i]);
    } else if (op.keep_dimensions) {
      shape.push_back(1);
    }
  }
  set_output(graph, node, shape);
}

int64_t macs(const Reduction&, const Graph&, const Node&) { return 0; }

void forward(const Reduction& op, FloatForward& pass) {
  const float* x = pass.inputs[0].data;
  float* y = pass.outputs[0].data;
  if (op.kind == ReductionKind::max) {
    std::fill_n(y, pass.outputs[0].size(), -std::numeric_limits<float>::infinity());
    for_terms(op, pass.inputs[0].shape, [&](int64_t i, int64_t k) { y[k] = std::max(y[k], x[i]); });
    return;
  }
  std::fill_n(y, pass.outputs[0].size(), 0.0f);
  for_terms(op, pass.inputs[0].shape, [&](int64_t i, int64_t k) { y[k] += x[i]; });
  if (op.kind == ReductionKind::sum) return;
  const auto count = static_cast<float>(terms(op, pass.inputs[0].shape));
  for (int64_t k = 0; k < pass.outputs[0].size(); ++k) y[k] /= count;
}

void backward(const Reduction& op, FloatBackward& pass) {
  float* dx = pass.input_gradients[0].data;
  if (!dx) return;
  const float* dy = pass.output_gradients[0].data;
  if (op.kind == ReductionKind::max) {
    // To the first of equals.
    std::vector<bool> found(static_cast<size_t>(pass.outputs[0].size()));
    for_terms(op, pass.inputs[0].shape, [&](int64_t i, int64_t k) {
      const bool is_it = !found[static_cast<size_t>(k)] && pass.inputs[0].data[i] == pass.outputs[0].data[k];
      if (is_it) found[static_cast<size_t>(k)] = true;
      dx[i] = is_it ? dy[k] : 0.0f;
    });
    return;
  }
  const float weight = weight_of_term(op, pass.inputs[0].shape);
  for_terms(op, pass.inputs[0].shape, [&](int64_t i, int64_t k) { dx[i] = dy[k] * weight; });
}

namespace {

KernelCall lower_max(const Reduction& op, const Tensor& input, const Tensor& output) {
  if (input.quantization.scale() != output.quantization.scale() ||
      input.quantization.zero_point() != output.quantization.zero_point()) {
    throw Error(ErrorKind::unsupported, "reduce_max whose input and output differ in scale or zero point");
  }
  device::ReductionWalk p{};
  const std::vector<int32_t> levels = set_walks(op, input.shape, p);
  return with_type<int8_t>(input, [&]<class T>(T) {
    return make_typed_call<T>(Types<T>{}, Types<int32_t>{}, "reduction.h", "reduce_max", p,
                              {make_table("levels", levels)}, 0, -1, TINYML_KERNEL(reduce_max));
  });
}

}  // namespace

KernelCall lower(const Reduction& op, const Graph& graph, const Node& node, const Target&) {
  const Tensor& input = quantized_activation(graph, node.inputs.at(0));
  const Tensor& output = quantized_activation(graph, node.outputs.at(0));
  if (op.kind == ReductionKind::max) return lower_max(op, input, output);
  const int64_t count = terms(op, input.shape);
  Multiplier multiplier =
      quantize_multiplier(double{input.quantization.scale()} / double{output.quantization.scale()});
  if (op.kind == ReductionKind::mean) {
    const int divisor_bits = std::bit_width(static_cast<uint64_t>(count)) - 1;
    const int shift = std::min({divisor_bits, 32, 31 + multiplier.shift});
    multiplier.value = static_cast<int32_t>((int64_t{multiplier.value} << shift) / count);
    multiplier.shift -= shift;
  }
  const ActivationRange range = activation_range(Activation::none, output.quantization, output.dtype);
  device::ReductionParams p{};
  const std::vector<int32_t> levels = set_walks(op, input.shape, p);
  p.offset = static_cast<int32_t>(static_cast<uint32_t>(input.quantization.zero_point() * count));
  p.output_multiplier = multiplier.value;
  p.output_shift = multiplier.shift;
  p.output_zero_point = output.quantization.zero_point();
  p.activation_min = range.min;
  p.activation_max = range.max;
  return with_type<int8_t, int16_t>(input, [&]<class T>(T) {
    return make_typed_call<T>(Types<T>{}, Types<int32_t>{}, "reduction.h", "reduce", p,
                              {make_table("levels", levels)}, 0, -1, TINYML_KERNEL(reduce));
  });
}

void write_tflite(const Reduction& op, TfliteWriter& writer) {
  using schema::BuiltinOperator;
  constexpr BuiltinOperator kBuiltins[] = {BuiltinOperator::MEAN, BuiltinOperator::SUM,
                                           BuiltinOperator::REDUCE_MAX};
  writer.builtin = kBuiltins[static_cast<size_t>(op.kind)];
  set_versions(writer, 1, 2, op.kind == ReductionKind::mean ? 3 : 2);
  writer.more_inputs.push_back(int32_constant(writer.output().name + "/axes", op.axes));
  schema::ReducerOptionsT options;
  options.keep_dims = op.keep_dimensions;
  writer.options.Set(std::move(options));
}

bool read_tflite(Reduction& op, const TfliteReader& reader) {
  if (reader.builtin == schema::BuiltinOperator::MEAN) {
    op.kind = ReductionKind::mean;
  } else if (reader.builtin == schema::BuiltinOperator::SUM) {
    op.kind = ReductionKind::sum;
  } else if (reader.builtin == schema::BuiltinOperator::REDUCE_MAX) {
    op.kind = ReductionKind::max;
  } else {
    return false;
  }
  expect_operands(reader, 2, 2);
  const size_t rank = reader.input(0).shape.size();
  for (const int32_t axis : constant_values(reader.input(1))) op.axes.push_back(checked_axis(axis, rank));
  std::sort(op.axes.begin(), op.axes.end());
  op.axes.erase(std::unique(op.axes.begin(), op.axes.end()), op.axes.end());
  op.keep_dimensions = options_of<schema::ReducerOptions>(reader).keep_dims();
  reader.node.inputs.resize(1);
  return true;
}

}  // namespace tinyml::ops
