// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "tinyml/formats/keras/layer.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::keras {
namespace {

using tflite::refuse;
using tflite::reject;

void check_settings(const Layer& layer, bool lstm) {
  for (const char* key : {"stateful", "time_major", "return_state"}) {
    if (layer.flag(key, false)) refuse(fmt::format("{}", key));
  }
  for (const auto& [key, taken] : {std::pair{"activation", "tanh"}, {"recurrent_activation", "sigmoid"}}) {
    const Json& given = layer.at(key);
    if (given != taken) {
      refuse(
          fmt::format("{} {} ({} is)", key, given.is_string() ? layer.text(key, "") : "of its own", taken));
    }
  }
  if (!lstm && !layer.flag("reset_after", false)) {
    refuse("a GRU without reset_after, whose reset gate comes before the matrix product; train it with it");
  }
}

/// The outputs of all steps, of the input backwards where `backwards` says so. `part`: where a wrapper keeps
/// the layer that it wraps, with a / behind.
Value steps(const Layer& layer, const std::string& part, bool backwards) {
  const bool lstm = layer.class_name() == "LSTM";
  check_settings(layer, lstm);
  const Value& input = layer.input();
  if (input.shape.size() != 3) reject(fmt::format("an input of {}", to_string(input.shape)));
  const int32_t depth = input.shape[2], units = layer.integer("units", 1, 1 << 14), gates = lstm ? 4 : 3;
  TensorId x = layer.import.tensor(input);
  if (backwards) {
    x = layer.add(StridedSlice{{0, -1, 0}, {0, 0, 0}, {1, -1, 1}, 0b101, 0b111}, {x}, "backwards");
  }
  std::vector<TensorId> inputs{x};
  // Keras has the gates side by side: [rows, gates * units].
  const auto put = [&](int index, const char* name, int32_t rows) {
    std::vector<float> all;
    const Shape whole{rows, gates * units};
    for (int32_t gate = 0; gate < gates; ++gate) {
      const auto make = [&] {
        if (all.empty()) all = permuted(layer.weight(part + "cell", index, {name}, whole), whole, {1, 0});
        const auto begin = all.begin() + std::ptrdiff_t{gate} * units * rows;
        return std::vector<float>(begin, begin + std::ptrdiff_t{units} * rows);
      };
      inputs.push_back(layer.constant(fmt::format("{}{}_{}", part, name, gate).c_str(), {units, rows}, make));
    }
  };
  put(0, "kernel", depth);
  put(1, "recurrent_kernel", units);
  const int32_t rows = lstm ? 1 : 2;
  const Shape shape = lstm ? Shape{gates * units} : Shape{rows, gates * units};
  std::vector<float> bias(static_cast<size_t>(rows * gates * units));
  if (layer.flag("use_bias", true)) bias = layer.weight(part + "cell", 2, {"bias"}, shape);
  // A GRU's second row is of the recurrent products: apart for the new gate, whose product is multiplied.
  for (int32_t gate = 0; gate < 4; ++gate) {
    const auto begin = bias.begin() + std::ptrdiff_t{lstm || gate < 3 ? gate : 5} * units;
    std::vector<float> own(begin, begin + units);
    if (!lstm && gate < 2) {
      for (int32_t i = 0; i < units; ++i) own[static_cast<size_t>(i)] += begin[3 * units + i];
    }
    inputs.push_back(
        layer.constant(fmt::format("{}bias_{}", part, gate).c_str(), {units}, [&] { return own; }));
  }
  const Operator op = lstm ? Operator(Lstm{}) : Operator(Gru{});
  return {layer.add(op, std::move(inputs), "steps"), {1, input.shape[1], units}};
}

Value last_of(const Layer& layer, const Value& value, const char* what) {
  return {layer.add(last_step(), {value.id}, what), {1, value.shape[2]}};
}

}  // namespace

Value map_recurrent(const Layer& layer) {
  const Value all = steps(layer, "", layer.flag("go_backwards", false));
  return layer.flag("return_sequences", false) ? all : last_of(layer, all, "last");
}

Value map_bidirectional(const Layer& layer) {
  const Json& inner = layer.at("layer");
  const Json name = inner.is_object() ? inner.value("class_name", Json("")) : Json("");
  if (name != "LSTM" && name != "GRU") refuse("Bidirectional around another layer than LSTM and GRU");
  const Layer one = layer.wrapped(inner);
  if (one.flag("go_backwards", false)) refuse("Bidirectional around a layer that goes backwards");
  const Json& other = layer.at("backward_layer");
  const Layer back =
      other.is_object() && other.value("class_name", Json("")) == name ? layer.wrapped(other) : one;
  Value forwards = steps(one, "forward_layer/", false), backwards = steps(back, "backward_layer/", true);
  if (one.flag("return_sequences", false)) {
    backwards.id =
        layer.add(StridedSlice{{0, -1, 0}, {0, 0, 0}, {1, -1, 1}, 0b101, 0b111}, {backwards.id}, "turned");
  } else {
    forwards = last_of(layer, forwards, "last_forwards");
    backwards = last_of(layer, backwards, "last_backwards");
  }
  const std::vector<TensorId> both{forwards.id, backwards.id};
  if (forwards.shape != backwards.shape) refuse("Bidirectional around layers of two sizes");
  const std::string mode = layer.text("merge_mode", "concat");
  if (mode == "sum") return {layer.add(Add{}, both, "sum"), forwards.shape};
  if (mode == "mul") return {layer.add(Mul{}, both, "product"), forwards.shape};
  if (mode == "ave") {
    const TensorId sum = layer.add(Add{}, both, "sum");
    return {layer.add(Mul{}, {sum, layer.number_constant("half", 0.5)}, "average"), forwards.shape};
  }
  if (mode != "concat" || layer.at("merge_mode").is_null()) refuse("the merge_mode " + mode);
  Shape shape = forwards.shape;
  shape.back() *= 2;
  return {layer.add(Concatenation{static_cast<int32_t>(shape.size()) - 1}, both, "both"), shape};
}

}  // namespace tinyml::formats::keras
