// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/data/clips.h"
#include "tinyml/ops/operator.h"

namespace tinyml {
namespace {

using data::expect_error;

std::vector<uint8_t> from_hex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

Graph graph_of(const CameraFrame& op, const Shape& frame) {
  Graph graph;
  graph.inputs = {graph.add({"frame", DType::uint8, frame, {}, nullptr})};
  graph.outputs = {graph.add({"picture", DType::int8, {}, {}, nullptr})};
  graph.nodes = {{op, graph.inputs, graph.outputs}};
  ops::infer(graph);
  return graph;
}

std::vector<int8_t> run(const CameraFrame& op, const Shape& shape, const std::vector<uint8_t>& frame) {
  const Graph graph = graph_of(op, shape);
  EXPECT_EQ(static_cast<int64_t>(frame.size()), elements(shape));
  const ops::KernelCall call = ops::lower(graph, graph.nodes[0], {});
  std::vector<int8_t> output(static_cast<size_t>(elements(graph[graph.outputs[0]].shape)));
  std::vector<int64_t> scratch(static_cast<size_t>(call.scratch_bytes + 7) / 8);
  const void* const inputs[] = {frame.data()};
  void* const outputs[] = {output.data()};
  call.run(inputs, outputs, scratch.data());
  return output;
}

std::vector<uint8_t> noise(size_t count, uint64_t seed) {
  Random random(seed);
  std::vector<uint8_t> bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.next());
  return bytes;
}

TEST(CameraFrames, AgreeWithPillowAndOpenCvWithinOneCount) {
  std::ifstream in(TINYML_SOURCE_DIR "/tests/dsp/golden/camera.txt");
  int count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    ++count;
    std::istringstream words(line);
    std::string fit, frame, result;
    CameraFrame op;
    int32_t rows = 0, columns = 0;
    words >> fit >> op.smooth >> rows >> columns >> op.height >> op.width >> op.channels >> frame >> result;
    op.fit = fit == "fit" ? FrameFit::fit : fit == "crop" ? FrameFit::crop : FrameFit::squash;
    SCOPED_TRACE(line.substr(0, 40));
    const std::vector<int8_t> ours = run(op, {1, rows, columns, 3}, from_hex(frame));
    const std::vector<uint8_t> theirs = from_hex(result);
    ASSERT_EQ(ours.size(), theirs.size());
    int largest = 0;
    for (size_t i = 0; i < ours.size(); ++i) largest = std::max(largest, std::abs(ours[i] + 128 - theirs[i]));
    EXPECT_LE(largest, 1);
  }
  EXPECT_EQ(count, 11);
}

/// The kernel's arithmetic in words: rows first, to 14 bits, then columns, both rounded to nearest.
TEST(CameraFrames, RoundAsStated) {
  const std::vector<uint8_t> frame = noise(2 * 3, 1);
  const std::vector<int8_t> ours =
      run({.format = PixelFormat::grey8, .height = 1, .width = 1, .channels = 1}, {1, 2, 3, 1}, frame);
  int64_t sum = 1 << 19;
  // A triangle of reach 3 over three centres: 2/7, 3/7, 2/7 of 2^14.
  const int64_t weights[] = {4681, 7022, 4681};
  for (size_t x = 0; x < 3; ++x) sum += weights[x] * ((8192 * frame[x] + 8192 * frame[3 + x] + 128) >> 8);
  EXPECT_EQ(ours[0], (sum >> 20) - 128);
}

std::string kernel_of(const CameraFrame& op, const Shape& shape) {
  const Graph graph = graph_of(op, shape);
  return ops::lower(graph, graph.nodes[0], {}).function;
}

struct Beside {
  FrameFit fit;
  int32_t columns, width;  // of the frame and of the output, whose rows are five
  int32_t left, first;     // of the frame's columns and of the output's, where the picture begins
};

TEST(CameraFrames, OfTheirOwnScalePassPixelByPixel) {
  for (const Beside& b : {Beside{FrameFit::squash, 7, 7, 0, 0}, Beside{FrameFit::fit, 7, 7, 0, 0},
                          Beside{FrameFit::crop, 7, 7, 0, 0}, Beside{FrameFit::crop, 11, 5, 3, 0},
                          Beside{FrameFit::fit, 5, 9, 0, 2}}) {
    const int32_t rows = 5, used = std::min(b.columns, b.width);
    const auto pixels = static_cast<size_t>(rows * b.columns);
    const std::vector<uint8_t> bytes = noise(pixels * 3, 2);
    for (const PixelFormat format : {PixelFormat::rgb888, PixelFormat::rgb565, PixelFormat::grey8}) {
      for (const int32_t channels : {3, 1}) {
        const CameraFrame op{format, b.fit, rows, b.width, channels};
        const size_t each = format == PixelFormat::rgb888 ? 3 : format == PixelFormat::rgb565 ? 2 : 1;
        const Shape shape{1, rows, b.columns, static_cast<int32_t>(each)};
        EXPECT_EQ(kernel_of(op, shape), "camera_crop");
        const auto output =
            run(op, shape, {bytes.begin(), bytes.begin() + static_cast<int64_t>(pixels * each)});
        std::vector<int8_t> expected(static_cast<size_t>(rows * b.width * channels), 0);
        for (int32_t y = 0; y < rows; ++y) {
          for (int32_t x = 0; x < used; ++x) {
            const uint8_t* const pixel = &bytes[static_cast<size_t>(y * b.columns + b.left + x) * each];
            int rgb[] = {pixel[0], pixel[0], pixel[0]};
            if (each == 3) std::copy_n(pixel, 3, rgb);
            if (each == 2) {
              const int red = pixel[0] >> 3, green = (pixel[0] & 7) << 3 | pixel[1] >> 5,
                        blue = pixel[1] & 31;
              rgb[0] = red << 3 | red >> 2;
              rgb[1] = green << 2 | green >> 4;
              rgb[2] = blue << 3 | blue >> 2;
            }
            const int luma = (19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16;
            int8_t* const out = &expected[static_cast<size_t>((y * b.width + b.first + x) * channels)];
            for (int c = 0; c < channels; ++c)
              out[c] = static_cast<int8_t>((channels == 1 ? luma : rgb[c]) - 128);
          }
        }
        EXPECT_EQ(output, expected);
      }
    }
  }
  EXPECT_EQ(kernel_of({.height = 5, .width = 7}, {1, 5, 8, 3}), "camera_frame");
  EXPECT_EQ(kernel_of({.height = 2, .width = 2, .smooth = false}, {1, 6, 6, 3}), "camera_frame");
}

TEST(CameraFrames, OfSixteenBitsAreSpreadToEight) {
  std::vector<uint8_t> packed, spread;
  for (int bits = 0; bits < 65536; bits += 7) {
    packed.insert(packed.end(), {static_cast<uint8_t>(bits >> 8), static_cast<uint8_t>(bits & 255)});
    const int red = bits >> 11, green = bits >> 5 & 63, blue = bits & 31;
    spread.push_back(static_cast<uint8_t>(red << 3 | red >> 2));
    spread.push_back(static_cast<uint8_t>(green << 2 | green >> 4));
    spread.push_back(static_cast<uint8_t>(blue << 3 | blue >> 2));
  }
  const auto pixels = static_cast<int32_t>(packed.size() / 2);
  for (const int32_t channels : {3, 1}) {
    CameraFrame op{.height = 1, .width = 900, .channels = channels};
    const auto from_spread = run(op, {1, 1, pixels, 3}, spread);
    op.format = PixelFormat::rgb565;
    EXPECT_EQ(run(op, {1, 1, pixels, 2}, packed), from_spread);
  }
}

TEST(CameraFrames, OfGreyGiveGreyInEveryChannel) {
  const std::vector<uint8_t> frame = noise(6 * 6, 3);
  CameraFrame op{.format = PixelFormat::grey8, .height = 4, .width = 4, .channels = 1};
  const auto grey = run(op, {1, 6, 6, 1}, frame);
  op.channels = 3;
  const auto colour = run(op, {1, 6, 6, 1}, frame);
  for (size_t i = 0; i < colour.size(); ++i) EXPECT_EQ(colour[i], grey[i / 3]);
}

TEST(CameraFrames, ReachTheEndsOfTheRange) {
  for (const uint8_t value : {0, 255}) {
    const std::vector<uint8_t> frame(33 * 57 * 3, value);
    for (const int8_t out : run({.height = 9, .width = 70}, {1, 33, 57, 3}, frame))
      EXPECT_EQ(out, value - 128);
  }
}

TEST(CameraFrames, ThatDoNotFitAreRefused) {
  expect_error(ErrorKind::invalid_argument, {"2 bytes a pixel"}, [] {
    graph_of({.format = PixelFormat::rgb565}, {1, 120, 160, 3});
  });
  expect_error(ErrorKind::invalid_argument, {"2 channels"}, [] { graph_of({.channels = 2}, {1, 8, 8, 3}); });
  expect_error(ErrorKind::invalid_argument, {"height of 0"}, [] { graph_of({.height = 0}, {1, 8, 8, 3}); });
  expect_error(ErrorKind::invalid_argument, {"20000"}, [] { graph_of({}, {1, 20000, 8, 3}); });
}

}  // namespace
}  // namespace tinyml
