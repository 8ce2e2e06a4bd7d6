// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/lower_dsp.h"

#include <algorithm>
#include <cstdlib>

#include "tinyml/device/nn/conv_2d_dsp.h"
#include "tinyml/device/nn/depthwise_conv_2d_dsp.h"
#include "tinyml/device/nn/fixed_point.h"
#include "tinyml/device/nn/fully_connected_dsp.h"

namespace tinyml::ops {

namespace {

constexpr int64_t kAccumulatorLimit = int64_t{1} << 29;  // of dsp::requantize
constexpr int64_t kSecondSumLimit = int64_t{1} << 23;    // of the second channel in a packed word

// One output channel on its way to a packed stream.
struct Channel {
  std::vector<int8_t> weights;
  int32_t bias = 0;
  int32_t multiplier = 0, rounding = 0, shift = 1;

  // The largest magnitude that any part of the weighted sum can have.
  int64_t sum_limit() const {
    int64_t total = 0;
    for (int8_t w : weights) total += std::abs(int{w}) * 128;
    return total;
  }
};

// The channel as the DSP kernels take it. One whose output is the same for every input (dead, or saturated
// by its bias) becomes a constant; nothing where the guards do not hold.
std::optional<Channel> make_channel(std::vector<int8_t> weights, int32_t bias, const Multiplier& multiplier,
                                    const device::ConvParams& p) {
  Channel channel{std::move(weights), bias, multiplier.value, 0, -multiplier.shift};
  int64_t low = bias, high = bias;
  for (int8_t w : channel.weights) {
    low += std::min(w * -128, w * 127);
    high += std::max(w * -128, w * 127);
  }
  const auto fits = [](int64_t value) { return value >= INT32_MIN && value <= INT32_MAX; };
  if (multiplier.shift <= 0 && fits(low) && fits(high)) {
    const auto output = [&](int64_t accumulator) {
      return device::requantize(p, static_cast<int32_t>(accumulator), multiplier.value, multiplier.shift);
    };
    if (output(low) == output(high)) {
      const int32_t rounding = output(low) * 2 + 1;
      return Channel{std::vector<int8_t>(channel.weights.size()), 0, 0, rounding, 1};
    }
  }
  const std::optional<int32_t> rounding = dsp_rounding(multiplier, p.output_zero_point);
  if (!rounding || low <= -kAccumulatorLimit || high >= kAccumulatorLimit) return std::nullopt;
  channel.rounding = *rounding;
  return channel;
}

// Channel `index` of a [channels, taps] array, or a constant one beyond the last.
std::optional<Channel> channel_at(std::span<const int8_t> weights, size_t taps, size_t index,
                                  std::span<const int32_t> bias, std::span<const Multiplier> multipliers,
                                  const device::ConvParams& p) {
  if (index >= bias.size()) return Channel{std::vector<int8_t>(taps), 0, 0, 0, 1};
  const auto row = weights.subspan(index * taps, taps);
  return make_channel({row.begin(), row.end()}, bias[index], multipliers[multipliers.size() == 1 ? 0 : index],
                      p);
}

// Two taps of two channels in a word: taps k and k + 2, each lane a + 256 * b. Zero beyond the window.
int32_t packed_word(const Channel& a, const Channel& b, size_t k) {
  const auto lane = [&](size_t tap) {
    return tap < a.weights.size() ? a.weights[tap] + 256 * b.weights[tap] : 0;
  };
  return static_cast<int32_t>((static_cast<uint32_t>(lane(k + 2)) << 16) |
                              (static_cast<uint32_t>(lane(k)) & 0xffffu));
}

bool can_be_packed(const Channel& a, const Channel& b) {
  for (size_t k = 0; k < a.weights.size(); ++k) {
    if (a.weights[k] + 256 * b.weights[k] < -32768) return false;
  }
  return b.sum_limit() < kSecondSumLimit;
}

// The words of taps 0, 2 | 1, 3 | 4, 6 | … in order.
template <class Body>
void for_each_packed_pair(size_t padded_taps, const Body& body) {
  for (size_t k = 0; k < padded_taps; k += 4) {
    body(k);
    body(k + 1);
  }
}

size_t padded(size_t taps) { return (taps + 3) / 4 * 4; }

}  // namespace

bool has_dsp(Core core) { return core == Core::cortex_m4 || core == Core::cortex_m7; }

std::optional<int32_t> dsp_rounding(const Multiplier& multiplier, int32_t output_zero_point) {
  const int32_t shift = -multiplier.shift;
  if (shift < 1 || shift > 22) return std::nullopt;
  return (1 << (shift - 1)) + output_zero_point * (1 << shift);
}

std::optional<KernelCall> dsp_convolution(const Convolution& c) {
  device::Conv2DDspParams p{};
  static_cast<device::ConvParams&>(p) = c.params;
  const auto channels = static_cast<size_t>(p.output_channels);
  const size_t taps = c.weights.size() / channels, padded_taps = padded(taps);
  p.padded_taps = static_cast<int32_t>(padded_taps);
  std::vector<int32_t> stream;
  for (size_t o = 0; o < channels; o += 2) {
    const auto a = channel_at(c.weights, taps, o, c.bias, c.multipliers, p);
    const auto b = channel_at(c.weights, taps, o + 1, c.bias, c.multipliers, p);
    if (!a || !b || !can_be_packed(*a, *b)) return std::nullopt;
    stream.insert(stream.end(), {a->bias, b->bias});
    for_each_packed_pair(padded_taps, [&](size_t k) { stream.push_back(packed_word(*a, *b, k)); });
    stream.insert(stream.end(), {a->multiplier, a->rounding, a->shift, b->multiplier, b->rounding, b->shift});
  }
  return make_call<1, int32_t>("conv_2d_dsp.h", "conv_2d_dsp", p, {make_table("stream", stream)},
                               device::conv_2d_dsp_scratch_bytes(p.padded_taps),
                               overlap_lead(c.window, p.input_channels, p.output_channels, 3, true),
                               TINYML_KERNEL(conv_2d_dsp));
}

std::optional<KernelCall> dsp_depthwise(const Convolution& c) {
  device::DepthwiseConv2DDspParams p{};
  static_cast<device::ConvParams&>(p) = c.params;
  if (p.input_channels != p.output_channels || p.input_channels % 4 != 0) return std::nullopt;
  const auto channels = static_cast<size_t>(p.output_channels);
  const size_t taps = c.weights.size() / channels;
  const size_t padded_taps = (taps + 2) / 3 * 3;
  p.padded_taps = static_cast<int32_t>(padded_taps);
  std::vector<int32_t> stream;
  for (size_t first = 0; first < channels; first += 4) {
    std::vector<Channel> four;
    for (size_t i = first; i < first + 4; ++i) {
      std::vector<int8_t> weights(padded_taps);
      for (size_t t = 0; t < taps; ++t) weights[t] = c.weights[t * channels + i];
      auto channel =
          make_channel(std::move(weights), c.bias[i], c.multipliers[c.multipliers.size() == 1 ? 0 : i], p);
      if (!channel) return std::nullopt;
      four.push_back(std::move(*channel));
    }
    const auto lanes = [&](size_t low, size_t high, size_t tap) {
      return static_cast<int32_t>((static_cast<uint32_t>(four[high].weights[tap]) << 16) |
                                  (static_cast<uint32_t>(four[low].weights[tap]) & 0xffffu));
    };
    for (const Channel& channel : four) stream.push_back(channel.bias);
    for (size_t t = 0; t < padded_taps; ++t) stream.insert(stream.end(), {lanes(0, 2, t), lanes(1, 3, t)});
    for (const Channel& channel : four) {
      stream.insert(stream.end(), {channel.multiplier, channel.rounding, channel.shift});
    }
  }
  return make_call<1, int32_t>("depthwise_conv_2d_dsp.h", "depthwise_conv_2d_dsp", p,
                               {make_table("stream", stream)},
                               device::depthwise_scratch_bytes(p.padded_taps, p.input_channels),
                               overlap_lead(c.window, p.input_channels, p.output_channels, 1, false),
                               TINYML_KERNEL(depthwise_conv_2d_dsp));
}

std::optional<KernelCall> dsp_dense(const Dense& d) {
  device::FullyConnectedDspParams p{};
  p.rows = d.rows;
  p.inputs = d.inputs;
  p.outputs = d.outputs;
  p.padded_inputs = static_cast<int32_t>(padded(static_cast<size_t>(d.inputs)));
  p.output_zero_point = d.output_zero_point;
  p.activation_min = d.range.min;
  p.activation_max = d.range.max;
  device::ConvParams shared{};
  shared.output_zero_point = p.output_zero_point;
  shared.activation_min = p.activation_min;
  shared.activation_max = p.activation_max;
  const auto taps = static_cast<size_t>(d.inputs), outputs = static_cast<size_t>(d.outputs);
  std::vector<int32_t> stream, requantization;
  for (size_t o = 0; o < outputs; o += 4) {
    std::vector<Channel> four;
    for (size_t i = o; i < o + 4; ++i) {
      const auto channel = channel_at(d.weights, taps, i, d.bias, d.multipliers, shared);
      if (!channel) return std::nullopt;
      four.push_back(*channel);
    }
    if (!can_be_packed(four[0], four[1]) || !can_be_packed(four[2], four[3])) return std::nullopt;
    for (const Channel& channel : four) stream.push_back(channel.bias);
    for_each_packed_pair(static_cast<size_t>(p.padded_inputs), [&](size_t k) {
      stream.insert(stream.end(), {packed_word(four[0], four[1], k), packed_word(four[2], four[3], k)});
    });
    for (size_t i = o; i < std::min(o + 4, outputs); ++i) {
      const Channel& channel = four[i - o];
      requantization.insert(requantization.end(), {channel.multiplier, channel.rounding, channel.shift});
    }
  }
  const bool one_for_all =
      std::equal(requantization.begin() + 3, requantization.end(), requantization.begin());
  if (one_for_all) requantization.resize(3);
  p.requantization_stride = one_for_all ? 0 : 3;
  return make_call<1, int32_t, int32_t>(
      "fully_connected_dsp.h", "fully_connected_dsp", p,
      {make_table("stream", stream), make_table("requantization", requantization)}, p.padded_inputs * 2,
      p.rows == 1 ? 0 : -1, TINYML_KERNEL(fully_connected_dsp));
}

}  // namespace tinyml::ops
