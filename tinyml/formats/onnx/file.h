// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace tinyml::schema::onnx {  // generated from schema/onnx.proto
class ModelProto;
}  // namespace tinyml::schema::onnx

namespace tinyml::formats::onnx {

/// The parsed messages of a file, whose operator set of the default domain is `opset`.
struct File {
  std::shared_ptr<const schema::onnx::ModelProto> model;
  int64_t opset = 0;
};

/// Errors: bad_file; unsupported, for files above 256 MB, of more than 2^18 fields, and other operator sets.
File parse(std::span<const uint8_t> bytes);

}  // namespace tinyml::formats::onnx
