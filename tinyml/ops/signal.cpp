// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/signal.h"

#include <flatbuffers/flexbuffers.h>
#include <fmt/core.h>

#include <algorithm>

namespace tinyml::ops {

const Tensor& expect_integers(const Graph& graph, TensorId id, DType dtype, size_t rank) {
  const Tensor& tensor = graph[id];
  if (tensor.dtype != dtype || tensor.shape.size() != rank) {
    throw Error(ErrorKind::bad_file,
                fmt::format("{} is {} {}, where {} of {} dimensions is needed", tensor.name,
                            name_of(tensor.dtype), to_string(tensor.shape), name_of(dtype), rank));
  }
  return tensor;
}

void set_integers(Graph& graph, TensorId id, DType dtype, Shape shape) {
  graph[id].dtype = dtype;
  graph[id].shape = std::move(shape);
}

bool is_signal_operator(const TfliteReader& reader, const char* custom_code, size_t inputs, size_t outputs) {
  if (reader.builtin != schema::BuiltinOperator::CUSTOM || reader.custom_code != custom_code) return false;
  const std::vector<TensorId>& given = reader.node.inputs;
  if (given.size() != inputs || reader.node.outputs.size() != outputs ||
      std::count(given.begin(), given.end(), kNoTensor) > 0) {
    throw Error(ErrorKind::bad_file, fmt::format("it has {} inputs and {} outputs instead of {} and {}",
                                                 given.size(), reader.node.outputs.size(), inputs, outputs));
  }
  return true;
}

SignalOptions read_options(const TfliteReader& reader) {
  constexpr size_t kMostBytes = 1 << 12;
  const auto* given = reader.source.custom_options();
  // FlexBuffers reads numbers where they lie: a vector's memory has the alignment that the file may not have.
  std::vector<uint8_t> bytes;
  if (given) bytes.assign(given->begin(), given->end());
  std::vector<uint8_t> reuse;
  if (bytes.empty() || bytes.size() > kMostBytes ||
      !flexbuffers::VerifyBuffer(bytes.data(), bytes.size(), &reuse) ||
      !flexbuffers::GetRoot(bytes).IsMap()) {
    throw Error(ErrorKind::bad_file, "its options are no FlexBuffers map");
  }
  const flexbuffers::Map map = flexbuffers::GetRoot(bytes).AsMap();
  SignalOptions options;
  for (size_t i = 0; i < map.size(); ++i) {
    const flexbuffers::Reference value = map.Values()[i];
    if (value.IsIntOrUint() || value.IsBool()) options[map.Keys()[i].AsKey()] = value.AsInt64();
  }
  return options;
}

int32_t option(const SignalOptions& options, const char* name, int32_t least, int32_t most) {
  const auto found = options.find(name);
  if (found == options.end()) throw Error(ErrorKind::bad_file, fmt::format("its option {} is missing", name));
  if (found->second < least || found->second > most) {
    throw Error(ErrorKind::bad_file,
                fmt::format("its option {} is {}, not {} to {}", name, found->second, least, most));
  }
  return static_cast<int32_t>(found->second);
}

void write_signal_operator(TfliteWriter& writer, const char* custom_code, const SignalOptions& options) {
  writer.builtin = schema::BuiltinOperator::CUSTOM;
  writer.custom_code = custom_code;
  flexbuffers::Builder builder;
  // TensorFlow Lite Micro finds a number by its place among the sorted names and takes it for signed.
  builder.Map([&] {
    for (const auto& [name, value] : options) builder.Int(name.c_str(), value);
  });
  builder.Finish();
  writer.custom_options = builder.GetBuffer();
}

}  // namespace tinyml::ops
