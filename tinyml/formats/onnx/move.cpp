// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/onnx/window.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

using Numbers = std::vector<int64_t>;

/// The output of a node that moves elements of input 0 without turning it.
void set_moved(Import& import, Source& source, TensorId id) {
  const Value& x = source.input(0);
  Value result = import.computed(id, x.order);
  result.dtype = x.dtype;
  source.set_output(0, std::move(result));
}

/// Limits the range of one axis to [begin, end), by `step`, in ONNX's manner.
void take(StridedSlice& slice, const Value& x, size_t axis, int64_t begin, int64_t end, int64_t step) {
  const int64_t extent = x.shape[axis];
  if (step == 0) reject("a step of 0");
  const auto limit = [&](int64_t at) {
    if (at < 0) at = std::max(at, -extent - 1) + extent;
    return step > 0 ? std::clamp<int64_t>(at, 0, extent) : std::clamp<int64_t>(at, -1, extent - 1);
  };
  begin = limit(begin);
  end = limit(end);
  if (step > 0 ? begin >= end : begin <= end) refuse(fmt::format("an empty slice of axis {}", axis));
  narrow(slice, static_cast<size_t>(stored_axis(x, axis)), x.shape[axis], static_cast<int32_t>(begin),
         static_cast<int32_t>(end), static_cast<int32_t>(std::clamp<int64_t>(step, -extent, extent)));
}

}  // namespace

void map_slice(Import& import, Source& source) {
  const Value& x = source.input(0);
  const auto begins = source.integers("starts", 1), ends = source.integers("ends", 2);
  const auto axes = source.integers("axes", 3), steps = source.integers("steps", 4);
  const size_t count = begins ? begins->size() : 0;
  if (!begins || !ends || ends->size() != count || (axes && axes->size() != count) ||
      (steps && steps->size() != count)) {
    reject("starts, ends, axes and steps of different lengths");
  }
  StridedSlice slice = whole_slice(x.rank());
  for (size_t i = 0; i < count; ++i) {
    take(slice, x, checked_axis(axes ? (*axes)[i] : static_cast<int64_t>(i), x.rank()), (*begins)[i],
         (*ends)[i], steps ? (*steps)[i] : 1);
  }
  set_moved(import, source, import.add(std::move(slice), {x.id}, source.output_name(0)));
}

void map_gather(Import& import, Source& source) {
  const Value& x = source.input(0);
  if (x.constant) refuse("a table that is looked up while the model runs");
  const Constant& where = source.constant(1, "an index");
  const size_t axis = checked_axis(source.integer("axis", 0), x.rank());
  if (where.shape.size() > 1) refuse(fmt::format("indices of {} dimensions", where.shape.size()));
  Numbers places = integers(where);
  if (places.empty()) refuse("no indices");
  for (int64_t& place : places) {
    if (place < -x.shape[axis] || place >= x.shape[axis]) reject(fmt::format("the index {}", place));
    if (place < 0) place += x.shape[axis];
  }
  const std::string name = source.output_name(0);
  if (where.shape.empty()) {
    StridedSlice slice = whole_slice(x.rank());
    take(slice, x, axis, places[0], places[0] + 1, 1);
    const auto gone = static_cast<int32_t>(axis);
    TensorId id = import.add(std::move(slice), {x.id}, name);
    Order order;
    for (const int32_t other : x.order) {
      if (other != gone) order.push_back(other - (other > gone ? 1 : 0));
    }
    Shape stored = import.graph[id].shape;
    stored.erase(stored.begin() + stored_axis(x, axis));
    if (stored.empty()) refuse("a result without dimensions");
    id = import.reshape(id, stored);
    Value result = import.computed(id, order);
    result.dtype = x.dtype;
    return source.set_output(0, std::move(result));
  }
  import.budget.spend(static_cast<int64_t>(4 * places.size()));
  const std::vector<int32_t> indexes(places.begin(), places.end());
  const TensorId table = import.graph.add({name + "/indices",
                                           DType::int32,
                                           {static_cast<int32_t>(indexes.size())},
                                           {},
                                           to_constant(std::span<const int32_t>(indexes))});
  set_moved(import, source, import.add(Gather{stored_axis(x, axis)}, {x.id, table}, name));
}

void map_pad(Import& import, Source& source) {
  const Value& x = source.input(0);
  const std::string mode = source.text("mode", "constant");
  if (mode != "constant" && mode != "reflect") refuse("the mode " + mode + " (constant and reflect are)");
  const auto pads = source.integers("pads", 1);
  Numbers axes;
  for (size_t i = 0; i < x.rank(); ++i) axes.push_back(static_cast<int64_t>(i));
  if (source.has(3)) axes = integers(source.constant(3, "the axes"));
  if (!pads || pads->size() != 2 * axes.size()) reject("pads does not have two numbers an axis");
  Pad pad{Shape(x.rank()), Shape(x.rank()), mode == "reflect" ? PadMode::reflect : PadMode::constant};
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto entry = static_cast<size_t>(stored_axis(x, checked_axis(axes[i], x.rank())));
    for (const int64_t count : {(*pads)[i], (*pads)[axes.size() + i]}) {
      if (count < 0 || count > 1 << 20) refuse(fmt::format("a padding of {}", count));
    }
    pad.before[entry] = static_cast<int32_t>((*pads)[i]);
    pad.after[entry] = static_cast<int32_t>((*pads)[axes.size() + i]);
  }
  pad.value = source.number("value", 0);
  if (source.has(2)) {
    const std::vector<float> value = reals(source.constant(2, "a value"));
    if (value.size() != 1) reject("its value is not one number");
    pad.value = value[0];
  }
  if (!std::isfinite(pad.value)) refuse("padding with what is not finite");
  set_moved(import, source, import.add(std::move(pad), {x.id}, source.output_name(0)));
}

void map_resize(Import& import, Source& source) {
  const Value& x = source.input(0);
  const bool upsample = source.op() == "Upsample";
  const std::string mode = source.text("mode", "nearest");
  const std::string place =
      source.text("coordinate_transformation_mode", upsample ? "asymmetric" : "half_pixel");
  const size_t rank = x.rank();
  if (rank != 3 && rank != 4) refuse(fmt::format("the resizing of {}", to_string(x.shape)));
  if (mode != "nearest" && mode != "linear") refuse("the mode " + mode);
  if (source.text("keep_aspect_ratio_policy", "stretch") != "stretch") refuse("keep_aspect_ratio_policy");
  for (const char* option : {"antialias", "exclude_outside"}) {
    if (source.integer(option, 0) != 0) refuse(fmt::format("{}; export the model without it", option));
  }
  std::vector<double> extents(x.shape.begin(), x.shape.end());
  std::vector<size_t> axes;
  for (const int64_t axis : source.integers("axes")) axes.push_back(checked_axis(axis, rank));
  for (size_t i = 0; i < rank && !source.has_attribute("axes"); ++i) axes.push_back(i);
  const Constant* sizes = source.has(3) ? &source.constant(3, "sizes") : nullptr;
  if (sizes && sizes->size() > 0) {
    const Numbers given = integers(*sizes);
    if (given.size() != axes.size()) reject(fmt::format("{} sizes for {} axes", given.size(), axes.size()));
    for (size_t i = 0; i < axes.size(); ++i) extents[axes[i]] = static_cast<double>(given[i]);
  } else {
    const std::vector<float> given = reals(source.constant(upsample ? 1 : 2, "scales"));
    if (given.size() != axes.size()) reject(fmt::format("{} scales for {} axes", given.size(), axes.size()));
    for (size_t i = 0; i < axes.size(); ++i) {
      extents[axes[i]] = std::floor(double{given[i]} * x.shape[axes[i]]);
    }
  }
  for (const double extent : extents) {
    if (!(extent >= 1 && extent <= 1 << 20)) reject(fmt::format("an extent of {}", extent));
  }
  if (extents[0] != x.shape[0] || extents[1] != x.shape[1]) refuse("the resizing of batch or channels");
  const TensorId image = image_of(import, source);
  const Shape from = import.graph[image].shape;
  const auto height = rank == 3 ? 1 : static_cast<int32_t>(extents[2]);
  const auto width = static_cast<int32_t>(extents[rank - 1]);
  Resize op{Interpolation::nearest, height, width};
  if (mode == "linear") {
    op.interpolation = Interpolation::bilinear;
    op.align_corners = place == "align_corners";
    op.half_pixel_centers =
        place == "half_pixel" ||
        (place == "pytorch_half_pixel" && (height > 1 || from[1] == 1) && (width > 1 || from[2] == 1));
    if (!op.align_corners && !op.half_pixel_centers && place != "asymmetric") {
      refuse("coordinates by " + place);
    }
  } else {
    const bool whole_factors = height % from[1] == 0 && width % from[2] == 0;
    const bool by_floor = place == "asymmetric" &&
                          source.text("nearest_mode", upsample ? "floor" : "round_prefer_floor") == "floor";
    const bool by_center =
        place == "half_pixel" && source.text("nearest_mode", "round_prefer_floor") == "round_prefer_floor";
    if (!by_floor && !(by_center && whole_factors)) {
      refuse("nearest neighbours but by asymmetric and floor: export the model with these");
    }
  }
  set_image(import, source, import.add(op, {image}, source.output_name(0)));
}

void map_depth_to_space(Import& import, Source& source) {
  const Value& x = source.input(0);
  const bool inverse = source.op() == "DepthToSpace";
  const int64_t block = source.integer("blocksize", 0);
  if (x.rank() != 4) reject(fmt::format("an input of {}", to_string(x.shape)));
  if (block < 1 || block > 1 << 10) reject(fmt::format("a blocksize of {}", block));
  const std::string mode = source.text("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") reject("mode is neither DCR nor CRD");
  SpaceToDepth op;
  op.block = static_cast<int32_t>(block);
  op.inverse = inverse;
  const std::string name = source.output_name(0);
  TensorId image = import.tensor(x, channels_last(4));
  if (mode == "CRD" && inverse && op.block > 1) {
    // PyTorch's pixel shuffle: the positions of a block vary fastest.
    const int32_t channels = x.shape[1], places = channels / (op.block * op.block);
    import.budget.spend(4 * channels);
    std::vector<int32_t> from;
    for (int32_t i = 0; i < channels && places > 0; ++i) {
      from.push_back(i % places * (op.block * op.block) + i / places);
    }
    if (places * op.block * op.block != channels) reject(fmt::format("{} channels", channels));
    const TensorId table = import.graph.add(
        {name + "/channels", DType::int32, {channels}, {}, to_constant(std::span<const int32_t>(from))});
    image = import.add(Gather{3}, {image, table}, name);
  }
  const TensorId id = import.add(op, {image}, name);
  Value result = import.computed(id, channels_last(4));
  result.dtype = x.dtype;
  source.set_output(0, std::move(result));
}

}  // namespace tinyml::formats::onnx
