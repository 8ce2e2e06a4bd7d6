// SPDX-License-Identifier: Apache-2.0
#pragma once

// The tensors of a file as the graph has them; for .cpp files only.

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "tinyml/base/file.h"
#include "tinyml/graph/tensor.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats::tflite {

class TensorReader {
 public:
  explicit TensorReader(const schema::Model& model) : model_(model) {}

  /// Checks extents, type, size and quantization. Errors: bad_file, unsupported, naming the tensor.
  Tensor read(const schema::SubGraph& subgraph, uint32_t index);
  /// A buffer's bytes; null for one without, whose tensor is computed. Tensors that share a buffer share its
  /// bytes. Errors: bad_file, unsupported.
  std::shared_ptr<const Bytes> data_of(uint32_t index);

 private:
  const schema::Model& model_;
  std::map<std::pair<const uint8_t*, size_t>, std::shared_ptr<const Bytes>> data_;
  size_t data_bytes_ = 0;
};

}  // namespace tinyml::formats::tflite
