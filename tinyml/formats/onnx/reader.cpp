// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "tinyml/formats/onnx.h"
#include "tinyml/formats/onnx/file.h"
#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/text.h"
#include "tinyml/formats/tflite/checks.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/ops/operator.h"
#include "tinyml/schema/onnx.pb.h"

namespace tinyml::formats {
namespace {

using onnx::Source;
using onnx::Value;
using tflite::refuse;
using tflite::reject;

class Reader {
 public:
  Reader(const onnx::File& file, int64_t bytes) : source_(file.model->graph()), import_(file.opset, bytes) {}

  Graph read() {
    import_.graph.name = clean(source_.name());
    if (import_.graph.name.empty()) import_.graph.name = "model";
    constexpr int kMostNodes = 1 << 14, kMostOperands = 1 << 10;
    if (source_.node_size() > kMostNodes) refuse(fmt::format("{} nodes", source_.node_size()));
    if (source_.input_size() > kMostNodes || source_.output_size() > kMostOperands) {
      refuse(fmt::format("{} inputs and {} outputs", source_.input_size(), source_.output_size()));
    }
    if (source_.sparse_initializer_size() > 0) refuse("sparse initializers");
    read_initializers();
    read_inputs();
    count_uses();
    for (const TensorId id : import_.graph.inputs) tflite::check_input(import_.graph, id);
    for (int i = 0; i < source_.node_size(); ++i) read_node(i);
    read_outputs();
    Graph& graph = import_.graph;
    onnx::tidy(graph);
    onnx::fold_transposes(import_);
    onnx::tidy(graph);
    if (graph.nodes.empty()) reject("the model has no operators");
    graph = fold_neighbours(graph);
    onnx::spell_out_batch_norm(graph);
    graph = without_unused_tensors(graph);
    ops::infer(graph);
    verify(graph);
    return std::move(graph);
  }

 private:
  void read_initializers() {
    for (const auto& initializer : source_.initializer()) {
      const std::string name = clean(initializer.name());
      with_context("initializer " + name, [&] {
        Value value = import_.value(onnx::read_constant(initializer, import_.budget));
        if (!values_.try_emplace(initializer.name(), std::move(value)).second) reject("it is there twice");
      });
    }
  }

  void read_inputs() {
    for (const auto& input : source_.input()) {
      if (values_.count(input.name())) continue;  // until IR version 4 initializers are inputs too
      with_context("model input " + clean(input.name()), [&] {
        if (input.name().empty()) reject("it has no name");
        values_[input.name()] = read_input(input);
      });
    }
    if (import_.graph.inputs.empty()) reject("the model has no inputs");
  }

  Value read_input(const schema::onnx::ValueInfoProto& input) {
    if (!input.type().has_tensor_type() || !input.type().tensor_type().has_shape()) {
      refuse("an input that is no tensor of a known shape");
    }
    const auto& type = input.type().tensor_type();
    Tensor tensor;
    tensor.name = clean(input.name());
    const DType dtype = onnx::dtype_of(type.elem_type());
    if (dtype != DType::float32 && dtype != DType::int8 && dtype != DType::uint8) {
      refuse(fmt::format("an input of {} (float32, int8 and uint8 are)", tinyml::name_of(dtype)));
    }
    std::vector<int64_t> extents;
    for (const auto& dim : type.shape().dim()) {
      const bool batch = extents.empty();
      if (!dim.has_dim_value() && !batch) {
        refuse(
            fmt::format("the dimension {} is {}, not a number: export the model with fixed shapes (in "
                        "PyTorch without dynamic_axes or dynamic_shapes)",
                        extents.size(), dim.has_dim_param() ? clean(dim.dim_param()) : "unknown"));
      }
      extents.push_back(dim.has_dim_value() ? dim.dim_value() : 1);
    }
    tensor.shape = onnx::checked_shape(extents);
    if (tensor.shape.empty()) refuse("an input without dimensions");
    tflite::check_extents(tensor.shape);
    tensor.dtype = dtype;
    Value value;
    value.shape = tensor.shape;
    value.order = onnx::plain_order(tensor.shape.size());
    value.dtype = dtype;
    value.id = import_.graph.add(std::move(tensor));
    import_.graph.inputs.push_back(value.id);
    return value;
  }

  void count_uses() {
    for (const auto& node : source_.node()) {
      for (const std::string& name : node.input()) ++uses_[name];
    }
    for (const auto& output : source_.output()) ++uses_[output.name()];
  }

  void read_node(int index) {
    const auto& node = source_.node(index);
    std::string where = fmt::format("node {} {}", index, clean(node.op_type()));
    if (!node.name().empty()) where += fmt::format(" \"{}\"", clean(node.name()));
    with_context(where, [&] {
      if (!node.domain().empty() && node.domain() != "ai.onnx") {
        refuse(fmt::format("operators of the domain {}: export the model with ONNX's own operators",
                           clean(node.domain())));
      }
      const std::vector<schema::onnx::NodeProto> parts = onnx::spelled_out(node);
      for (const auto& part : parts) {
        for (const std::string& name : part.input()) ++uses_[name];
      }
      for (const auto& part : parts) map_node(part);
      if (parts.empty()) map_node(node);
    });
  }

  void map_node(const schema::onnx::NodeProto& node) {
    Source source(node, values_, uses_);
    if (source.output_count() == 0) reject("it has no output");
    if (source.all_constant() && onnx::fold(import_, source)) return;
    const onnx::Mapping mapping = onnx::find_mapping(node.op_type());
    if (!mapping) refuse("this operator: " + onnx::advice_on(node.op_type()));
    if (source.has(0) && source.is_constant(0) && !onnx::takes_constants_first(node.op_type())) {
      refuse("a constant as its first input");
    }
    mapping(import_, source);
  }

  /// What the graph has as int8 and the file as uint8, as uint8.
  TensorId as_in_file(DType dtype, TensorId id) {
    const Tensor& tensor = import_.graph[id];
    if (dtype != DType::uint8 || tensor.dtype != DType::int8) return id;
    Tensor output{tensor.name + "/unsigned", DType::uint8, {}, tensor.quantization, nullptr};
    output.quantization.zero_points.at(0) += 128;
    return import_.add(Quantize{}, {id}, std::move(output));
  }

  void read_outputs() {
    std::set<TensorId> taken;
    for (const auto& output : source_.output()) {
      const std::string name = clean(output.name());
      with_context("model output " + name, [&] {
        const auto found = values_.find(output.name());
        if (found == values_.end()) reject("it is never computed");
        const Value& value = found->second;
        if (value.constant) reject("it is a constant");
        const TensorId id = as_in_file(value.dtype, import_.tensor(value, onnx::plain_order(value.rank())));
        import_.graph.outputs.push_back(id);
        if (std::count(import_.graph.inputs.begin(), import_.graph.inputs.end(), id)) {
          reject("it is an input of the model");
        }
        if (taken.insert(id).second) import_.graph[id].name = name;
      });
    }
    if (import_.graph.outputs.empty()) reject("the model has no outputs");
  }

  const schema::onnx::GraphProto& source_;
  onnx::Import import_;
  std::unordered_map<std::string, Value> values_;
  std::unordered_map<std::string, int> uses_;
};

}  // namespace

Graph read_onnx(std::span<const uint8_t> bytes) {
  const onnx::File file = onnx::parse(bytes);
  return Reader(file, static_cast<int64_t>(bytes.size())).read();
}

}  // namespace tinyml::formats
