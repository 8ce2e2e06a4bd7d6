// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

Value with_dtype(Value value, DType dtype) {
  value.dtype = dtype;
  return value;
}

/// The axes that a Squeeze or Unsqueeze names, of `rank` dimensions.
std::vector<bool> chosen(const std::vector<int64_t>& axes, size_t rank) {
  std::vector<bool> result(rank);
  for (const int64_t axis : axes) {
    const size_t index = checked_axis(axis, rank);
    if (result[index]) reject(fmt::format("axis {} twice", axis));
    result[index] = true;
  }
  return result;
}

}  // namespace

void map_reshape(Import& import, Source& source) {
  const Value& x = source.input(0);
  const int64_t count = elements(x.shape);
  std::vector<int64_t> wanted;
  if (source.op() == "Flatten") {
    int64_t rows = 1;
    const int64_t given = source.integer("axis", 1), rank = static_cast<int64_t>(x.rank());
    if (given < -rank || given > rank) reject(fmt::format("axis {} of {} dimensions", given, rank));
    for (int64_t i = 0; i < (given < 0 ? given + rank : given); ++i) rows *= x.shape[static_cast<size_t>(i)];
    wanted = {rows, count / rows};
  } else {
    wanted = integers(source.constant(1, "a shape"));
    const bool zeros = source.integer("allowzero", 0) != 0;
    int64_t known = 1, open = -1;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i] == 0 && !zeros) {
        if (i >= x.rank()) reject("it copies a dimension that its input does not have");
        wanted[i] = x.shape[i];
      }
      if (wanted[i] == -1 && open < 0) {
        open = static_cast<int64_t>(i);
      } else if (wanted[i] < 1 || wanted[i] > count / known) {
        reject(fmt::format("a reshape of {} with an extent of {}", to_string(x.shape), wanted[i]));
      } else {
        known *= wanted[i];
      }
    }
    if (open >= 0) wanted[static_cast<size_t>(open)] = count / known;
  }
  const Shape shape = checked_shape(wanted);
  if (elements(shape) != count) {
    reject(fmt::format("a reshape of {} to {}", to_string(x.shape), to_string(shape)));
  }
  if (shape.empty()) refuse("a result without dimensions");
  const TensorId id = import.reshape(import.tensor(x, plain_order(x.rank())), shape);
  source.set_output(0, with_dtype(import.computed(id, plain_order(shape.size())), x.dtype));
}

void map_squeeze(Import& import, Source& source) {
  const Value& x = source.input(0);
  const auto given = source.integers("axes", 1);
  std::vector<bool> gone(x.rank());
  if (given) gone = chosen(*given, x.rank());
  for (size_t i = 0; i < x.rank(); ++i) {
    if (!given) gone[i] = x.shape[i] == 1;
    if (gone[i] && x.shape[i] != 1) reject(fmt::format("axis {} of {} is not 1", i, to_string(x.shape)));
  }
  Order order;
  Shape stored;
  for (const int32_t axis : x.order) {
    if (gone[static_cast<size_t>(axis)]) continue;
    stored.push_back(x.shape[static_cast<size_t>(axis)]);
    order.push_back(axis - static_cast<int32_t>(std::count(gone.begin(), gone.begin() + axis, true)));
  }
  if (stored.empty()) refuse("a result without dimensions");
  source.set_output(0, with_dtype(import.computed(import.reshape(x.id, stored), order), x.dtype));
}

void map_unsqueeze(Import& import, Source& source) {
  const Value& x = source.input(0);
  const auto given = source.integers("axes", 1);
  if (!given) reject("it has no axes");
  const std::vector<bool> fresh = chosen(*given, x.rank() + given->size());
  Order after, order;  // where the axes of the input go, and where those of the result stand
  for (size_t i = 0; i < fresh.size(); ++i) {
    if (!fresh[i]) after.push_back(static_cast<int32_t>(i));
  }
  if (x.order == plain_order(x.rank())) {
    order = plain_order(fresh.size());
  } else {
    for (const int32_t axis : x.order) {
      order.push_back(after[static_cast<size_t>(axis)]);
      if (order.size() > 1) continue;
      for (size_t i = 0; i < fresh.size(); ++i) {
        if (fresh[i]) order.push_back(static_cast<int32_t>(i));
      }
    }
  }
  Shape stored;
  for (const int32_t axis : order) {
    const auto source_axis = std::find(after.begin(), after.end(), axis) - after.begin();
    stored.push_back(fresh[static_cast<size_t>(axis)] ? 1 : x.shape[static_cast<size_t>(source_axis)]);
  }
  tflite::check_extents(stored);
  source.set_output(0, with_dtype(import.computed(import.reshape(x.id, stored), order), x.dtype));
}

void map_transpose(Import&, Source& source) {
  Value x = source.input(0);
  std::vector<int64_t> permutation = source.integers("perm");
  if (permutation.empty()) {
    for (size_t i = x.rank(); i-- > 0;) permutation.push_back(static_cast<int64_t>(i));
  }
  std::vector<int32_t> place(x.rank(), -1);
  if (permutation.size() != x.rank()) reject(fmt::format("a perm of {} axes", permutation.size()));
  Shape shape;
  for (size_t i = 0; i < x.rank(); ++i) {
    const size_t axis = checked_axis(permutation[i], x.rank());
    if (permutation[i] < 0 || place[axis] >= 0) reject("perm is no permutation");
    place[axis] = static_cast<int32_t>(i);
    shape.push_back(x.shape[axis]);
  }
  x.shape = std::move(shape);
  for (int32_t& axis : x.order) axis = place[static_cast<size_t>(axis)];
  source.set_output(0, std::move(x));
}

void map_shape(Import& import, Source& source) {
  const Shape& shape = source.input(0).shape;
  const auto rank = static_cast<int64_t>(shape.size());
  const auto limit = [&](int64_t value) {
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  const int64_t begin = limit(source.integer("start", 0)), end = limit(source.integer("end", rank));
  std::vector<int64_t> extents;
  for (int64_t i = begin; i < end; ++i) extents.push_back(shape[static_cast<size_t>(i)]);
  import.budget.spend(static_cast<int64_t>(8 * extents.size()));
  source.set_output(
      0, import.value(make_constant(DType::int64, {static_cast<int32_t>(extents.size())}, extents)));
}

void map_concat(Import& import, Source& source) {
  const Value* first = nullptr;
  for (size_t i = 0; i < source.input_count() && !first; ++i) {
    if (!source.is_constant(i)) first = &source.input(i);
  }
  if (!first) refuse("a concatenation of constants of this type");
  const size_t axis = checked_axis(source.integer("axis", 0), first->rank());
  std::vector<TensorId> inputs;
  for (size_t i = 0; i < source.input_count(); ++i) {
    const Value& part = source.input(i);
    if (part.rank() != first->rank()) reject("its inputs have different numbers of dimensions");
    inputs.push_back(import.tensor(part, first->order));
  }
  const TensorId id =
      import.add(Concatenation{stored_axis(*first, axis)}, std::move(inputs), source.output_name(0));
  source.set_output(0, with_dtype(import.computed(id, first->order), first->dtype));
}

void map_split(Import& import, Source& source) {
  const Value& x = source.input(0);
  const size_t axis = checked_axis(source.integer("axis", 0), x.rank());
  const int64_t extent = x.shape[axis], parts = static_cast<int64_t>(source.output_count());
  auto given = source.integers("split", 1);
  if (!given) {
    const int64_t size = (extent + parts - 1) / parts;
    given.emplace(static_cast<size_t>(parts), size);
    given->back() = extent - size * (parts - 1);
  }
  Split split{stored_axis(x, axis), {}};
  for (const int64_t part : *given) {
    if (part < 1 || part > extent) reject(fmt::format("a part of {} of {}", part, extent));
    split.extents.push_back(static_cast<int32_t>(part));
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < source.output_count(); ++i) names.push_back(source.output_name(i));
  const std::vector<TensorId> ids = import.add(split, {x.id}, names);
  for (size_t i = 0; i < ids.size(); ++i) {
    source.set_output(i, with_dtype(import.computed(ids[i], x.order), x.dtype));
  }
}

}  // namespace tinyml::formats::onnx
