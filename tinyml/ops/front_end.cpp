// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/front_end.h"

namespace tinyml::ops {
namespace {

FrontEndFrame frame_of(const SensorFrame& frame) {
  return {frame.rate_hz, frame.channels, frame.samples * frame.channels, frame.hop * frame.channels};
}

FrontEndFrame frame_of(const Mfe& mfe) {
  return {static_cast<double>(mfe.sample_rate_hz), 1, mfe.frame_samples, mfe.hop_samples};
}

}  // namespace

std::optional<FrontEndFrame> frame_of(const Operator& op) {
  return std::visit(
      [](const auto& attributes) -> std::optional<FrontEndFrame> {
        if constexpr (requires { attributes.frame.channels; }) return frame_of(attributes.frame);
        if constexpr (requires { attributes.hop_samples; }) return frame_of(attributes);
        if constexpr (requires { attributes.mfe; }) return frame_of(attributes.mfe);
        return std::nullopt;
      },
      op);
}

}  // namespace tinyml::ops
