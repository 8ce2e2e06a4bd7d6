// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/optimize.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tinyml/graph/rewrites.h"
#include "tinyml/ops/hybrid.h"
#include "tinyml/quantize/aware_training.h"
#include "tinyml/quantize/dead_channels.h"
#include "tinyml/quantize/equalize.h"
#include "tinyml/quantize/names.h"
#include "tinyml/quantize/post_training.h"
#include "tinyml/quantize/smaller.h"

namespace tinyml::quantize {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 5> kMethods{{{Method::int8, "int8"},
                                                                       {Method::int16x8, "int16x8"},
                                                                       {Method::mixed, "mixed"},
                                                                       {Method::int8_qat, "int8_qat"},
                                                                       {Method::float16, "float16"}}};

struct MethodOption {
  std::string_view name;
  std::vector<Method> methods;
};
const std::vector<MethodOption>& method_options() {
  using enum Method;
  static const std::vector<MethodOption> options{
      {"calibration", {int8, int16x8, mixed, int8_qat}},
      {"outside", {int8, int16x8, mixed, int8_qat}},
      {"correct_bias", {int8, int16x8, mixed}},
      {"fold_dead_channels", {int8, int8_qat}},
      {"least_sqnr_db", {mixed}},
      {"most_loss", {mixed}},
      {"epochs", {int8_qat}},
      {"batch", {int8_qat}},
      {"learning_rate", {int8_qat}},
      {"teacher", {int8_qat}},
      {"seed", {int8_qat}},
  };
  return options;
}

/// A BatchNorm by itself: the input times one constant plus another.
void split_batch_norm(Graph& graph, const Node& norm, std::vector<Node>& nodes) {
  const auto& attributes = std::get<BatchNorm>(norm.op);
  const auto gamma = graph[norm.inputs[1]].values<float>();
  const auto beta = graph[norm.inputs[2]].values<float>();
  const auto mean = graph[norm.inputs[3]].values<float>();
  const auto variance = graph[norm.inputs[4]].values<float>();
  std::vector<float> factor, offset;
  for (size_t c = 0; c < gamma.size(); ++c) {
    const double scale = gamma[c] / std::sqrt(static_cast<double>(variance[c]) + attributes.epsilon);
    factor.push_back(static_cast<float>(scale));
    offset.push_back(static_cast<float>(beta[c] - mean[c] * scale));
  }
  const Tensor output = graph[norm.outputs[0]];
  const Shape channels{static_cast<int32_t>(factor.size())};
  const TensorId by =
      graph.add({output.name + "/factor", DType::float32, channels, {}, to_constant<float>(factor)});
  const TensorId to =
      graph.add({output.name + "/offset", DType::float32, channels, {}, to_constant<float>(offset)});
  const TensorId scaled = graph.add({output.name + "/scaled", DType::float32, output.shape, {}, nullptr});
  nodes.push_back({Mul{}, {norm.inputs[0], by}, {scaled}});
  nodes.push_back({Add{}, {scaled, to}, norm.outputs});
}

/// Of a graph whose tensors have the ids of `model`.
Optimized with_report(const Graph& model, Graph graph, const OptimizeOptions& options, const Dataset& dataset,
                      ThreadPool& pool, std::vector<std::string> notes) {
  const size_t most = options.report_examples * (dataset.classes.empty() ? 1 : 8);
  Report report = compare(model, graph, dataset.spread(most), pool);
  report.given = dataset.count;
  report.notes = std::move(notes);
  constexpr size_t kFew = 16;
  if (dataset.count < kFew && options.method != Method::float16) {
    report.notes.push_back(
        fmt::format("{} example{} may not show how far values reach: some hundred are better", dataset.count,
                    dataset.count == 1 ? "" : "s"));
  }
  return {std::move(graph), std::move(report)};
}

/// Whether training on made the model worse than rounding alone: on labelled examples by right answers.
bool is_better(const Report& rounded, const Report& trained) {
  if (rounded.accuracy) return *rounded.accuracy > *trained.accuracy;
  return rounded.sqnr_db > trained.sqnr_db;
}

Optimized to_integers(const Graph& model, const OptimizeOptions& options, const Dataset& dataset,
                      ThreadPool& pool) {
  std::vector<std::string> notes;
  const Dataset few = dataset.spread(std::max<size_t>(8, options.report_examples / 4));
  std::vector<Range> ranges = calibrate(model, dataset, options.calibration, pool);
  Settings settings{options.input, {}};
  if (options.method == Method::int8_qat) {
    TuneOptions tuning = options.tuning;
    tuning.progress = options.progress;
    const AwareNet aware = train_aware(model, ranges, settings, dataset, tuning, pool);
    Optimized rounded = with_report(model, quantize(model, ranges, settings), options, dataset, pool,
                                    {"training on did not help: this is what int8 gives without it"});
    Optimized trained =
        with_report(model, quantize(aware.graph, aware.ranges, settings), options, dataset, pool, notes);
    return is_better(rounded.report, trained.report) ? std::move(rounded) : std::move(trained);
  }
  if (options.method == Method::int16x8) settings.schemes.assign(model.nodes.size(), Scheme::int16x8);
  if (options.method == Method::mixed) {
    settings.schemes = choose_schemes(model, ranges, options.mixed, settings, few, pool, notes);
  }
  if (!options.correct_bias) {
    return with_report(model, quantize(model, ranges, settings), options, dataset, pool, notes);
  }
  const Graph corrected = correct_biases(model, ranges, settings, few, pool);
  ranges.insert(ranges.begin() + static_cast<std::ptrdiff_t>(model.tensors.size()),
                corrected.tensors.size() - model.tensors.size(), Range{});
  return with_report(model, quantize(corrected, ranges, settings), options, dataset, pool, notes);
}

int64_t bytes_of_constants(const Graph& graph) {
  int64_t sum = 0;
  for (const Tensor& tensor : graph.tensors) sum += tensor.is_constant() ? tensor.size_bytes() : 0;
  return sum;
}

void fold(Optimized& made) {
  Graph folded = fold_dead_channels(made.graph);
  const int64_t before = bytes_of_constants(made.graph), after = bytes_of_constants(folded);
  if (after >= before) return;
  made.report.notes.push_back(fmt::format(
      "{} of {} bytes of weights and biases never matter and are left out", before - after, before));
  made.graph = std::move(folded);
}

Optimized to_half(const Graph& model, const OptimizeOptions& options, const Dataset& dataset,
                  ThreadPool& pool) {
  Graph graph = to_float16(model);
  if (dataset.count == 0) return {std::move(graph), {}};
  return with_report(model, std::move(graph), options, dataset, pool, {});
}

}  // namespace

Method parse_method(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [method, text] : kMethods) {
    if (text == name) return method;
    names.emplace_back(text);
  }
  throw Error(ErrorKind::invalid_argument,
              fmt::format("unknown method \"{}\"; nearest: {}", name, nearest_names(name, names)));
}

std::string_view name_of(Method method) {
  for (const auto& [value, text] : kMethods) {
    if (value == method) return text;
  }
  TINYML_CHECK(false);
}

void check_option_of(Method method, std::string_view option) {
  for (const MethodOption& known : method_options()) {
    if (known.name != option || std::count(known.methods.begin(), known.methods.end(), method) > 0) continue;
    std::vector<std::string_view> names;
    for (const Method each : known.methods) names.push_back(name_of(each));
    throw Error(ErrorKind::invalid_argument, fmt::format("{} is an option of {}, not of {}", option,
                                                         fmt::join(names, ", "), name_of(method)));
  }
}

Graph prepare(const Graph& model) {
  for (const Node& node : model.nodes) {
    for (const TensorId id : node.outputs) {
      if (model[id].quantization.empty()) continue;
      throw Error(
          ErrorKind::invalid_argument,
          fmt::format("the model is quantized already (\"{:.40}\" is {}): compile it as it is, or give its "
                      "float32 original",
                      model[id].name, name_of(model[id].dtype)));
    }
  }
  Graph graph = fold_neighbours(ops::with_float_weights(model));
  std::vector<Node> nodes;
  for (const Node& node : graph.nodes) {
    if (std::holds_alternative<BatchNorm>(node.op)) {
      split_batch_norm(graph, node, nodes);
    } else {
      nodes.push_back(node);
    }
  }
  graph.nodes = std::move(nodes);
  return without_unused_tensors(graph);
}

Optimized optimize(const Graph& source, const OptimizeOptions& options, const Dataset& dataset,
                   ThreadPool& pool) {
  if (!(options.calibration.outside >= 0 && options.calibration.outside < 0.5)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("outside is a share of the values at each end, from 0 to less than 0.5, not {}",
                            options.calibration.outside));
  }
  if (!std::isfinite(options.mixed.least_sqnr_db) ||
      !(options.mixed.most_loss >= 0 && options.mixed.most_loss <= 1)) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("least_sqnr_db is a number of dB and most_loss a share from 0 to 1, not {} and {}",
                    options.mixed.least_sqnr_db, options.mixed.most_loss));
  }
  Graph model = with_short_names(prepare(source));
  if (options.equalize) model = equalize(model);
  const bool half = options.method == Method::float16;
  if (!half || dataset.count > 0) check(dataset, model);
  Optimized made = half ? to_half(model, options, dataset, pool) : to_integers(model, options, dataset, pool);
  made.report.method = name_of(options.method);
  made.graph = without_unused_tensors(made.graph);
  if (options.fold_dead_channels && (options.method == Method::int8 || options.method == Method::int8_qat)) {
    fold(made);
  }
  return made;
}

}  // namespace tinyml::quantize
