// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/models/model_comparison.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "tinyml/project/models/examples.h"
#include "tinyml/project/models/match_layers.h"
#include "tinyml/quantize/float_runner.h"
#include "tinyml/quantize/report.h"
#include "tinyml/run/engine.h"

namespace tinyml::project {
namespace {

constexpr size_t kBlock = 32;

struct Sums {
  double signal = 0, noise = 0, magnitude = 0, largest = 0, largest_value = 0;
  int64_t count = 0;

  void add(double a, double b) {
    const double error = std::abs(a - b);
    signal += a * a;
    noise += error * error;
    magnitude += error;
    largest = std::max(largest, error);
    largest_value = std::max(largest_value, std::abs(a));
    ++count;
  }
  void add(const Sums& other) {
    signal += other.signal;
    noise += other.noise;
    magnitude += other.magnitude;
    largest = std::max(largest, other.largest);
    largest_value = std::max(largest_value, other.largest_value);
    count += other.count;
  }
  Difference difference() const {
    return {largest, magnitude / static_cast<double>(std::max<int64_t>(1, count)), largest_value,
            quantize::decibels(signal, noise)};
  }
};

/// A tensor of each model with the same elements.
struct Pair {
  TensorId a, b;
  std::vector<int64_t> sources;  // see relayout: for an element of A the one of B
};

struct Answers {
  std::vector<Sums> sums;                         // by pair
  std::vector<std::pair<int64_t, int64_t>> best;  // by output: the largest element of each model
};

int64_t best_of(std::span<const float> values) {
  return std::max_element(values.begin(), values.end()) - values.begin();
}

bool keeps_state(const Graph& graph, const run::Engine& engine) {
  return std::any_of(graph.tensors.begin(), graph.tensors.end(),
                     [](const Tensor& tensor) { return tensor.is_variable; }) ||
         std::any_of(engine.calls().begin(), engine.calls().end(),
                     [](const ops::KernelCall& call) { return call.state_bytes > 0; });
}

/// Both models, run on one example after the other.
class Runners {
 public:
  Runners(const Graph& a, const Graph& b)
      : a_(a),
        b_(b),
        engine_a_(with_context("model A", [&] { return std::make_unique<run::Engine>(a); })),
        engine_b_(with_context("model B", [&] { return std::make_unique<run::Engine>(b); })) {}

  bool keep_state() const { return keeps_state(a_, *engine_a_) || keeps_state(b_, *engine_b_); }

  void reset() {
    engine_a_->reset();
    engine_b_->reset();
  }

  void run(const quantize::Dataset& of_a, const quantize::Dataset& of_b, size_t index) {
    engine_a_->run(inputs_of(a_, of_a, index));
    engine_b_->run(inputs_of(b_, of_b, index));
  }

  std::pair<std::vector<float>, std::vector<float>> values(const Pair& pair) const {
    std::vector<float> in_b = real(b_, pair.b, *engine_b_);
    if (pair.sources.empty()) return {real(a_, pair.a, *engine_a_), std::move(in_b)};
    std::vector<float> moved(in_b.size());
    for (size_t i = 0; i < moved.size(); ++i) moved[i] = in_b[static_cast<size_t>(pair.sources[i])];
    return {real(a_, pair.a, *engine_a_), std::move(moved)};
  }

 private:
  static std::vector<Bytes> inputs_of(const Graph& graph, const quantize::Dataset& dataset, size_t index) {
    std::vector<Bytes> inputs;
    for (size_t input = 0; input < graph.inputs.size(); ++input) {
      const Tensor& tensor = graph[graph.inputs[input]];
      std::vector<float> values(static_cast<size_t>(elements(tensor.shape)));
      dataset.fill(index, input, values);
      for (const float value : values) {
        if (std::isfinite(value)) continue;
        throw Error(ErrorKind::invalid_argument,
                    fmt::format("example {} of input \"{}\" holds {}", index, tensor.name, value));
      }
      inputs.push_back(quantize::to_bytes(tensor, values));
    }
    return inputs;
  }

  static std::vector<float> real(const Graph& graph, TensorId id, const run::Engine& engine) {
    const Tensor& tensor = graph[id];
    std::vector<float> values(static_cast<size_t>(elements(tensor.shape)));
    quantize::to_real(tensor, tensor.is_constant() ? *tensor.data : engine.activation(id), values);
    return values;
  }

  const Graph &a_, &b_;
  std::unique_ptr<run::Engine> engine_a_, engine_b_;
};

std::vector<Pair> pair_outputs(const Graph& a, const Graph& b) {
  if (a.outputs.size() != b.outputs.size()) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("model A has {} outputs, model B {}", a.outputs.size(), b.outputs.size()));
  }
  std::vector<Pair> pairs;
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    const TensorId in_a = a.outputs[i], in_b = b.outputs[i];
    pairs.push_back({in_a, in_b,
                     with_context(fmt::format("output {} of model A (\"{}\") and of model B (\"{}\") differ",
                                              i, a[in_a].name, b[in_b].name),
                                  [&] { return relayout(b[in_b].shape, a[in_a].shape); })});
  }
  return pairs;
}

Answers answer(Runners& runners, const std::vector<Pair>& pairs, size_t outputs) {
  Answers answers;
  for (size_t k = 0; k < pairs.size(); ++k) {
    const auto [a, b] = runners.values(pairs[k]);
    Sums& sums = answers.sums.emplace_back();
    for (size_t i = 0; i < a.size(); ++i) sums.add(static_cast<double>(a[i]), static_cast<double>(b[i]));
    if (k < outputs) answers.best.emplace_back(best_of(a), best_of(b));
  }
  return answers;
}

/// How much noise a layer adds to what the one before has, as a share of the signal.
int32_t falls_most(const std::vector<LayerComparison>& layers) {
  double before = 0, most = 0;
  int32_t worst = -1;
  for (size_t i = 0; i < layers.size(); ++i) {
    const Difference& difference = layers[i].difference;
    const double noise = difference.largest > 0 ? std::pow(10, -difference.sqnr_db / 10) : 0;
    if (noise - before > most) {
      most = noise - before;
      worst = static_cast<int32_t>(i);
    }
    before = noise;
  }
  return worst;
}

}  // namespace

ModelComparison compare_models(const Graph& a, const Graph& b, const quantize::Dataset& dataset,
                               ThreadPool& pool, const ProgressHook& progress) {
  const quantize::Dataset of_b = with_layout_of(dataset, a, b);
  std::vector<Pair> pairs = pair_outputs(a, b);
  const size_t outputs = pairs.size();
  const std::vector<Layer> a_layers = layers_of(a), b_layers = layers_of(b);
  const auto matched = match_layers(a_layers, b_layers);
  for (const auto& [i, j] : matched) pairs.push_back({a_layers[i].output, b_layers[j].output, {}});

  std::vector<Runners> runners;
  runners.emplace_back(a, b);
  ModelComparison result;
  result.examples = dataset.count;
  result.consecutive = runners[0].keep_state();
  result.a_layers = a_layers.size();
  result.b_layers = b_layers.size();
  const size_t threads = result.consecutive ? 1 : static_cast<size_t>(pool.threads());
  while (runners.size() < threads) runners.emplace_back(a, b);

  std::vector<Sums> sums(pairs.size());
  std::vector<size_t> same(outputs);
  size_t a_right = 0, b_right = 0;
  runners[0].reset();
  for (size_t first = 0; first < dataset.count; first += kBlock) {
    check_interrupt();
    std::vector<Answers> answers(std::min(kBlock, dataset.count - first));
    pool.run(threads, [&](size_t part, int) {
      for (size_t i = part; i < answers.size(); i += threads) {
        if (!result.consecutive) runners[part].reset();
        runners[part].run(dataset, of_b, first + i);
        answers[i] = answer(runners[part], pairs, outputs);
      }
    });
    for (size_t i = 0; i < answers.size(); ++i) {
      for (size_t k = 0; k < pairs.size(); ++k) sums[k].add(answers[i].sums[k]);
      for (size_t k = 0; k < outputs; ++k) same[k] += answers[i].best[k].first == answers[i].best[k].second;
      if (dataset.classes.empty()) continue;
      a_right += answers[i].best.at(0).first == dataset.classes[first + i];
      b_right += answers[i].best.at(0).second == dataset.classes[first + i];
    }
    const auto done = static_cast<int64_t>(first + answers.size());
    if (progress) progress({"comparing", done, static_cast<int64_t>(dataset.count), -1, ""});
  }

  const auto share = [&](size_t count) {
    return static_cast<double>(count) / static_cast<double>(dataset.count);
  };
  for (size_t k = 0; k < outputs; ++k) {
    const int64_t size = elements(a[pairs[k].a].shape);
    result.outputs.push_back({a[pairs[k].a].name, b[pairs[k].b].name, size, sums[k].difference(), {}});
    if (size > 1) result.outputs.back().same_arg_max = share(same[k]);
  }
  for (size_t k = 0; k < matched.size(); ++k) {
    const Layer &in_a = a_layers[matched[k].first], &in_b = b_layers[matched[k].second];
    result.layers.push_back({in_a.node, in_b.node, in_a.name, in_b.name, in_a.op,
                             to_string(a[in_a.output].shape), std::string(name_of(a[in_a.output].dtype)),
                             std::string(name_of(b[in_b.output].dtype)), sums[outputs + k].difference()});
  }
  result.falls_most = falls_most(result.layers);
  if (!dataset.classes.empty()) {
    result.a_accuracy = share(a_right);
    result.b_accuracy = share(b_right);
  }
  return result;
}

}  // namespace tinyml::project
