// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>

#include "tinyml/formats/onnx_mappings.h"
#include "tinyml/formats/tflite_checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

/// The parameters of one kind, cut into one part a gate.
class Gates {
 public:
  Gates(const Constant& all, Shape expected) : values_(reals(all)), shape_(std::move(expected)) {
    if (all.shape != shape_) {
      reject(fmt::format("parameters of {}, not {}", to_string(all.shape), to_string(shape_)));
    }
  }

  std::vector<float> part(int64_t index, int64_t size) const {
    const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(index * size);
    return {begin, begin + static_cast<std::ptrdiff_t>(size)};
  }

 private:
  std::vector<float> values_;
  Shape shape_;
};

void check_attributes(const Source& source, bool lstm) {
  const std::string direction = source.text("direction", "forward");
  if (direction != "forward") refuse("the direction " + direction + " (forward is)");
  for (const char* name : {"activations", "activation_alpha", "activation_beta", "clip"}) {
    if (source.has_attribute(name)) refuse(fmt::format("the attribute {}", name));
  }
  if (source.integer("input_forget", 0) != 0) refuse("input_forget");
  if (!lstm && source.integer("linear_before_reset", 0) == 0) {
    refuse(
        "a GRU whose reset gate comes before the matrix product: train it with reset_after (as PyTorch "
        "does)");
  }
  if (source.has(4)) refuse("sequence lengths");
  for (size_t i = 5; i < source.input_count(); ++i) {
    if (!source.has(i)) continue;
    const std::vector<float> first = reals(source.constant(i, "an initial state"));
    if (std::any_of(first.begin(), first.end(), [](float value) { return value != 0; })) {
      refuse(i == 7 ? "peepholes" : "an initial state other than zeros");
    }
  }
  if (lstm && source.is_used(2)) refuse("its last cells as an output");
}

}  // namespace

void map_recurrent(Import& import, Source& source) {
  const bool lstm = source.op() == "LSTM";
  check_attributes(source, lstm);
  const Value& x = source.input(0);
  const bool batch_first = source.integer("layout", 0) != 0;
  if (x.rank() != 3) reject(fmt::format("an input of {}", to_string(x.shape)));
  const int32_t gates = lstm ? 4 : 3;
  const Constant& weights = source.constant(1, "weights");
  if (weights.shape.size() != 3 || weights.shape[1] < 1 || weights.shape[1] % gates != 0) {
    reject(fmt::format("weights of {}", to_string(weights.shape)));
  }
  const int32_t units = weights.shape[1] / gates, depth = x.shape[2];
  const Gates of_input(weights, {1, gates * units, depth});
  const Gates of_output(source.constant(2, "recurrent weights"), {1, gates * units, units});
  const Shape bias_shape{1, 2 * gates * units};
  Constant zeros =
      make_constant(DType::float32, bias_shape, std::vector<float>(static_cast<size_t>(2 * gates * units)));
  const Gates biases(source.has(3) ? source.constant(3, "a bias") : zeros, bias_shape);
  import.budget.spend(8 * gates * int64_t{units} * (depth + units + 2));

  // ONNX has input, output, forget, cell and update, reset, new.
  const std::vector<int64_t> places = lstm ? std::vector<int64_t>{0, 2, 3, 1} : std::vector<int64_t>{0, 1, 2};
  const std::string name = source.output_name(0).empty() ? source.output_name(1) : source.output_name(0);
  const Order order = batch_first ? Order{0, 1, 2} : Order{1, 0, 2};
  std::vector<TensorId> inputs{import.tensor(x, order)};
  const auto put = [&](const std::vector<float>& values, Shape shape) {
    inputs.push_back(import.add_constant(make_constant(DType::float32, std::move(shape), values),
                                         fmt::format("{}/parameter_{}", name, inputs.size())));
  };
  for (const int64_t gate : places) put(of_input.part(gate, int64_t{units} * depth), {units, depth});
  for (const int64_t gate : places) put(of_output.part(gate, int64_t{units} * units), {units, units});
  for (const int64_t gate : places) {
    std::vector<float> bias = biases.part(gate, units);
    const std::vector<float> recurrent = biases.part(gates + gate, units);
    const bool apart = !lstm && gate == 2;
    for (size_t i = 0; i < bias.size() && !apart; ++i) bias[i] += recurrent[i];
    put(bias, {units});
    if (apart) put(recurrent, {units});
  }
  const TensorId steps = lstm ? import.add(Lstm{}, std::move(inputs), name + "/steps")
                              : import.add(Gru{}, std::move(inputs), name + "/steps");
  const int32_t count = import.graph[steps].shape[1];
  if (source.is_used(0)) {
    const TensorId id = import.reshape(steps, {1, count, 1, units});
    source.set_output(0, import.computed(id, batch_first ? Order{0, 1, 2, 3} : Order{2, 0, 1, 3}));
  }
  if (source.is_used(1)) {
    const TensorId last = import.add(last_step(), {steps}, source.output_name(1));
    source.set_output(1, import.computed(import.reshape(last, {1, 1, units}), {0, 1, 2}));
  }
}

}  // namespace tinyml::formats::onnx
