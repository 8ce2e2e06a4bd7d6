// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "tinyml/quantize/float_runner.h"

namespace tinyml::quantize {
namespace {

/// Sums over values of the float32 model.
struct Sums {
  double signal = 0, noise = 0;
  int64_t count = 0, saturated = 0;
  float low = std::numeric_limits<float>::infinity(), high = -low;

  void add(std::span<const float> exact, std::span<const float> quantized) {
    for (size_t i = 0; i < exact.size(); ++i) {
      const double error = static_cast<double>(exact[i]) - static_cast<double>(quantized[i]);
      signal += static_cast<double>(exact[i]) * static_cast<double>(exact[i]);
      noise += error * error;
    }
  }
  void add_range(std::span<const float> exact, float least, float most) {
    count += static_cast<int64_t>(exact.size());
    for (const float value : exact) {
      low = std::min(low, value);
      high = std::max(high, value);
      saturated += value < least || value > most;
    }
  }
  void add(const Sums& other) {
    signal += other.signal;
    noise += other.noise;
  }
};

/// The real numbers between which a tensor's type rounds and does not saturate.
std::pair<float, float> span_of(const Tensor& tensor) {
  const Quantization& q = tensor.quantization;
  if (q.empty() || size_of(tensor.dtype) > 2) {
    return {-std::numeric_limits<float>::infinity(), std::numeric_limits<float>::infinity()};
  }
  const int32_t most = tensor.dtype == DType::int16 ? 32767 : tensor.dtype == DType::int8 ? 127 : 255;
  const int32_t least = tensor.dtype == DType::uint8 ? 0 : -most - 1;
  const auto real = [&](double steps) { return static_cast<float>((steps - q.zero_point()) * q.scale()); };
  return {real(least - 0.5), real(most + 0.5)};
}

/// One layer of the quantized graph by itself.
class Alone {
 public:
  Alone(const Graph& quantized, const Node& node) {
    Node own{node.op, {}, {}};
    for (const TensorId id : node.inputs) {
      own.inputs.push_back(id == kNoTensor ? id : copy(quantized, id));
      if (id == kNoTensor || graph_[own.inputs.back()].is_constant()) continue;
      graph_.inputs.push_back(own.inputs.back());
      inputs_.push_back(id);
    }
    for (const TensorId id : node.outputs) own.outputs.push_back(copy(quantized, id));
    graph_.outputs = own.outputs;
    graph_.nodes.push_back(std::move(own));
    engine_ = std::make_unique<run::Engine>(graph_);
  }

  /// The tensors of the whole graph that it reads.
  const std::vector<TensorId>& inputs() const { return inputs_; }

  /// Output 0 for these real inputs.
  std::vector<float> run(const std::vector<std::span<const float>>& inputs) {
    std::vector<Bytes> bytes;
    for (size_t i = 0; i < inputs.size(); ++i) bytes.push_back(to_bytes(graph_[graph_.inputs[i]], inputs[i]));
    engine_->reset();
    const Bytes answer = engine_->run(bytes).at(0);
    const Tensor& output = graph_[graph_.outputs[0]];
    std::vector<float> values(static_cast<size_t>(elements(output.shape)));
    to_real(output, answer, values);
    return values;
  }

 private:
  TensorId copy(const Graph& from, TensorId id) { return graph_.add(from[id]); }

  Graph graph_;
  std::vector<TensorId> inputs_;
  std::unique_ptr<run::Engine> engine_;
};

bool has_variables(const Graph& graph) {
  return std::any_of(graph.tensors.begin(), graph.tensors.end(),
                     [](const Tensor& tensor) { return tensor.is_variable; });
}

class Comparison {
 public:
  Comparison(const Graph& reference, const Graph& quantized, ThreadPool& pool)
      : reference_(reference),
        quantized_(quantized),
        pool_(pool),
        runner_(reference, pool),
        whole_(reference.tensors.size()),
        own_(reference.tensors.size()) {
    for (const Node& node : reference.nodes) {
      for (const TensorId id : node.outputs) {
        if (reference[id].dtype == DType::float32 && !reference[id].is_variable) compared_.push_back(id);
      }
    }
    for (int i = 0; i < pool.threads(); ++i) engines_.push_back(std::make_unique<run::Engine>(quantized));
    const bool stateful = has_variables(reference);
    for (const Node& node : quantized.nodes) {
      const TensorId output = node.outputs.at(0);
      if (stateful || !is_compared(output)) continue;
      alone_.emplace_back(output, std::make_unique<Alone>(quantized, node));
    }
  }

  Report run(const Dataset& dataset) {
    size_t right_float = 0, right = 0;
    runner_.run(dataset, [&](size_t first, size_t used) {
      compare_whole(dataset, first, used, right_float, right);
      compare_alone(used);
    });
    Report report;
    report.examples = dataset.count;
    if (!dataset.classes.empty()) {
      report.float_accuracy = static_cast<double>(right_float) / static_cast<double>(dataset.count);
      report.accuracy = static_cast<double>(right) / static_cast<double>(dataset.count);
    }
    Sums outputs;
    for (const TensorId id : reference_.outputs) outputs.add(whole_[at(id)]);
    report.sqnr_db = decibels(outputs.signal, outputs.noise);
    add_layers(report);
    return report;
  }

 private:
  static size_t at(TensorId id) { return static_cast<size_t>(id); }

  bool is_compared(TensorId id) const {
    return std::find(compared_.begin(), compared_.end(), id) != compared_.end();
  }

  std::span<const float> row(TensorId id, size_t i, size_t used) const {
    const std::span<const float> all = runner_.values(id);
    const size_t each = all.size() / used;
    return all.subspan(i * each, each);
  }

  void compare_whole(const Dataset& dataset, size_t first, size_t used, size_t& right_float, size_t& right) {
    std::vector<std::vector<Sums>> parts(used, std::vector<Sums>(compared_.size()));
    std::vector<uint8_t> correct(used);
    pool_.run(used, [&](size_t i, int thread) {
      run::Engine& engine = *engines_[static_cast<size_t>(thread)];
      std::vector<Bytes> inputs;
      for (size_t input = 0; input < quantized_.inputs.size(); ++input) {
        const Tensor& tensor = quantized_[quantized_.inputs[input]];
        std::vector<float> values(static_cast<size_t>(elements(tensor.shape)));
        dataset.fill(first + i, input, values);
        inputs.push_back(to_bytes(tensor, values));
      }
      engine.reset();
      engine.run(inputs);
      for (size_t k = 0; k < compared_.size(); ++k) {
        const TensorId id = compared_[k];
        const std::span<const float> exact = row(id, i, used);
        std::vector<float> values(exact.size());
        to_real(quantized_[id], engine.activation(id), values);
        parts[i][k].add(exact, values);
        if (id != reference_.outputs[0]) continue;
        correct[i] = !dataset.classes.empty() && best(values) == dataset.classes[first + i];
      }
    });
    for (size_t i = 0; i < used; ++i) {
      for (size_t k = 0; k < compared_.size(); ++k) whole_[at(compared_[k])].add(parts[i][k]);
      right += correct[i];
      if (dataset.classes.empty()) continue;
      right_float += best(row(reference_.outputs[0], i, used)) == dataset.classes[first + i];
    }
    pool_.run(compared_.size(), [&](size_t k, int) {
      const TensorId id = compared_[k];
      const auto [least, most] = span_of(quantized_[id]);
      whole_[at(id)].add_range(runner_.values(id), least, most);
    });
  }

  void compare_alone(size_t used) {
    pool_.run(alone_.size(), [&](size_t k, int) {
      auto& [id, layer] = alone_[k];
      for (size_t i = 0; i < used; ++i) {
        std::vector<std::span<const float>> inputs;
        for (const TensorId input : layer->inputs()) inputs.push_back(row(origin(input), i, used));
        own_[at(id)].add(row(id, i, used), layer->run(inputs));
      }
    });
  }

  /// The tensor of the float32 graph that a Quantize has put on another scale.
  TensorId origin(TensorId id) const {
    while (id >= static_cast<TensorId>(reference_.tensors.size())) {
      const auto writes = [&](const Node& node) { return node.outputs[0] == id; };
      id = std::find_if(quantized_.nodes.begin(), quantized_.nodes.end(), writes)->inputs[0];
    }
    return id;
  }

  static int32_t best(std::span<const float> values) {
    return static_cast<int32_t>(std::max_element(values.begin(), values.end()) - values.begin());
  }

  void add_layers(Report& report) const {
    double least = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < reference_.nodes.size(); ++i) {
      const Node& node = reference_.nodes[i];
      const TensorId id = node.outputs.at(0);
      if (!is_compared(id)) continue;
      const Sums &whole = whole_[at(id)], &own = own_[at(id)];
      LayerReport layer;
      layer.node = i;
      layer.name = reference_[id].name;
      layer.op = name_of(node.op);
      layer.type = name_of(quantized_[id].dtype);
      layer.sqnr_db = decibels(whole.signal, whole.noise);
      layer.own_sqnr_db = decibels(own.signal, own.noise);
      layer.low = whole.low;
      layer.high = whole.high;
      layer.saturated =
          static_cast<double>(whole.saturated) / static_cast<double>(std::max<int64_t>(1, whole.count));
      if (layer.own_sqnr_db < least) {
        least = layer.own_sqnr_db;
        report.worst_layer = layer.name;
      }
      report.layers.push_back(std::move(layer));
    }
  }

  const Graph &reference_, &quantized_;
  ThreadPool& pool_;
  FloatRunner runner_;
  std::vector<TensorId> compared_;
  std::vector<std::unique_ptr<run::Engine>> engines_;
  std::vector<std::pair<TensorId, std::unique_ptr<Alone>>> alone_;
  std::vector<Sums> whole_, own_;
};

}  // namespace

double decibels(double signal, double noise) {
  if (noise <= 0) return LayerReport::kMostDb;
  if (signal <= 0) return -LayerReport::kMostDb;
  return std::clamp(10 * std::log10(signal / noise), -LayerReport::kMostDb, LayerReport::kMostDb);
}

Report compare(const Graph& reference, const Graph& quantized, const Dataset& dataset, ThreadPool& pool) {
  return Comparison(reference, quantized, pool).run(dataset);
}

}  // namespace tinyml::quantize
