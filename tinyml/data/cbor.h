// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tinyml::data {

/// Passes if `bytes` are one well-formed CBOR item (RFC 8949) whose nesting is at most 16 deep, without tags
/// and with every announced length within the bytes: what a recursive reader can be given. Errors: bad_file
/// with `name` and the byte.
void check_cbor(std::span<const uint8_t> bytes, std::string_view name);

}  // namespace tinyml::data
