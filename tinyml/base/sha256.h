// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tinyml {

/// SHA-256 (FIPS 180-4) of `bytes` as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const uint8_t> bytes);

/// HMAC-SHA-256 (RFC 2104) of `message` under `key` as 64 lower-case hexadecimal digits.
std::string hmac_sha256_hex(std::string_view key, std::span<const uint8_t> message);

}  // namespace tinyml
