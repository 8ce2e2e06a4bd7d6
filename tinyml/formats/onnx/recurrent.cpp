// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>

#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/tflite/checks.h"

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

void check_attributes(const Source& source, bool lstm, int32_t steps) {
  static const std::vector<std::string> lstm_functions{"Sigmoid", "Tanh", "Tanh"};
  static const std::vector<std::string> gru_functions{"Sigmoid", "Tanh"};
  const std::vector<std::string>& functions = lstm ? lstm_functions : gru_functions;
  const std::vector<std::string> given = source.texts("activations");
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i] != functions[i % functions.size()]) refuse("activations other than sigmoid and tanh");
  }
  for (const char* name : {"activation_alpha", "activation_beta", "clip"}) {
    if (source.has_attribute(name)) refuse(fmt::format("the attribute {}", name));
  }
  if (source.integer("input_forget", 0) != 0) refuse("input_forget");
  if (!lstm && source.integer("linear_before_reset", 0) == 0) {
    refuse(
        "a GRU whose reset gate comes before the matrix product: train it with reset_after (as PyTorch "
        "does)");
  }
  if (source.has(4)) {
    for (const int64_t length : integers(source.constant(4, "sequence lengths"))) {
      if (length != steps) refuse("sequences shorter than the input");
    }
  }
  for (size_t i = 5; i < source.input_count(); ++i) {
    if (!source.has(i)) continue;
    const std::vector<float> first = reals(source.constant(i, "an initial state"));
    if (std::any_of(first.begin(), first.end(), [](float value) { return value != 0; })) {
      refuse(i == 7 ? "peepholes" : "an initial state other than zeros");
    }
  }
  if (lstm && source.is_used(2)) refuse("its last cells as an output");
}

/// The steps of [N, T, C] from the last to the first.
TensorId backwards(Import& import, TensorId id, const std::string& name) {
  StridedSlice slice = whole_slice(3);
  const int32_t steps = import.graph[id].shape[1];
  if (steps > 1) narrow(slice, 1, steps, steps - 1, -1, -1);
  return import.add(std::move(slice), {id}, name);
}

}  // namespace

void map_recurrent(Import& import, Source& source) {
  const bool lstm = source.op() == "LSTM";
  const Value& x = source.input(0);
  const bool batch_first = source.integer("layout", 0) != 0;
  if (x.rank() != 3) reject(fmt::format("an input of {}", to_string(x.shape)));
  check_attributes(source, lstm, x.shape[batch_first ? 1 : 0]);
  const std::string direction = source.text("direction", "forward");
  const bool both = direction == "bidirectional";
  if (!both && direction != "forward" && direction != "reverse") reject("direction is " + direction);
  const int32_t directions = both ? 2 : 1, gates = lstm ? 4 : 3;
  const Constant& weights = source.constant(1, "weights");
  if (weights.shape.size() != 3 || weights.shape[1] < 1 || weights.shape[1] % gates != 0) {
    reject(fmt::format("weights of {}", to_string(weights.shape)));
  }
  const int32_t units = weights.shape[1] / gates, depth = x.shape[2];
  const Gates of_input(weights, {directions, gates * units, depth});
  const Gates of_output(source.constant(2, "recurrent weights"), {directions, gates * units, units});
  const Shape bias_shape{directions, 2 * gates * units};
  const std::vector<float> zeros(static_cast<size_t>(elements(bias_shape)));
  const Gates biases(
      source.has(3) ? source.constant(3, "a bias") : make_constant(DType::float32, bias_shape, zeros),
      bias_shape);
  import.budget.spend(int64_t{8} * directions * gates * units * (depth + units + 2));

  // ONNX has input, output, forget, cell and update, reset, new.
  const std::vector<int64_t> places = lstm ? std::vector<int64_t>{0, 2, 3, 1} : std::vector<int64_t>{0, 1, 2};
  const std::string name = source.output_name(0).empty() ? source.output_name(1) : source.output_name(0);
  const TensorId steps_of_input = import.tensor(x, batch_first ? Order{0, 1, 2} : Order{1, 0, 2});
  const auto layer = [&](int32_t index, TensorId input) {
    std::vector<TensorId> inputs{input};
    const auto put = [&](const std::vector<float>& values, Shape shape) {
      inputs.push_back(import.add_constant(make_constant(DType::float32, std::move(shape), values),
                                           fmt::format("{}/parameter_{}_{}", name, index, inputs.size())));
    };
    const int64_t first = int64_t{index} * gates;
    for (const int64_t gate : places)
      put(of_input.part(first + gate, int64_t{units} * depth), {units, depth});
    for (const int64_t gate : places)
      put(of_output.part(first + gate, int64_t{units} * units), {units, units});
    for (const int64_t gate : places) {
      std::vector<float> bias = biases.part(2 * first + gate, units);
      const std::vector<float> recurrent = biases.part(2 * first + gates + gate, units);
      const bool apart = !lstm && gate == 2;
      for (size_t i = 0; i < bias.size() && !apart; ++i) bias[i] += recurrent[i];
      put(bias, {units});
      if (apart) put(recurrent, {units});
    }
    const Operator op = lstm ? Operator(Lstm{}) : Operator(Gru{});
    return import.add(op, std::move(inputs), fmt::format("{}/steps_{}", name, index));
  };

  std::vector<TensorId> steps, last;  // of each direction, in the input's order of time
  for (int32_t i = 0; i < directions; ++i) {
    const bool reverse = i == 1 || direction == "reverse";
    const TensorId input = reverse ? backwards(import, steps_of_input, name + "/backwards") : steps_of_input;
    const TensorId id = layer(i, input);
    if (source.is_used(1)) last.push_back(import.add(last_step(), {id}, name + "/last"));
    steps.push_back(reverse && source.is_used(0) ? backwards(import, id, name + "/forwards") : id);
  }
  const auto joined = [&](const std::vector<TensorId>& parts, int32_t axis) {
    return both ? import.add(Concatenation{axis}, parts, name) : parts[0];
  };
  if (source.is_used(0)) {
    const TensorId all = joined(steps, 2);
    const TensorId id = import.reshape(all, {1, import.graph[all].shape[1], directions, units});
    source.set_output(0, import.computed(id, batch_first ? Order{0, 1, 2, 3} : Order{2, 0, 1, 3}));
  }
  if (source.is_used(1)) {
    const TensorId id = import.reshape(joined(last, 1), {1, directions, units});
    source.set_output(1, import.computed(id, batch_first ? Order{0, 1, 2} : Order{1, 0, 2}));
  }
}

}  // namespace tinyml::formats::onnx
