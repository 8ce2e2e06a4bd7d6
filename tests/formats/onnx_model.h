// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "tinyml/base/file.h"
#include "tinyml/base/random.h"
#include "tinyml/formats/onnx.h"
#include "tinyml/graph/fold_quantization.h"
#include "tinyml/schema/onnx.pb.h"

namespace tinyml::formats {

/// A small ONNX file under construction.
class OnnxModel {
 public:
  using Names = std::vector<std::string>;

  explicit OnnxModel(int64_t opset = 13) {
    proto.set_ir_version(8);
    proto.add_opset_import()->set_version(opset);
    graph().set_name("net");
  }

  schema::onnx::GraphProto& graph() { return *proto.mutable_graph(); }

  OnnxModel& input(const std::string& name, const std::vector<int64_t>& dims,
                   schema::onnx::TensorProto::DataType type = schema::onnx::TensorProto::FLOAT) {
    auto& tensor = *describe(*graph().add_input(), name);
    tensor.set_elem_type(type);
    for (const int64_t dim : dims) tensor.mutable_shape()->add_dim()->set_dim_value(dim);
    return *this;
  }

  OnnxModel& output(const std::string& name) {
    graph().add_output()->set_name(name);
    return *this;
  }

  template <class T>
  OnnxModel& constant(const std::string& name, const std::vector<int64_t>& dims,
                      const std::vector<T>& values) {
    fill(*graph().add_initializer(), dims, values)->set_name(name);
    return *this;
  }

  /// Float32 of any values.
  OnnxModel& weights(const std::string& name, const std::vector<int64_t>& dims) {
    int64_t count = 1;
    for (const int64_t dim : dims) count *= dim;
    std::vector<float> values;
    for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random_.uniform(-1, 1)));
    return constant(name, dims, values);
  }

  /// Called node_<index>, of which the next calls of `with` set attributes.
  OnnxModel& node(const std::string& op, const Names& inputs, const Names& outputs) {
    auto* node = graph().add_node();
    node->set_op_type(op);
    node->set_name("node_" + std::to_string(graph().node_size() - 1));
    for (const std::string& name : inputs) node->add_input(name);
    for (const std::string& name : outputs) node->add_output(name);
    return *this;
  }

  OnnxModel& with(const std::string& name, int64_t value) {
    attribute(name)->set_i(value);
    return *this;
  }
  OnnxModel& with(const std::string& name, float value) {
    attribute(name)->set_f(value);
    return *this;
  }
  OnnxModel& with(const std::string& name, const char* value) {
    attribute(name)->set_s(value);
    return *this;
  }
  OnnxModel& with(const std::string& name, const std::vector<int64_t>& values) {
    auto* made = attribute(name);
    for (const int64_t value : values) made->add_ints(value);
    return *this;
  }

  /// QuantizeLinear and DequantizeLinear of `x` to int8: `x`_q and the result `x`_dq.
  OnnxModel& quantized(const std::string& x, float scale, int8_t zero_point) {
    constant<float>(x + "_scale", {}, {scale}).constant<int8_t>(x + "_zero", {}, {zero_point});
    node("QuantizeLinear", {x, x + "_scale", x + "_zero"}, {x + "_q"});
    return node("DequantizeLinear", {x + "_q", x + "_scale", x + "_zero"}, {x + "_dq"});
  }

  /// The constant int8 `name`, dequantized to `name`_dq, with a scale an element of `axis` 0, or one.
  template <class T>
  OnnxModel& dequantized(const std::string& name, const std::vector<int64_t>& dims,
                         const std::vector<T>& codes, const std::vector<float>& scales, T zero_point = 0) {
    constant(name, dims, codes);
    const std::vector<int64_t> shape = scales.size() == 1
                                           ? std::vector<int64_t>{}
                                           : std::vector<int64_t>{static_cast<int64_t>(scales.size())};
    constant(name + "_scale", shape, scales);
    constant(name + "_zero", shape, std::vector<T>(scales.size(), zero_point));
    return node("DequantizeLinear", {name, name + "_scale", name + "_zero"}, {name + "_dq"})
        .with("axis", int64_t{0});
  }

  Bytes bytes() const {
    const std::string text = proto.SerializeAsString();
    return {text.begin(), text.end()};
  }
  Graph read() const { return read_onnx(bytes()); }
  /// With int8 operators where there are QuantizeLinear and DequantizeLinear.
  Graph read_int8() const {
    Graph graph = fold_quantization(read());
    verify(graph);
    return graph;
  }
  /// The error of reading it; "" where there is none.
  std::string error() const {
    return error_of([&] { read(); });
  }
  std::string int8_error() const {
    return error_of([&] { read_int8(); });
  }

  schema::onnx::ModelProto proto;

 private:
  template <class Read>
  static std::string error_of(const Read& read) {
    try {
      read();
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }

  static schema::onnx::TypeProto::Tensor* describe(schema::onnx::ValueInfoProto& info,
                                                   const std::string& name) {
    info.set_name(name);
    return info.mutable_type()->mutable_tensor_type();
  }

  template <class T>
  static schema::onnx::TensorProto* fill(schema::onnx::TensorProto& tensor, const std::vector<int64_t>& dims,
                                         const std::vector<T>& values) {
    using Type = schema::onnx::TensorProto;
    constexpr auto kType = std::is_same_v<T, float>     ? Type::FLOAT
                           : std::is_same_v<T, int64_t> ? Type::INT64
                           : std::is_same_v<T, int32_t> ? Type::INT32
                           : std::is_same_v<T, uint8_t> ? Type::UINT8
                                                        : Type::INT8;
    tensor.set_data_type(kType);
    for (const int64_t dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(values.data(), values.size() * sizeof(T));
    return &tensor;
  }

  schema::onnx::AttributeProto* attribute(const std::string& name) {
    auto* made = graph().mutable_node(graph().node_size() - 1)->add_attribute();
    made->set_name(name);
    return made;
  }

  Random random_{11};
};

inline std::vector<std::string> operators(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.emplace_back(name_of(node.op));
  return names;
}

inline const Tensor& input_of(const Graph& graph, size_t node, size_t index) {
  return graph[graph.nodes.at(node).inputs.at(index)];
}
inline const Tensor& output_of(const Graph& graph, size_t node) {
  return graph[graph.nodes.at(node).outputs.at(0)];
}

template <class T>
std::vector<T> values_of(const Tensor& tensor) {
  const auto values = tensor.values<T>();
  return {values.begin(), values.end()};
}

}  // namespace tinyml::formats
