// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/calibrate.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "tinyml/quantize/float_runner.h"

namespace tinyml::quantize {
namespace {

constexpr size_t kBins = 4096;
constexpr std::array<std::pair<Calibration, std::string_view>, 3> kCalibrations{
    {{Calibration::min_max, "min_max"}, {Calibration::percentile, "percentile"}, {Calibration::mse, "mse"}}};

/// Runs the graph over all examples and shows each batch's activations and each node's peak.
template <class Visit, class VisitPeak>
void for_each_activation(const Graph& graph, const Dataset& dataset, ThreadPool& pool, Visit visit,
                         VisitPeak visit_peak) {
  FloatRunner runner(graph, pool);
  runner.run(dataset, [&](size_t, size_t) {
    for (size_t id = 0; id < graph.tensors.size(); ++id) {
      const std::span<const float> values = runner.values(static_cast<TensorId>(id));
      if (!values.empty()) visit(id, values);
    }
    for (size_t node = 0; node < graph.nodes.size(); ++node) visit_peak(node, runner.peak(node));
  });
}

Range percentile_range(std::span<const int64_t> bins, Range whole, double outside) {
  int64_t total = 0;
  for (const int64_t count : bins) total += count;
  const double cut = outside * static_cast<double>(total);
  const double width = (static_cast<double>(whole.high) - whole.low) / static_cast<double>(bins.size());
  size_t first = 0, last = bins.size();
  for (double seen = 0; first + 1 < last && (seen += static_cast<double>(bins[first])) <= cut;) ++first;
  for (double seen = 0; last > first + 1 && (seen += static_cast<double>(bins[last - 1])) <= cut;) --last;
  return {static_cast<float>(whole.low + static_cast<double>(first) * width),
          static_cast<float>(whole.low + static_cast<double>(last) * width)};
}

}  // namespace

Calibration parse_calibration(std::string_view name) {
  for (const auto& [calibration, text] : kCalibrations) {
    if (text == name) return calibration;
  }
  throw Error(ErrorKind::invalid_argument,
              fmt::format("unknown calibration \"{}\": min_max, percentile or mse", name));
}

std::string_view name_of(Calibration calibration) {
  for (const auto& [value, text] : kCalibrations) {
    if (value == calibration) return text;
  }
  TINYML_CHECK(false);
}

Range least_squares_range(std::span<const int64_t> bins, Range whole) {
  const double width = (static_cast<double>(whole.high) - whole.low) / static_cast<double>(bins.size());
  Range best = whole;
  double least = INFINITY;
  constexpr int kSteps = 40;
  for (int low_cut = 0; low_cut < kSteps; ++low_cut) {
    for (int high_cut = 0; high_cut < kSteps; ++high_cut) {
      const double low = whole.low * (1 - static_cast<double>(low_cut) / kSteps);
      const double high = whole.high * (1 - static_cast<double>(high_cut) / kSteps);
      if (high - low <= 0) continue;
      const double step = (high - low) / 255;
      double error = 0;
      for (size_t i = 0; i < bins.size(); ++i) {
        if (bins[i] == 0) continue;
        const double value = whole.low + (static_cast<double>(i) + 0.5) * width;
        const double beyond = value < low ? low - value : value > high ? value - high : 0;
        error += static_cast<double>(bins[i]) * (beyond > 0 ? beyond * beyond : step * step / 12);
      }
      if (error < least) {
        least = error;
        best = {static_cast<float>(low), static_cast<float>(high)};
      }
      if (whole.high <= 0) break;
    }
    if (whole.low >= 0) break;
  }
  return best;
}

std::vector<Range> calibrate(const Graph& graph, size_t count, const FillInput& fill,
                             const CalibrationOptions& options, ThreadPool& pool) {
  const auto fill_input = [&](size_t index, size_t, std::span<float> values) { fill(index, values); };
  return calibrate(graph, {count, fill_input}, options, pool);
}

std::vector<Range> calibrate(const Graph& graph, const Dataset& dataset, const CalibrationOptions& options,
                             ThreadPool& pool) {
  TINYML_CHECK(dataset.count > 0);
  const size_t tensors = graph.tensors.size();
  std::vector<Range> ranges(tensors + graph.nodes.size());
  const auto widen = [&](size_t index, float low, float high) {
    ranges[index] = {std::min(ranges[index].low, low), std::max(ranges[index].high, high)};
  };
  for_each_activation(
      graph, dataset, pool,
      [&](size_t id, std::span<const float> values) {
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        widen(id, *low, *high);
      },
      [&](size_t node, float peak) { widen(tensors + node, -peak, peak); });
  if (options.method == Calibration::min_max) return ranges;

  std::vector<std::vector<int64_t>> bins(tensors, std::vector<int64_t>(kBins));
  const auto count_values = [&](size_t id, std::span<const float> values) {
    const Range range = ranges[id];
    if (!(range.high > range.low)) return;
    const double scale = static_cast<double>(kBins) / (static_cast<double>(range.high) - range.low);
    for (const float value : values) {
      const auto bin = static_cast<size_t>((static_cast<double>(value) - range.low) * scale);
      ++bins[id][std::min(bin, kBins - 1)];
    }
  };
  for_each_activation(graph, dataset, pool, count_values, [](size_t, float) {});
  for (size_t id = 0; id < tensors; ++id) {
    if (!(ranges[id].high > ranges[id].low)) continue;
    const Range cut = options.method == Calibration::mse
                          ? least_squares_range(bins[id], ranges[id])
                          : percentile_range(bins[id], ranges[id], options.outside);
    ranges[id] = {std::min(cut.low, 0.0f), std::max(cut.high, 0.0f)};
  }
  return ranges;
}

}  // namespace tinyml::quantize
