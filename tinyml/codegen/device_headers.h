// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace tinyml::codegen {

/// A header that ships to the chip, carried inside this binary.
struct DeviceHeader {
  std::string_view path;  // as it is included: "tinyml/device/nn/conv_2d.h"
  std::string_view text;
};

/// Every header of the device room, by path.
std::span<const DeviceHeader> device_headers();

/// The device headers that `source` includes, and those that they include, by path. Other includes are left
/// out. Fails a check if a "tinyml/device/…" header does not exist.
std::vector<DeviceHeader> headers_used_by(std::string_view source);

}  // namespace tinyml::codegen
