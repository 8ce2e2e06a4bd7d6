// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "tinyml/formats/keras/layer.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::keras {
namespace {

using tflite::refuse;
using tflite::reject;

constexpr int32_t kMostExtent = 1 << 20, kMostMargin = 1 << 12;

/// The axes of space of "…1D" and "…2D".
size_t axes_of(const Layer& layer) {
  check_data_format(layer);
  const size_t axes = layer.class_name().ends_with("1D") ? 1 : 2;
  if (layer.input().shape.size() != axes + 2) {
    reject(fmt::format("an input of {}", to_string(layer.input().shape)));
  }
  return axes;
}

struct Margins {
  std::vector<int32_t> before, after;  // of every axis
};

/// 1, (1, 2) or ((1, 2), (3, 4)).
Margins margins(const Layer& layer, const char* key) {
  const size_t axes = axes_of(layer);
  Margins all{std::vector<int32_t>(axes + 2), std::vector<int32_t>(axes + 2)};
  const auto margin = [&](const Json& json) {
    if (!json.is_number_integer() || json < 0 || json > kMostMargin) reject(fmt::format("a wrong {}", key));
    return json.get<int32_t>();
  };
  const auto both = [&](size_t axis, const Json& json) {
    const bool pair = json.is_array();
    if (pair && json.size() != 2) reject(fmt::format("a wrong {}", key));
    all.before[1 + axis] = margin(pair ? json[0] : json);
    all.after[1 + axis] = margin(pair ? json[1] : json);
  };
  const Json& json = layer.at(key);
  if (axes == 1) {
    both(0, json);
  } else {
    if (json.is_array() && json.size() != 2) reject(fmt::format("a wrong {}", key));
    for (size_t axis = 0; axis < 2; ++axis) both(axis, json.is_array() ? json[axis] : json);
  }
  return all;
}

Value with_shape_of(const Layer& layer, TensorId id) { return {id, layer.import.graph[id].shape}; }

Interpolation interpolation_of(const Layer& layer, const std::string& otherwise) {
  const std::string name = layer.text("interpolation", otherwise);
  if (name != "nearest" && name != "bilinear") refuse("the interpolation " + name);
  return name == "nearest" ? Interpolation::nearest : Interpolation::bilinear;
}

Value resized(const Layer& layer, const Value& image, Interpolation interpolation, int64_t height,
              int64_t width) {
  if (height > kMostExtent || width > kMostExtent) refuse(fmt::format("an image of {} x {}", height, width));
  Resize op;
  op.interpolation = interpolation;
  op.height = static_cast<int32_t>(height);
  op.width = static_cast<int32_t>(width);
  op.half_pixel_centers = true;
  return with_shape_of(layer, layer.add(op, {layer.import.tensor(image)}, "resized"));
}

}  // namespace

Value map_identity(const Layer& layer) { return layer.input(); }

Value map_flatten(const Layer& layer) {
  check_data_format(layer);
  const Value& input = layer.input();
  return {input.id, {1, static_cast<int32_t>(elements(input.shape))}};
}

Value map_reshape(const Layer& layer) {
  const Value& input = layer.input();
  const Json& target = layer.at("target_shape");
  if (!target.is_array()) reject("target_shape is no list");
  Shape shape{1};
  int64_t count = 1;
  size_t open = 0;
  for (const Json& extent : target) {
    if (!extent.is_number_integer() || extent < -1 || extent == 0 || extent > kMostExtent) {
      reject("a wrong target_shape");
    }
    shape.push_back(extent.get<int32_t>());
    if (shape.back() == -1) {
      if (open > 0) reject("a wrong target_shape");
      open = shape.size() - 1;
    } else {
      count *= shape.back();
    }
    if (count > int64_t{1} << 28 || shape.size() > 6) refuse("a target_shape of more than 2^28 elements");
  }
  const int64_t given = elements(input.shape);
  if (open > 0 && given % count == 0) shape[open] = static_cast<int32_t>(given / count);
  if (shape[open] < 1 || elements(shape) != given) {
    reject(fmt::format("{} cannot become the target_shape", to_string(input.shape)));
  }
  return {input.id, shape};
}

Value map_permute(const Layer& layer) {
  const Value& input = layer.input();
  const size_t axes = input.shape.size() - 1;
  Transpose op{{0}};
  for (const int32_t axis : layer.integers("dims", axes, 1, static_cast<int32_t>(axes))) {
    if (std::count(op.permutation.begin(), op.permutation.end(), axis)) reject("an axis twice in dims");
    op.permutation.push_back(axis);
  }
  return with_shape_of(layer, layer.add(op, {layer.import.tensor(input)}, "permuted"));
}

Value map_repeat_vector(const Layer& layer) {
  const Value& input = layer.input();
  if (input.shape.size() != 2) reject(fmt::format("an input of {}", to_string(input.shape)));
  const int32_t count = layer.integer("n", 1, kMostExtent), width = input.shape[1];
  const Value row{layer.import.tensor(input, {1, 1, 1, width}), {1, 1, 1, width}};
  Value rows = resized(layer, row, Interpolation::nearest, 1, count);
  rows.shape = {1, count, width};
  return rows;
}

Value map_zero_padding(const Layer& layer) {
  const Margins padding = margins(layer, "padding");
  const Pad op{padding.before, padding.after};
  return with_shape_of(layer, layer.add(op, {layer.import.tensor(layer.input())}, "padded"));
}

Value map_cropping(const Layer& layer) {
  const Value& input = layer.input();
  const Margins cropping = margins(layer, "cropping");
  const size_t rank = input.shape.size();
  StridedSlice op;
  op.begin = cropping.before;
  op.strides.assign(rank, 1);
  for (size_t i = 0; i < rank; ++i) {
    op.end.push_back(input.shape[i] - cropping.after[i]);
    if (op.begin[i] >= op.end[i]) reject("nothing is left of its input");
  }
  return with_shape_of(layer, layer.add(op, {layer.import.tensor(input)}, "cropped"));
}

Value map_up_sampling(const Layer& layer) {
  const size_t axes = axes_of(layer);
  const Value& input = layer.input();
  const std::vector<int32_t> size = layer.integers("size", axes, 1, kMostMargin);
  if (axes == 2) {
    return resized(layer, input, interpolation_of(layer, "nearest"), int64_t{size[0]} * input.shape[1],
                   int64_t{size[1]} * input.shape[2]);
  }
  const Value image{layer.import.tensor(input, as_image(input.shape)), as_image(input.shape)};
  Value result = resized(layer, image, Interpolation::nearest, 1, int64_t{size[0]} * input.shape[1]);
  result.shape.erase(result.shape.begin() + 1);
  return result;
}

Value map_resizing(const Layer& layer) {
  check_data_format(layer);
  for (const char* key : {"crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"}) {
    if (layer.flag(key, false)) refuse(key);
  }
  if (layer.input().shape.size() != 4) refuse(fmt::format("an input of {}", to_string(layer.input().shape)));
  const Interpolation interpolation = interpolation_of(layer, "bilinear");
  const int32_t height = layer.integer("height", 1, kMostExtent),
                width = layer.integer("width", 1, kMostExtent);
  return resized(layer, layer.input(), interpolation, height, width);
}

}  // namespace tinyml::formats::keras
