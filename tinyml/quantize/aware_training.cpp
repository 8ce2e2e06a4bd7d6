// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/aware_training.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "tinyml/quantize/layer_weights.h"
#include "tinyml/quantize/weights.h"

namespace tinyml::quantize {
namespace {

constexpr double kMemory = 0.98;

size_t at(TensorId id) { return static_cast<size_t>(id); }

class RoundedNet : public Constraint {
 public:
  RoundedNet(const Graph& model, std::vector<Range> ranges, const Settings& settings)
      : model_(model), ranges_(std::move(ranges)), settings_(settings), clipped_(model.nodes.size()) {}

  const std::vector<Range>& ranges() const { return ranges_; }

  void begin(run::FloatEngine& engine) override {
    engine.set_hooks([this](size_t node, std::span<float> values) { round_output(node, values); },
                     [this](size_t node, std::span<float> gradient) { clip_gradient(node, gradient); });
    for (const Node& node : model_.nodes) {
      const Rule rule = rule_of(node.op);
      if (rule.form == Form::weighted) weighted_[node.inputs[1]] = rule;
      if (rule.form != Form::recurrent) continue;
      const size_t matrices = std::holds_alternative<Lstm>(node.op) ? 8 : 6;
      for (size_t i = 1; i <= matrices; ++i) weighted_[node.inputs[i]] = {.axis = 0, .per_channel = false};
    }
  }

  void apply(run::FloatEngine& engine) override {
    for (const TensorId id : engine.parameter_ids()) {
      const auto found = weighted_.find(id);
      if (found != weighted_.end()) round_weights(found->second, model_[id].shape, engine.parameter(id));
    }
  }

  void see_input(size_t input, std::span<float> values) override {
    const bool laid = input == 0 && settings_.input;
    round(laid ? *settings_.input : activation_quantization(ranges_[at(model_.inputs[input])]), values);
  }

  void end_of_epoch(int32_t epoch, int32_t epochs) override { moving_ = 3 * (epoch + 1) < 2 * epochs; }

 private:
  static void round(const Quantization& q, std::span<float> values) {
    const float scale = q.scale(), inverse = 1 / scale;
    const auto zero = static_cast<float>(q.zero_point());
    for (float& value : values) {
      value = (std::clamp(std::nearbyint(value * inverse) + zero, -128.0f, 127.0f) - zero) * scale;
    }
  }

  static void round_weights(const Rule& rule, const Shape& shape, std::span<float> values) {
    const auto count = static_cast<size_t>(shape[static_cast<size_t>(rule.axis)]);
    const size_t inner = rule.axis == 0 ? values.size() / count : 1;
    std::vector<float> largest(count);
    for (size_t i = 0; i < values.size(); ++i) {
      float& peak = largest[i / inner % count];
      peak = std::max(peak, std::fabs(values[i]));
    }
    if (!rule.per_channel)
      std::fill(largest.begin(), largest.end(), *std::max_element(largest.begin(), largest.end()));
    for (size_t i = 0; i < values.size(); ++i) {
      const float scale = std::max(largest[i / inner % count] / 127, 1e-9f);
      values[i] = std::clamp(std::nearbyint(values[i] / scale), -127.0f, 127.0f) * scale;
    }
  }

  void round_output(size_t index, std::span<float> values) {
    const Node& node = model_.nodes[index];
    const Rule rule = rule_of(node.op);
    if (rule.form == Form::like_input || rule.form == Form::plain || values.empty()) return;
    Range& range = ranges_[at(node.outputs[0])];
    if (moving_ && rule.form != Form::fixed) {
      const auto [low, high] = std::minmax_element(values.begin(), values.end());
      const auto follow = [](float& bound, float seen) {
        bound = static_cast<float>(kMemory * static_cast<double>(bound) +
                                   (1 - kMemory) * static_cast<double>(seen));
      };
      follow(range.low, std::min(*low, 0.0f));
      follow(range.high, std::max(*high, 0.0f));
    }
    const Quantization q = rule.form == Form::fixed ? rule.int8 : activation_quantization(range);
    const float low = (-128.5f - static_cast<float>(q.zero_point())) * q.scale();
    const float high = (127.5f - static_cast<float>(q.zero_point())) * q.scale();
    std::vector<uint8_t>& clipped = clipped_[index];
    clipped.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i) clipped[i] = values[i] < low || values[i] > high;
    // What a ReLU lets through must stay above 0, or its gradient stops.
    const float least = 1e-12f;
    std::vector<uint8_t>& alive = alive_;
    alive.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i) alive[i] = values[i] > 0;
    round(q, values);
    for (size_t i = 0; i < values.size(); ++i) {
      if (alive[i] && values[i] == 0) values[i] = least;
    }
  }

  void clip_gradient(size_t index, std::span<float> gradient) {
    const std::vector<uint8_t>& clipped = clipped_[index];
    if (clipped.size() != gradient.size()) return;
    for (size_t i = 0; i < gradient.size(); ++i) {
      if (clipped[i]) gradient[i] = 0;
    }
  }

  const Graph& model_;
  std::vector<Range> ranges_;
  const Settings& settings_;
  std::map<TensorId, Rule> weighted_;
  std::vector<std::vector<uint8_t>> clipped_;  // by node
  std::vector<uint8_t> alive_;
  bool moving_ = true;
};

}  // namespace

AwareNet train_aware(const Graph& model, const std::vector<Range>& ranges, const Settings& settings,
                     const Dataset& dataset, const TuneOptions& options, ThreadPool& pool) {
  RoundedNet rounded(model, ranges, settings);
  Graph tuned = tune(model, dataset, options, rounded, pool);
  return {std::move(tuned), rounded.ranges()};
}

}  // namespace tinyml::quantize
