// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "tinyml/base/thread_pool.h"
#include "tinyml/graph/graph.h"
#include "tinyml/quantize/dataset.h"

namespace tinyml::quantize {

/// How the range of an activation is taken from what it held on representative inputs.
enum class Calibration {
  min_max,     // everything that occurred
  percentile,  // all but the outermost `outside` of the values
  mse,         // the range with the least mean squared quantization error
};
Calibration parse_calibration(std::string_view name);
std::string_view name_of(Calibration calibration);

struct Range {
  float low = 0, high = 0;
};

struct CalibrationOptions {
  Calibration method = Calibration::percentile;
  double outside = 1e-5;  // of percentile: this share of values may be cut at each end
};

/// Writes representative input i into the span (float32, the net's input shape).
using FillInput = std::function<void(size_t index, std::span<float> input)>;

/// The range of every activation of a float32 graph over `count` representative inputs, by tensor id;
/// constants keep {0, 0}. Every range contains 0, as the int8 specification needs. Behind them one a node:
/// the whole range of what an Lstm's cells held, {0, 0} for other operators.
std::vector<Range> calibrate(const Graph& graph, size_t count, const FillInput& fill,
                             const CalibrationOptions& options, ThreadPool& pool);

/// The same of any float32 graph.
std::vector<Range> calibrate(const Graph& graph, const Dataset& dataset, const CalibrationOptions& options,
                             ThreadPool& pool);

/// The range of least mean squared error for `bins` counts over [low, high] quantized to 256 levels.
Range least_squares_range(std::span<const int64_t> bins, Range whole);

}  // namespace tinyml::quantize
