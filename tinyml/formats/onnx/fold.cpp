// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "tinyml/formats/onnx/fold.h"
#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

Constant with_bytes(Import& import, DType dtype, Shape shape, Bytes bytes) {
  import.budget.spend(static_cast<int64_t>(bytes.size()));
  return {dtype, std::move(shape), std::make_shared<const Bytes>(std::move(bytes)), {}};
}

/// Float32 where the constant has a scale: what follows needs no quantization parameters.
Constant plain(Import& import, const Constant& constant) {
  return constant.quantization.empty() ? constant : dequantized(constant, import.budget);
}

void give_shaped(Import& import, Source& source, Constant constant, const std::vector<int64_t>& extents) {
  if (constant.quantization.per_channel()) constant = dequantized(constant, import.budget);
  Shape shape = checked_shape(extents);
  if (elements(shape) != constant.size()) {
    reject(fmt::format("a reshape of {} to {}", to_string(constant.shape), to_string(shape)));
  }
  constant.shape = std::move(shape);
  give(import, source, std::move(constant));
}

void fold_reshape(Import& import, Source& source) {
  const Constant& x = input(source, 0);
  std::vector<int64_t> wanted;
  if (source.op() == "Flatten") {
    const int64_t given = source.integer("axis", 1), rank = static_cast<int64_t>(x.shape.size());
    if (given < -rank || given > rank) reject(fmt::format("axis {} of {} dimensions", given, rank));
    const auto middle = x.shape.begin() + (given < 0 ? given + rank : given);
    wanted = {elements(Shape(x.shape.begin(), middle)), elements(Shape(middle, x.shape.end()))};
  } else {
    wanted = integers(input(source, 1));
    int64_t known = 1;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i] == 0 && source.integer("allowzero", 0) == 0 && i < x.shape.size()) wanted[i] = x.shape[i];
      if (wanted[i] < -1 || wanted[i] > x.size()) reject(fmt::format("an extent of {}", wanted[i]));
      if (wanted[i] > 0) known = std::min(known * wanted[i], int64_t{1} << 30);
    }
    const auto open = std::find(wanted.begin(), wanted.end(), -1);
    if (open != wanted.end()) *open = x.size() / known;
  }
  give_shaped(import, source, x, wanted);
}

void fold_squeeze(Import& import, Source& source) {
  const Constant& x = input(source, 0);
  const auto axes = source.integers("axes", 1);
  std::vector<bool> chosen(x.shape.size());
  for (const int64_t axis : axes.value_or(std::vector<int64_t>{}))
    chosen[checked_axis(axis, x.shape.size())] = true;
  std::vector<int64_t> extents;
  for (size_t i = 0; i < x.shape.size(); ++i) {
    if (axes ? !chosen[i] : x.shape[i] != 1) extents.push_back(x.shape[i]);
  }
  give_shaped(import, source, x, extents);
}

void fold_unsqueeze(Import& import, Source& source) {
  const Constant& x = input(source, 0);
  const std::vector<int64_t> axes = source.integers("axes", 1).value_or(std::vector<int64_t>{});
  std::vector<int64_t> extents(x.shape.size() + axes.size(), 0);
  for (const int64_t axis : axes) extents[checked_axis(axis, extents.size())] = 1;
  auto next = x.shape.begin();
  for (int64_t& extent : extents) {
    if (extent == 0 && next != x.shape.end()) extent = *next++;
  }
  if (next != x.shape.end()) reject("an axis twice");
  give_shaped(import, source, x, extents);
}

void fold_transpose(Import& import, Source& source) {
  const Constant& x = input(source, 0);
  Order order;
  for (const int64_t axis : source.integers("perm"))
    order.push_back(static_cast<int32_t>(checked_axis(axis, x.shape.size())));
  if (!source.has_attribute("perm")) {
    order = plain_order(x.shape.size());
    std::reverse(order.begin(), order.end());
  }
  Order sorted = order;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != plain_order(x.shape.size())) reject("perm is no permutation");
  give(import, source, permuted(x, order, import.budget));
}

/// The elements of `x` at `places` along an axis.
Constant take(Import& import, const Constant& x, size_t axis, const std::vector<int64_t>& places) {
  const auto size = static_cast<int64_t>(size_of(x.dtype));
  int64_t outer = 1, inner = size;
  for (size_t i = 0; i < axis; ++i) outer *= x.shape[i];
  for (size_t i = axis + 1; i < x.shape.size(); ++i) inner *= x.shape[i];
  std::vector<int64_t> extents(x.shape.begin(), x.shape.end());
  extents[axis] = static_cast<int64_t>(places.size());
  Shape shape = checked_shape(extents);
  import.budget.spend(elements(shape) * size);
  Bytes bytes;
  bytes.reserve(static_cast<size_t>(elements(shape) * size));
  for (int64_t o = 0; o < outer; ++o) {
    for (const int64_t place : places) {
      const auto from = x.data->begin() + (o * x.shape[axis] + place) * inner;
      bytes.insert(bytes.end(), from, from + inner);
    }
  }
  return {x.dtype, std::move(shape), std::make_shared<const Bytes>(std::move(bytes)), {}};
}

void fold_gather(Import& import, Source& source) {
  const Constant x = plain(import, input(source, 0));
  const Constant& where = input(source, 1);
  const size_t axis = checked_axis(source.integer("axis", 0), x.shape.size());
  std::vector<int64_t> places = integers(where);
  for (int64_t& place : places) {
    if (place < -x.shape[axis] || place >= x.shape[axis]) reject(fmt::format("the index {}", place));
    if (place < 0) place += x.shape[axis];
  }
  Constant taken = take(import, x, axis, places);
  std::vector<int64_t> extents(x.shape.begin(), x.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  extents.insert(extents.end(), where.shape.begin(), where.shape.end());
  extents.insert(extents.end(), x.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.shape.end());
  give_shaped(import, source, std::move(taken), extents);
}

void fold_slice(Import& import, Source& source) {
  Constant x = plain(import, input(source, 0));
  const auto starts = source.integers("starts", 1), ends = source.integers("ends", 2);
  const auto axes = source.integers("axes", 3), steps = source.integers("steps", 4);
  if (!starts || !ends || starts->size() != ends->size() || (axes && axes->size() != starts->size()) ||
      (steps && steps->size() != starts->size())) {
    reject("starts, ends, axes and steps of different lengths");
  }
  for (size_t i = 0; i < starts->size(); ++i) {
    const size_t axis = checked_axis(axes ? (*axes)[i] : static_cast<int64_t>(i), x.shape.size());
    const int64_t extent = x.shape[axis], step = steps ? (*steps)[i] : 1;
    if (step == 0 || step < -extent - 1) reject(fmt::format("a step of {}", step));
    const auto limit = [&](int64_t at) {
      if (at < 0) at = std::max(at, -extent - 1) + extent;
      return step > 0 ? std::clamp<int64_t>(at, 0, extent) : std::clamp<int64_t>(at, -1, extent - 1);
    };
    const int64_t stride = std::min(step, extent + 1), end = limit((*ends)[i]);
    std::vector<int64_t> places;
    for (int64_t at = limit((*starts)[i]); stride > 0 ? at < end : at > end; at += stride)
      places.push_back(at);
    x = take(import, x, axis, places);
  }
  give(import, source, std::move(x));
}

void fold_concat(Import& import, Source& source) {
  std::vector<Constant> parts;
  for (size_t i = 0; i < source.input_count(); ++i) parts.push_back(plain(import, input(source, i)));
  if (parts.empty()) reject("it has no inputs");
  const size_t axis = checked_axis(source.integer("axis", 0), parts[0].shape.size());
  std::vector<int64_t> extents(parts[0].shape.begin(), parts[0].shape.end());
  extents[axis] = 0;
  int64_t outer = 1;
  for (size_t i = 0; i < axis; ++i) outer *= parts[0].shape[i];
  for (const Constant& part : parts) {
    Shape other = part.shape;
    if (other.size() != extents.size() || part.dtype != parts[0].dtype) reject("its inputs do not fit");
    extents[axis] += other[axis];
    other[axis] = parts[0].shape[axis];
    if (other != parts[0].shape) reject("its inputs do not fit");
  }
  Bytes bytes;
  for (int64_t o = 0; o < outer; ++o) {
    for (const Constant& part : parts) {
      const auto width = static_cast<std::ptrdiff_t>(part.data->size()) / std::max<std::ptrdiff_t>(outer, 1);
      bytes.insert(bytes.end(), part.data->begin() + o * width, part.data->begin() + (o + 1) * width);
    }
  }
  give(import, source, with_bytes(import, parts[0].dtype, checked_shape(extents), std::move(bytes)));
}

void fold_constant(Import& import, Source& source) {
  if (auto tensor = source.tensor("value", import.budget)) return give(import, source, *std::move(tensor));
  if (source.has_attribute("value_float")) {
    return give(import, source,
                make_constant(DType::float32, {}, std::vector<float>{source.number("value_float", 0)}));
  }
  if (source.has_attribute("value_int")) {
    return give(import, source,
                make_constant(DType::int64, {}, std::vector<int64_t>{source.integer("value_int", 0)}));
  }
  if (source.has_attribute("value_ints")) {
    const std::vector<int64_t> values = source.integers("value_ints");
    import.budget.spend(static_cast<int64_t>(8 * values.size()));
    return give(import, source, make_constant(DType::int64, {static_cast<int32_t>(values.size())}, values));
  }
  if (source.has_attribute("value_floats")) {
    const std::vector<float> values = source.numbers("value_floats");
    import.budget.spend(static_cast<int64_t>(4 * values.size()));
    return give(import, source, make_constant(DType::float32, {static_cast<int32_t>(values.size())}, values));
  }
  refuse("a Constant that is no tensor and no number");
}

void fold_constant_of_shape(Import& import, Source& source) {
  Shape shape = checked_shape(integers(input(source, 0)));
  const auto value = source.tensor("value", import.budget);
  if (value && value->size() != 1) reject("its value is not one number");
  const DType dtype = value ? value->dtype : DType::float32;
  const Bytes one = value ? *value->data : Bytes(4);
  import.budget.spend(elements(shape) * size_of(dtype));
  Bytes bytes;
  bytes.reserve(static_cast<size_t>(elements(shape)) * one.size());
  for (int64_t i = 0; i < elements(shape); ++i) bytes.insert(bytes.end(), one.begin(), one.end());
  give(import, source, {dtype, std::move(shape), std::make_shared<const Bytes>(std::move(bytes)), {}});
}

void fold_range(Import& import, Source& source) {
  int64_t bounds[3];
  for (size_t i = 0; i < 3; ++i) {
    const std::vector<int64_t> values = integers(input(source, i));
    if (values.size() != 1) reject("its bounds are not numbers");
    bounds[i] = values[0];
    if (bounds[i] < -(1 << 28) || bounds[i] > (1 << 28)) refuse(fmt::format("a bound of {}", bounds[i]));
  }
  const auto [begin, end, step] = bounds;
  if (step == 0) reject("a step of 0");
  const int64_t count = std::max<int64_t>((end - begin + step - (step > 0 ? 1 : -1)) / step, 0);
  import.budget.spend(8 * count);
  std::vector<int64_t> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(begin + i * step);
  give(import, source, make_constant(DType::int64, {static_cast<int32_t>(count)}, values));
}

}  // namespace

bool fold(Import& import, Source& source) {
  static const std::unordered_map<std::string, Mapping> folds{
      {"Abs", fold_function},
      {"Add", fold_pair},
      {"And", fold_comparison},
      {"Cast", fold_cast},
      {"Ceil", fold_function},
      {"Concat", fold_concat},
      {"Constant", fold_constant},
      {"ConstantOfShape", fold_constant_of_shape},
      {"Div", fold_pair},
      {"Equal", fold_comparison},
      {"Exp", fold_function},
      {"Expand", fold_expand},
      {"Flatten", fold_reshape},
      {"Floor", fold_function},
      {"Gather", fold_gather},
      {"Greater", fold_comparison},
      {"GreaterOrEqual", fold_comparison},
      {"Less", fold_comparison},
      {"LessOrEqual", fold_comparison},
      {"Log", fold_function},
      {"Max", fold_pair},
      {"Min", fold_pair},
      {"Mod", fold_pair},
      {"Mul", fold_pair},
      {"Neg", fold_function},
      {"Not", fold_not},
      {"Or", fold_comparison},
      {"Pow", fold_pair},
      {"Range", fold_range},
      {"Reciprocal", fold_function},
      {"ReduceProd", fold_product},
      {"Reshape", fold_reshape},
      {"Slice", fold_slice},
      {"Sqrt", fold_function},
      {"Squeeze", fold_squeeze},
      {"Sub", fold_pair},
      {"Transpose", fold_transpose},
      {"Unsqueeze", fold_unsqueeze},
      {"Where", fold_where},
  };
  const auto found = folds.find(source.op());
  if (found == folds.end()) return false;
  found->second(import, source);
  return true;
}

}  // namespace tinyml::formats::onnx
