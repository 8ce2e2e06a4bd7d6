// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

/// `times` more of each element's slices, one after the other, along every axis.
void repeat(Import& import, Source& source, Value value, const std::vector<int64_t>& times) {
  const DType dtype = value.dtype;
  for (size_t axis = 0; axis < times.size(); ++axis) {
    const int64_t extent = value.shape[axis], count = extent * times[axis];
    if (times[axis] == 1) continue;
    if (times[axis] < 1 || times[axis] > 1 << 20 || count > 1 << 20) {
      refuse(fmt::format("{} elements along axis {}", count, axis));
    }
    import.budget.spend(4 * count);
    std::vector<int32_t> places;
    for (int64_t i = 0; i < count; ++i) places.push_back(static_cast<int32_t>(i % extent));
    const std::string name = source.output_name(0);
    const TensorId table = import.graph.add({name + "/places",
                                             DType::int32,
                                             {static_cast<int32_t>(count)},
                                             {},
                                             to_constant(std::span<const int32_t>(places))});
    const TensorId id = import.add(Gather{stored_axis(value, axis)}, {value.id, table}, name);
    value = import.computed(id, value.order);
  }
  value.dtype = dtype;
  source.set_output(0, std::move(value));
}

}  // namespace

void map_expand(Import& import, Source& source) {
  std::vector<int64_t> wanted = integers(source.constant(1, "a shape"));
  if (source.input(0).constant) refuse("constants of this type");
  const size_t rank = std::max(wanted.size(), source.input(0).rank());
  checked_shape(wanted);
  tflite::check_extents(Shape(rank, 1));
  const Value x = of_rank(import, source.input(0), rank);
  wanted.insert(wanted.begin(), rank - wanted.size(), 1);
  std::vector<int64_t> times;
  for (size_t i = 0; i < rank; ++i) {
    if (wanted[i] != 1 && x.shape[i] != 1 && wanted[i] != x.shape[i]) {
      reject(fmt::format("an expansion of axis {} from {} to {}", i, x.shape[i], wanted[i]));
    }
    times.push_back(x.shape[i] == 1 ? wanted[i] : 1);
  }
  repeat(import, source, x, times);
}

void map_tile(Import& import, Source& source) {
  const Value& x = source.input(0);
  const std::vector<int64_t> times = integers(source.constant(1, "repeats"));
  if (x.constant) refuse("constants of this type");
  if (times.size() != x.rank()) reject(fmt::format("{} repeats of {} axes", times.size(), x.rank()));
  repeat(import, source, x, times);
}

}  // namespace tinyml::formats::onnx
