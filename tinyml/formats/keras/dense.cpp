// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <cmath>

#include "tinyml/formats/keras/layer.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::keras {
namespace {

using tflite::refuse;
using tflite::reject;

/// `part`: where a wrapper keeps the layer that it wraps.
Value dense(const Layer& layer, const std::string& part) {
  const Value& input = layer.input();
  if (input.shape.size() < 2) reject(fmt::format("an input of {}", to_string(input.shape)));
  const int32_t depth = input.shape.back(), units = layer.integer("units", 1, 1 << 20);
  const TensorId weights = layer.constant("weights", {units, depth}, [&] {
    return permuted(layer.weight(part, 0, {"kernel"}, {depth, units}), {depth, units}, {1, 0});
  });
  FullyConnected op;
  op.keep_dims = input.shape.size() > 2;
  const TensorId x = op.keep_dims ? layer.import.loose_tensor(input) : layer.import.tensor(input);
  std::vector<TensorId> inputs{x, weights};
  if (layer.flag("use_bias", true)) {
    inputs.push_back(
        layer.constant("bias", {units}, [&] { return layer.weight(part, 1, {"bias"}, {units}); }));
  }
  Shape shape = input.shape;
  shape.back() = units;
  return activate_by_config(layer, {layer.add(op, std::move(inputs), "sums"), shape});
}

}  // namespace

Value map_dense(const Layer& layer) { return dense(layer, ""); }

Value map_time_distributed(const Layer& layer) {
  const Json& inner = layer.at("layer");
  if (!inner.is_object() || inner.value("class_name", Json("")) != "Dense") {
    refuse("TimeDistributed around another layer than Dense");
  }
  if (layer.input().shape.size() != 3) refuse("TimeDistributed over other than sequences of vectors");
  return dense(layer.wrapped(inner), "layer");
}

Value map_batch_norm(const Layer& layer) {
  const Value& input = layer.input();
  const Json& json = layer.at("axis");
  const Json& axis = json.is_array() && json.size() == 1 ? json[0] : json;
  if (!axis.is_null()) {
    if (!axis.is_number_integer()) reject("a wrong axis");
    if (checked_axis(axis.get<int64_t>(), input.shape.size()) + 1 != static_cast<int>(input.shape.size())) {
      refuse("batch normalisation of another axis than the last; make the model with channels_last");
    }
  }
  const Shape channels{input.shape.back()};
  const bool scale = layer.flag("scale", true), center = layer.flag("center", true);
  int index = 0;
  const auto parameter = [&](const char* name, bool there, float otherwise) {
    const int place = there ? index++ : 0;
    return layer.constant(name, channels, [&] {
      return there ? layer.weight("", place, {name}, channels)
                   : std::vector<float>(static_cast<size_t>(channels[0]), otherwise);
    });
  };
  const TensorId gamma = parameter("gamma", scale, 1), beta = parameter("beta", center, 0);
  const TensorId mean = parameter("moving_mean", true, 0), variance = parameter("moving_variance", true, 1);
  for (const float value : layer.import.graph[variance].values<float>()) {
    if (!(value >= 0)) reject("a variance below 0");
  }
  BatchNorm op;
  op.epsilon = static_cast<float>(layer.number("epsilon", 1e-3));
  if (!(op.epsilon > 0)) reject("epsilon is not above 0");
  op.momentum = static_cast<float>(layer.number("momentum", 0.99));
  const TensorId x = layer.import.loose_tensor(input);
  return {layer.add(op, {x, gamma, beta, mean, variance}, "normalised"), input.shape};
}

Value map_layer_norm(const Layer& layer) {
  const Value& input = layer.input();
  const Json& json = layer.at("axis");
  const Json& axis = json.is_array() && json.size() == 1 ? json[0] : json;
  const auto rank = static_cast<int32_t>(input.shape.size());
  if (!axis.is_null() &&
      (!axis.is_number_integer() || checked_axis(axis.get<int64_t>(), input.shape.size()) != rank - 1)) {
    refuse("layer normalisation of other axes than the last");
  }
  if (layer.flag("rms_scaling", false)) refuse("rms_scaling");
  const TensorId x = layer.import.tensor(input);
  const Reduction mean_of{ReductionKind::mean, {rank - 1}, true};
  const TensorId mean = layer.add(mean_of, {x}, "mean");
  const TensorId squares = layer.add(Binary{BinaryKind::squared_difference}, {x, mean}, "squares");
  const TensorId variance = layer.add(mean_of, {squares}, "variance");
  const double epsilon = layer.number("epsilon", 1e-3);
  if (!(epsilon > 0)) reject("epsilon is not above 0");
  const TensorId more = layer.add(Add{}, {variance, layer.number_constant("epsilon", epsilon)}, "more");
  const TensorId inverse = layer.add(Unary{UnaryKind::rsqrt}, {more}, "inverse_deviation");
  TensorId y = layer.add(Mul{}, {layer.add(Sub{}, {x, mean}, "centred"), inverse}, "normalised");
  const Shape channels{input.shape.back()};
  int index = 0;
  if (layer.flag("scale", true)) {
    const int place = index++;
    y = layer.add(
        Mul{},
        {y, layer.constant("gamma", channels, [&] { return layer.weight("", place, {"gamma"}, channels); })},
        "scaled");
  }
  if (layer.flag("center", true)) {
    y = layer.add(
        Add{},
        {y, layer.constant("beta", channels, [&] { return layer.weight("", index, {"beta"}, channels); })},
        "shifted");
  }
  return {y, input.shape};
}

namespace {

std::vector<float> to_floats(const std::vector<double>& values) { return {values.begin(), values.end()}; }

/// One number, or one a channel.
TensorId factors(const Layer& layer, const char* key, int32_t channels) {
  const std::vector<float> values = to_floats(layer.numbers(key));
  const auto count = static_cast<int32_t>(values.size());
  if (count != 1 && count != channels) {
    refuse(fmt::format("{} of {} numbers for {} channels", key, count, channels));
  }
  return layer.constant(key, {count}, [&] { return values; });
}

}  // namespace

Value map_rescaling(const Layer& layer) {
  const Value& input = layer.input();
  const int32_t channels = input.shape.back();
  TensorId x = layer.import.loose_tensor(input);
  x = layer.add(Mul{}, {x, factors(layer, "scale", channels)}, "scaled");
  const Json& offset = layer.at("offset");
  if (!offset.is_null() && offset != 0)
    x = layer.add(Add{}, {x, factors(layer, "offset", channels)}, "shifted");
  return {x, input.shape};
}

Value map_normalization(const Layer& layer) {
  const Value& input = layer.input();
  const size_t rank = input.shape.size();
  Shape kept(rank, 1);  // the axes with numbers of their own
  const Json& axis = layer.at("axis");
  for (const Json& one : axis.is_array() ? axis : axis.is_null() ? Json::array() : Json::array({axis})) {
    if (!one.is_number_integer()) reject("a wrong axis");
    const auto i = static_cast<size_t>(checked_axis(one.get<int64_t>(), rank));
    kept[i] = input.shape[i];
  }
  const auto read = [&](const char* key, int index, const char* name) -> std::vector<float> {
    if (!layer.at(key).is_null()) {
      std::vector<float> values = to_floats(layer.numbers(key));
      if (values.size() == 1) values.assign(static_cast<size_t>(elements(kept)), values[0]);
      if (static_cast<int64_t>(values.size()) != elements(kept)) reject(fmt::format("a wrong {}", key));
      return values;
    }
    return layer.weight_of_size("", index, {name}, elements(kept));
  };
  const std::vector<float> mean = read("mean", 0, "mean");
  std::vector<float> deviation = read("variance", 1, "variance");
  const bool inverse = layer.flag("invert", false);
  for (float& value : deviation) {
    if (!(value >= 0)) reject("a variance below 0");
    const double root = std::max(std::sqrt(double{value}), 1e-7);
    value = static_cast<float>(inverse ? root : 1 / root);
  }
  TensorId x = layer.import.tensor(input);
  const TensorId means = layer.constant("mean", kept, [&] { return mean; });
  const TensorId factor = layer.constant("factor", kept, [&] { return deviation; });
  if (!inverse) x = layer.add(Sub{}, {x, means}, "centred");
  x = layer.add(Mul{}, {x, factor}, "scaled");
  if (inverse) x = layer.add(Add{}, {x, means}, "shifted");
  return {x, input.shape};
}

}  // namespace tinyml::formats::keras
