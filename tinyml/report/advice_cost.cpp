// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "tinyml/report/advice.h"
#include "tinyml/report/html.h"

namespace tinyml::report {
namespace {

constexpr double kLargeShare = 0.4;  // of the MACs, that one layer is worth a word
constexpr size_t kRepeats = 4;
constexpr int64_t kFewMacs = 10000;  // of a whole net that needs no advice on speed

double share(int64_t part, int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::string millions(int64_t macs) {
  if (macs < 1000000) return grouped(macs);
  return fmt::format("{:.1f} million", static_cast<double>(macs) / 1e6);
}

std::string shapes_of(const LayerFacts& layer) {
  std::string text;
  for (const TensorFacts& input : layer.inputs) {
    if (!input.is_constant) text += (text.empty() ? "" : " and ") + to_string(input.shape);
  }
  return text + " -> " + (layer.outputs.empty() ? "" : to_string(layer.outputs[0].shape));
}

/// MACs of a depthwise and a pointwise convolution in place of a dense one; 0: it is none, or small.
int64_t separable_macs(const Graph& graph, const Node& node, int64_t macs) {
  if (!std::holds_alternative<Conv2D>(node.op)) return 0;
  const Shape& weights = graph[node.inputs.at(1)].shape;  // OHWI
  const int64_t area = int64_t{weights[1]} * weights[2];
  if (area <= 1 || weights[0] < 8 || weights[3] < 8) return 0;
  return macs / weights[0] + macs / area;
}

/// How many output channels of a layer with weights have only zeros.
int64_t channels_without_weights(const Graph& graph, const Node& node, int64_t& channels) {
  const bool depthwise = std::holds_alternative<DepthwiseConv2D>(node.op);
  const bool rows =
      std::holds_alternative<Conv2D>(node.op) || std::holds_alternative<FullyConnected>(node.op);
  channels = 0;
  if ((!depthwise && !rows) || node.inputs.size() < 2 || node.inputs[1] == kNoTensor) return 0;
  const Tensor& weights = graph[node.inputs[1]];
  const bool symmetric =
      std::all_of(weights.quantization.zero_points.begin(), weights.quantization.zero_points.end(),
                  [](int32_t z) { return z == 0; });
  if (!weights.is_constant() || weights.shape.empty() || elements(weights.shape) == 0 || !symmetric) return 0;
  channels = depthwise ? weights.shape.back() : weights.shape[0];
  const auto bytes = static_cast<size_t>(size_of(weights.dtype));
  const size_t inner = depthwise ? 1 : weights.data->size() / bytes / static_cast<size_t>(channels);
  std::vector<bool> used(static_cast<size_t>(channels), false);
  for (size_t i = 0; i < weights.data->size(); ++i) {
    if ((*weights.data)[i] != 0) used[i / bytes / inner % used.size()] = true;
  }
  return std::count(used.begin(), used.end(), false);
}

}  // namespace

std::vector<Advice> advise_depthwise(const Graph& graph, const Inspection& inspection) {
  int64_t dense = 0, separable = 0, count = 0;
  size_t largest = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const int64_t macs = inspection.layers[i].macs;
    const int64_t other = separable_macs(graph, graph.nodes[i], macs);
    if (other == 0 || 3 * other >= macs) continue;
    if (count++ == 0 || macs > inspection.layers[largest].macs) largest = i;
    dense += macs;
    separable += other;
  }
  if (share(dense, inspection.macs) < 0.1) return {};
  const std::string what = fmt::format(
      "{} over space and channels at once take{} {} MACs ({} of all); a depthwise and a 1x1 convolution in "
      "place of each would take {}",
      count == 1 ? std::string("a convolution") : fmt::format("{} convolutions", count),
      count == 1 ? "s" : "", millions(dense), percent(share(dense, inspection.macs)), millions(separable));
  return {{"dense_convolution", static_cast<int32_t>(largest), what,
           fmt::format("train it anew with depthwise_conv_2d and conv_2d 1x1, beginning with layer {}, which "
                       "takes most",
                       largest)}};
}

std::vector<Advice> advise_depth(const Graph& graph, const Inspection& inspection) {
  std::map<std::string, std::vector<size_t>> alike;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const LayerFacts& layer = inspection.layers[i];
    if (layer.macs > 0)
      alike[layer.op + " " + shapes_of(layer) + std::to_string(layer.parameters)].push_back(i);
  }
  const std::vector<size_t>* most = nullptr;
  int64_t macs = 0;
  for (const auto& [key, layers] : alike) {
    const int64_t sum = inspection.layers[layers[0]].macs * static_cast<int64_t>(layers.size());
    if (layers.size() < kRepeats || sum <= macs) continue;
    most = &layers;
    macs = sum;
  }
  if (!most || share(macs, inspection.macs) < 0.2) return {};
  const LayerFacts& layer = inspection.layers[most->back()];
  return {{"depth", static_cast<int32_t>(most->back()),
           fmt::format("{} layers are the same {} {}, with {} of the MACs", most->size(), layer.op,
                       shapes_of(layer), percent(share(macs, inspection.macs))),
           fmt::format("try fewer of them: each that goes saves {} MACs and {:.1f} KB of weights",
                       millions(layer.macs), static_cast<double>(layer.weight_bytes) / 1024)}};
}

std::vector<Advice> advise_macs(const Graph&, const Inspection& inspection) {
  const auto& layers = inspection.layers;
  const auto largest = std::max_element(layers.begin(), layers.end(),
                                        [](const auto& a, const auto& b) { return a.macs < b.macs; });
  if (layers.size() < 3 || inspection.macs < kFewMacs) return {};
  if (share(largest->macs, inspection.macs) < kLargeShare) return {};
  return {{"macs", static_cast<int32_t>(largest - layers.begin()),
           fmt::format("layer {} ({} {}) takes {} of the MACs", largest - layers.begin(), largest->op,
                       shapes_of(*largest), percent(share(largest->macs, inspection.macs))),
           "fewer channels, a larger stride before it or a smaller input make the whole net faster"}};
}

std::vector<Advice> advise_ram(const Graph&, const Inspection& inspection) {
  if (inspection.layers.size() < 3 || inspection.peak_layer < 0) return {};
  std::vector<int64_t> sorted;
  for (const LayerFacts& layer : inspection.layers) sorted.push_back(layer.ram_bytes);
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                   sorted.end());
  const int64_t median = sorted[sorted.size() / 2];
  const LayerFacts& peak = inspection.layers[static_cast<size_t>(inspection.peak_layer)];
  if (peak.ram_bytes < 4096 || peak.ram_bytes < 2 * median) return {};
  const auto high = std::count_if(inspection.layers.begin(), inspection.layers.end(), [&](const auto& layer) {
    return 10 * layer.ram_bytes >= 9 * peak.ram_bytes;
  });
  const std::string others = high == 1 ? "" : fmt::format(", as {} more nearly do", high - 1);
  return {
      {"ram_peak", inspection.peak_layer,
       fmt::format("layer {} ({} {}) needs {:.1f} KB of RAM{}; the median layer {:.1f} KB",
                   inspection.peak_layer, peak.op, shapes_of(peak),
                   static_cast<double>(peak.ram_bytes) / 1024, others, static_cast<double>(median) / 1024),
       fmt::format("{} the RAM: a smaller input, fewer channels or a larger stride there",
                   high == 1 ? "this layer alone sets" : "these layers alone set")}};
}

std::vector<Advice> advise_dead_channels(const Graph& graph, const Inspection& inspection) {
  int64_t dead = 0, all = 0, macs = 0, most = 0;
  size_t worst = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    int64_t channels = 0;
    const int64_t without = channels_without_weights(graph, graph.nodes[i], channels);
    dead += without;
    all += channels;
    if (channels > 0) macs += inspection.layers[i].macs * without / channels;
    if (without > most) {
      most = without;
      worst = i;
    }
  }
  if (share(macs, inspection.macs) < 0.05) return {};
  return {{"dead_channels", static_cast<int32_t>(worst),
           fmt::format("{} of {} output channels have no weight but zero and are always the same: {} of the "
                       "MACs compute them",
                       dead, all, percent(share(macs, inspection.macs))),
           inspection.needs_quantizing()
               ? "train it anew with fewer channels, most of all in this layer"
               : "fold_dead_channels of TinyMLOptimizer, in Python, takes them out; "
                 "every answer stays the same to the byte"}};
}

}  // namespace tinyml::report
