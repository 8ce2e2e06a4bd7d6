// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/tflite/pack.h"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace tinyml::formats::tflite {
namespace {

using flatbuffers::Offset;

constexpr size_t kBufferAlignment = 16;

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

class Packer {
  template <class T, class Add>
  auto all(const std::vector<std::unique_ptr<T>>& entries, Add add) {
    using Place = decltype(add(*entries[0]));
    std::vector<Place> places;
    for (const auto& entry : entries) places.push_back(add(*entry));
    return places.empty() ? Offset<flatbuffers::Vector<Place>>(0) : builder_.CreateVector(places);
  }

 public:
  explicit Packer(const schema::ModelT& model) : model_(model) {}

  Bytes pack() {
    const auto codes = all(model_.operator_codes, [&](const schema::OperatorCodeT& code) {
      return schema::CreateOperatorCode(builder_, &code);
    });
    const auto subgraphs =
        all(model_.subgraphs, [&](const schema::SubGraphT& subgraph) { return add(subgraph); });
    const auto buffers = all(model_.buffers, [&](const schema::BufferT& buffer) { return add(buffer); });
    const auto metadata = all(model_.metadata, [&](const schema::MetadataT& entry) {
      return schema::CreateMetadata(builder_, text(entry.name), entry.buffer);
    });
    const auto signatures =
        all(model_.signature_defs, [&](const schema::SignatureDefT& signature) { return add(signature); });
    const auto description = text(model_.description);
    builder_.Finish(schema::CreateModel(builder_, model_.version, codes, subgraphs, description, buffers, 0,
                                        metadata, signatures),
                    schema::ModelIdentifier());
    return {builder_.GetBufferPointer(), builder_.GetBufferPointer() + builder_.GetSize()};
  }

 private:
  /// What a null offset stands for in the file is what an empty vector or text is.
  template <class T>
  Offset<flatbuffers::Vector<T>> shared(const std::vector<T>& values) {
    if (values.empty()) return 0;
    Offset<void>& place = vectors_[{sizeof(T), bytes_of(values)}];
    if (place.IsNull()) place = builder_.CreateVector(values).Union();
    return place.o;
  }

  Offset<flatbuffers::String> text(const std::string& value) {
    return value.empty() ? Offset<flatbuffers::String>(0) : builder_.CreateSharedString(value);
  }

  Offset<schema::SubGraph> add(const schema::SubGraphT& subgraph) {
    const auto tensors = all(subgraph.tensors, [&](const schema::TensorT& tensor) { return add(tensor); });
    const auto operators = all(subgraph.operators, [&](const schema::OperatorT& op) { return add(op); });
    const auto inputs = shared(subgraph.inputs), outputs = shared(subgraph.outputs);
    return schema::CreateSubGraph(builder_, tensors, inputs, outputs, operators, text(subgraph.name));
  }

  Offset<schema::Tensor> add(const schema::TensorT& tensor) {
    const auto shape = shared(tensor.shape);
    const auto name = text(tensor.name);
    const auto quantization =
        tensor.quantization ? add(*tensor.quantization) : Offset<schema::QuantizationParameters>(0);
    return schema::CreateTensor(builder_, shape, tensor.type, tensor.buffer, name, quantization,
                                tensor.is_variable);
  }

  Offset<schema::QuantizationParameters> add(const schema::QuantizationParametersT& quantization) {
    const auto scale = shared(quantization.scale);
    const auto zero_point = shared(quantization.zero_point);
    auto& place = quantizations_[{scale.o, zero_point.o, quantization.quantized_dimension}];
    if (place.IsNull()) {
      place = schema::CreateQuantizationParameters(builder_, 0, 0, scale, zero_point,
                                                   schema::QuantizationDetails::NONE, 0,
                                                   quantization.quantized_dimension);
    }
    return place;
  }

  Offset<schema::Operator> add(const schema::OperatorT& op) {
    const auto inputs = shared(op.inputs), outputs = shared(op.outputs),
               intermediates = shared(op.intermediates);
    const auto options = add(op.builtin_options);
    const auto custom = shared(op.custom_options);
    return schema::CreateOperator(builder_, op.opcode_index, inputs, outputs, op.builtin_options.type,
                                  options, custom, op.custom_options_format, 0, intermediates);
  }

  Offset<void> add(const schema::BuiltinOptionsUnion& options) {
    if (options.type == schema::BuiltinOptions::NONE) return 0;
    flatbuffers::FlatBufferBuilder alone;
    alone.Finish(Offset<flatbuffers::Table>(options.Pack(alone).o));
    const auto* first = reinterpret_cast<const char*>(alone.GetBufferPointer());
    Offset<void>& place = options_[{options.type, std::string(first, alone.GetSize())}];
    if (place.IsNull()) place = options.Pack(builder_);
    return place;
  }

  Offset<schema::Buffer> add(const schema::BufferT& buffer) {
    if (buffer.data.empty()) return schema::CreateBuffer(builder_);
    builder_.ForceVectorAlignment(buffer.data.size(), sizeof(uint8_t), kBufferAlignment);
    return schema::CreateBuffer(builder_, builder_.CreateVector(buffer.data));
  }

  Offset<schema::SignatureDef> add(const schema::SignatureDefT& signature) {
    const auto entry = [&](const schema::TensorMapT& map) {
      return schema::CreateTensorMap(builder_, text(map.name), map.tensor_index);
    };
    const auto inputs = all(signature.inputs, entry), outputs = all(signature.outputs, entry);
    return schema::CreateSignatureDef(builder_, inputs, outputs, text(signature.signature_key),
                                      signature.subgraph_index);
  }

  const schema::ModelT& model_;
  flatbuffers::FlatBufferBuilder builder_;
  std::map<std::pair<size_t, std::string>, Offset<void>> vectors_;  // by the size of an element
  std::map<std::tuple<flatbuffers::uoffset_t, flatbuffers::uoffset_t, int32_t>,
           Offset<schema::QuantizationParameters>>
      quantizations_;
  std::map<std::pair<schema::BuiltinOptions, std::string>, Offset<void>> options_;
};

}  // namespace

Bytes pack(const schema::ModelT& model) { return Packer(model).pack(); }

}  // namespace tinyml::formats::tflite
