// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/dsp/camera_frame.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"

namespace tinyml::ops {
namespace {

constexpr int32_t kLargestSide = 16384;
constexpr int32_t kOne = 1 << 14;

[[noreturn]] void reject(const std::string& message) { throw Error(ErrorKind::invalid_argument, message); }

int32_t bytes_of(PixelFormat format) {
  return format == PixelFormat::rgb888 ? 3 : format == PixelFormat::rgb565 ? 2 : 1;
}

void check(const CameraFrame& op) {
  const auto check_side = [](std::string_view name, int32_t value) {
    if (value < 1 || value > 1024)
      reject(fmt::format("camera_frame: a {} of {}: give 1 .. 1024", name, value));
  };
  check_side("height", op.height);
  check_side("width", op.width);
  if (op.channels != 1 && op.channels != 3) {
    reject(fmt::format("camera_frame: {} channels: give 3 (red, green, blue) or 1 (grey)", op.channels));
  }
}

/// Which part of an axis of the frame goes to which part of the output's.
struct Part {
  double begin = 0, end = 0;      // of the frame, in pixels
  int32_t first = 0, length = 0;  // of the output
};

struct Parts {
  Part rows, columns;
};

Parts parts_of(const CameraFrame& op, int32_t height, int32_t width) {
  Parts parts{{0, double(height), 0, op.height}, {0, double(width), 0, op.width}};
  if (op.fit == FrameFit::squash) return parts;
  const double down = double(height) / op.height, across = double(width) / op.width;
  const auto cut = [](Part& part, double kept) {
    const double margin = (part.end - kept) / 2;
    part.begin = margin;
    part.end -= margin;
  };
  const auto shrink = [](Part& part, double length) {
    const auto rounded = std::max(1, static_cast<int32_t>(std::lround(length)));
    part.first = (part.length - rounded) / 2;
    part.length = rounded;
  };
  if (op.fit == FrameFit::crop) {
    if (down > across) cut(parts.rows, op.height * across);
    if (across > down) cut(parts.columns, op.width * down);
  } else {
    if (down > across) shrink(parts.columns, width / down);
    if (across > down) shrink(parts.rows, height / across);
  }
  return parts;
}

struct Taps {
  int32_t first = 0;
  std::vector<int16_t> weights;  // their sum is kOne
};

/// Weights by a triangle over the pixels' centres, as wide as an output pixel where the picture shrinks.
Taps taps_at(const Part& part, int32_t index, int32_t extent, bool smooth) {
  const double scale = (part.end - part.begin) / part.length;
  const double reach = smooth ? std::max(scale, 1.0) : 1.0;
  const double centre = part.begin + (index + 0.5) * scale;
  const int32_t first = std::max(0, static_cast<int32_t>(std::floor(centre - reach + 0.5)));
  const int32_t last = std::min(extent, static_cast<int32_t>(std::floor(centre + reach + 0.5)));
  std::vector<double> real;
  for (int32_t i = first; i < last; ++i)
    real.push_back(std::max(0.0, 1 - std::abs(i + 0.5 - centre) / reach));
  const double total = std::accumulate(real.begin(), real.end(), 0.0);
  if (!(total > 0)) return {std::clamp(static_cast<int32_t>(centre), 0, extent - 1), {int16_t{kOne}}};
  Taps taps{first, {}};
  double before = 0;
  for (const double w : real) {
    const double after = before + w / total * kOne;
    taps.weights.push_back(static_cast<int16_t>(std::lround(after) - std::lround(before)));
    before = after;
  }
  while (taps.weights.back() == 0) taps.weights.pop_back();
  const auto used = std::find_if(taps.weights.begin(), taps.weights.end(), [](int16_t w) { return w != 0; });
  taps.first += static_cast<int32_t>(used - taps.weights.begin());
  taps.weights.erase(taps.weights.begin(), used);
  return taps;
}

std::vector<Taps> taps_of(const Part& part, int32_t extent, bool smooth) {
  std::vector<Taps> all;
  for (int32_t i = 0; i < part.length; ++i) all.push_back(taps_at(part, i, extent, smooth));
  return all;
}

std::vector<int16_t> stream_of(const std::vector<Taps>& all, int32_t origin) {
  std::vector<int16_t> stream;
  for (const Taps& taps : all) {
    stream.push_back(static_cast<int16_t>(taps.first - origin));
    stream.push_back(static_cast<int16_t>(taps.weights.size()));
    stream.insert(stream.end(), taps.weights.begin(), taps.weights.end());
  }
  return stream;
}

size_t count_of(const std::vector<Taps>& all) {
  return std::accumulate(all.begin(), all.end(), size_t{0},
                         [](size_t sum, const Taps& taps) { return sum + taps.weights.size(); });
}

struct Frame {
  Parts parts;
  std::vector<Taps> rows, columns;
  int32_t left = 0, width = 0;  // of the frame's columns, those that are looked at
};

Frame frame_at(const CameraFrame& op, const Shape& shape) {
  Frame frame;
  frame.parts = parts_of(op, shape[1], shape[2]);
  frame.rows = taps_of(frame.parts.rows, shape[1], op.smooth);
  frame.columns = taps_of(frame.parts.columns, shape[2], op.smooth);
  frame.left = frame.columns.front().first;
  frame.width =
      frame.columns.back().first + static_cast<int32_t>(frame.columns.back().weights.size()) - frame.left;
  return frame;
}

/// Whether every pixel of the picture is the next one of the frame, unchanged.
bool only_picks(const Frame& frame) {
  const auto next = [](const std::vector<Taps>& all) {
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i].weights.size() != 1 || all[i].first != all[0].first + static_cast<int32_t>(i)) return false;
    }
    return true;
  };
  return next(frame.rows) && next(frame.columns);
}

device::CameraPixels device_pixels(PixelFormat format) {
  return format == PixelFormat::rgb888   ? device::kCameraRgb888
         : format == PixelFormat::rgb565 ? device::kCameraRgb565
                                         : device::kCameraGrey8;
}

/// The members that both kernels have.
template <class P>
P params_of(const CameraFrame& op, const Frame& frame, int32_t frame_width) {
  P p{};
  p.pixels = device_pixels(op.format);
  p.frame_width = frame_width;
  p.left = frame.left;
  p.channels = op.channels;
  p.height = op.height;
  p.width = op.width;
  p.fill_top = frame.parts.rows.first;
  p.fill_left = frame.parts.columns.first;
  p.fill_height = frame.parts.rows.length;
  p.fill_width = frame.parts.columns.length;
  return p;
}

}  // namespace

void infer(const CameraFrame& op, Graph& graph, const Node& node) {
  check(op);
  const Tensor& input = graph[node.inputs.at(0)];
  const Shape shape = input_shape(graph, node, 4);
  if (input.dtype != DType::uint8) {
    throw Error(ErrorKind::bad_file,
                fmt::format("camera_frame needs uint8 pixels, not {}", name_of(input.dtype)));
  }
  if (shape[0] != 1 || shape[3] != bytes_of(op.format)) {
    reject(fmt::format("camera_frame: a frame of {}: give 1 x height x width x {} bytes a pixel",
                       to_string(shape), bytes_of(op.format)));
  }
  if (shape[1] < 1 || shape[2] < 1 || shape[1] > kLargestSide || shape[2] > kLargestSide) {
    reject(fmt::format("camera_frame: a frame of {} x {} pixels: give 1 .. {} a side", shape[2], shape[1],
                       kLargestSide));
  }
  Tensor& output = graph[node.outputs.at(0)];
  output.shape = {1, op.height, op.width, op.channels};
  output.dtype = DType::int8;
  output.quantization = {{1.0f / 128}, {0}, 0};
}

int64_t macs(const CameraFrame& op, const Graph& graph, const Node& node) {
  const Frame frame = frame_at(op, graph[node.inputs.at(0)].shape);
  if (only_picks(frame)) return 0;
  return (static_cast<int64_t>(count_of(frame.rows)) * frame.width +
          static_cast<int64_t>(frame.rows.size() * count_of(frame.columns))) *
         op.channels;
}

void forward(const CameraFrame&, FloatForward&) { TINYML_CHECK(false && "a camera's frame is uint8"); }

KernelCall lower(const CameraFrame& op, const Graph& graph, const Node& node, const Target&) {
  check(op);
  const Shape& shape = graph[node.inputs.at(0)].shape;
  const Frame frame = frame_at(op, shape);
  if (only_picks(frame)) {
    auto p = params_of<device::CameraCropParams>(op, frame, shape[2]);
    p.top = frame.rows.front().first;
    KernelCall call = make_typed_call<int8_t>(Types<uint8_t>{}, Types<>{}, "camera_frame.h", "camera_crop", p,
                                              {}, 0, -1, TINYML_KERNEL(camera_crop));
    call.header = "tinyml/device/dsp/camera_frame.h";
    return call;
  }
  auto p = params_of<device::CameraFrameParams>(op, frame, shape[2]);
  p.columns = frame.width;
  KernelCall call = make_typed_call<int8_t>(
      Types<uint8_t>{}, Types<int16_t, int16_t>{}, "camera_frame.h", "camera_frame", p,
      {make_table("rows", stream_of(frame.rows, 0)),
       make_table("columns", stream_of(frame.columns, frame.left))},
      int64_t{frame.width} * op.channels * 4, -1, TINYML_KERNEL(camera_frame));
  call.header = "tinyml/device/dsp/camera_frame.h";
  return call;
}

}  // namespace tinyml::ops
