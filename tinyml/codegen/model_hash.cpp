// SPDX-License-Identifier: Apache-2.0
#include "tinyml/codegen/model_hash.h"

#include <cstdint>
#include <vector>

#include "tinyml/base/sha256.h"

namespace tinyml::codegen {
namespace {

class ByteSink {
 public:
  template <class T>
  void put(T value) {
    const auto* first = reinterpret_cast<const uint8_t*>(&value);
    bytes_.insert(bytes_.end(), first, first + sizeof(T));
  }
  template <class Range>
  void put_all(const Range& range) {
    put(static_cast<uint64_t>(range.size()));
    for (const auto& value : range) put(value);
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace

std::string hash_of(const Graph& graph) {
  ByteSink sink;
  for (const Tensor& tensor : graph.tensors) {
    sink.put(tensor.dtype);
    sink.put_all(tensor.shape);
    sink.put_all(tensor.quantization.scales);
    sink.put_all(tensor.quantization.zero_points);
    if (tensor.data) sink.put_all(*tensor.data);
  }
  for (const Node& node : graph.nodes) {
    sink.put_all(name_of(node.op));
    sink.put_all(node.inputs);
    sink.put_all(node.outputs);
  }
  return sha256_hex(sink.bytes());
}

}  // namespace tinyml::codegen
