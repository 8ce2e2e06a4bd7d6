// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "tinyml/formats/tflite.h"
#include "tinyml/formats/tflite/format.h"
#include "tinyml/formats/tflite/half.h"
#include "tinyml/formats/tflite/pack.h"
#include "tinyml/formats/tflite/resources.h"
#include "tinyml/formats/tflite/unrolled.h"
#include "tinyml/graph/half_weights.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite.h"

namespace tinyml::formats {
namespace {

/// "1.14.0" after "1.5.0"
bool later(std::string_view a, std::string_view b) {
  const auto key = [](std::string_view version) {
    std::vector<int> parts{0};
    for (const char c : version) {
      if (c == '.') {
        parts.push_back(0);
      } else {
        parts.back() = parts.back() * 10 + (c - '0');
      }
    }
    return parts;
  };
  return key(a) > key(b);
}

class Writer {
 public:
  explicit Writer(const Graph& graph)
      : graph_(graph),
        ids_(graph.tensors.size(), kNoTensor),
        resources_(graph, {[this](schema::BuiltinOperator builtin) { return code_index(builtin, 1); },
                           [this](const Tensor& tensor) { return to_file(tensor); }}) {
    model_.version = tflite::kSchemaVersion;
    model_.description = "tinyml";
    model_.buffers.push_back(std::make_unique<schema::BufferT>());  // buffer 0 means "no data"
    subgraph_.name = graph.name;
  }

  Bytes write() {
    add_used_tensors();
    if (!resources_.empty()) resources_.begin(subgraph_);
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      with_context(fmt::format("op {} {}", i, name_of(graph_.nodes[i].op)), [&] { add(graph_.nodes[i]); });
    }
    subgraph_.inputs = mapped(graph_.inputs);
    subgraph_.outputs = mapped(graph_.outputs);
    add_signature();
    for (const auto& [key, text] : graph_.metadata) {
      TINYML_CHECK(tflite::kMetadataPrefix + key != tflite::kUnrolled);
      add_metadata(tflite::kMetadataPrefix + key, {text.begin(), text.end()});
    }
    if (!unrolled_.empty()) {
      const std::string text = tflite::to_text(unrolled_);
      add_metadata(tflite::kUnrolled, {text.begin(), text.end()});
    }
    std::vector<uint8_t> runtime(tflite::kRuntimeBytes);
    std::copy(min_runtime_.begin(), min_runtime_.end(), runtime.begin());
    add_metadata(tflite::kMinRuntime, runtime);

    model_.subgraphs.push_back(std::make_unique<schema::SubGraphT>(std::move(subgraph_)));
    if (!resources_.empty()) model_.subgraphs.push_back(resources_.initial());
    return tflite::pack(model_);
  }

 private:
  void add_used_tensors() {
    std::set<TensorId> used(graph_.inputs.begin(), graph_.inputs.end());
    used.insert(graph_.outputs.begin(), graph_.outputs.end());
    for (const Node& node : graph_.nodes) {
      used.insert(node.inputs.begin(), node.inputs.end());
      used.insert(node.outputs.begin(), node.outputs.end());
    }
    used.erase(kNoTensor);
    for (const TensorId id : used) {
      if (graph_[id].is_variable) continue;
      const auto half = has_half_weights(graph_) ? tflite::to_half(graph_[id]) : std::nullopt;
      ids_[static_cast<size_t>(id)] = half ? add_float16(graph_[id], *half) : add(graph_[id]);
    }
  }

  /// The float32 tensor that a DEQUANTIZE makes of a float16 constant.
  int32_t add_float16(const Tensor& tensor, const Bytes& half) {
    auto written = std::make_unique<schema::TensorT>();
    written->name = tensor.name;
    written->shape = tensor.shape;
    written->type = schema::TensorType::FLOAT16;
    written->buffer = add_buffer(half);
    subgraph_.tensors.push_back(std::move(written));
    const auto from = static_cast<int32_t>(subgraph_.tensors.size()) - 1;
    const int32_t to = add({tensor.name + "/float32", DType::float32, tensor.shape, {}, nullptr});
    auto step = std::make_unique<schema::OperatorT>();
    step->opcode_index = code_index(schema::BuiltinOperator::DEQUANTIZE, 3);
    step->inputs = {from};
    step->outputs = {to};
    step->builtin_options.Set(schema::DequantizeOptionsT());
    subgraph_.operators.push_back(std::move(step));
    if (later("1.15.0", min_runtime_)) min_runtime_ = "1.15.0";
    return to;
  }

  int32_t add(const Tensor& tensor) {
    subgraph_.tensors.push_back(to_file(tensor));
    return static_cast<int32_t>(subgraph_.tensors.size()) - 1;
  }

  std::unique_ptr<schema::TensorT> to_file(const Tensor& tensor) {
    auto written = std::make_unique<schema::TensorT>();
    written->name = tensor.name;
    written->shape = tensor.shape;
    written->type = tflite::to_tflite(tensor.dtype);
    if (tensor.data) written->buffer = add_buffer(*tensor.data);
    if (!tensor.quantization.empty() && tensor.dtype != DType::float32) {
      auto quantization = std::make_unique<schema::QuantizationParametersT>();
      quantization->scale = tensor.quantization.scales;
      quantization->zero_point.assign(tensor.quantization.zero_points.begin(),
                                      tensor.quantization.zero_points.end());
      quantization->quantized_dimension = tensor.quantization.axis;
      written->quantization = std::move(quantization);
    }
    return written;
  }

  /// The index of the buffer with these bytes.
  uint32_t add_buffer(const Bytes& bytes) {
    const auto [entry, fresh] =
        buffers_.try_emplace({bytes.begin(), bytes.end()}, static_cast<uint32_t>(model_.buffers.size()));
    if (fresh) {
      auto buffer = std::make_unique<schema::BufferT>();
      buffer->data = bytes;
      model_.buffers.push_back(std::move(buffer));
    }
    return entry->second;
  }

  void add(const Node& node) {
    auto written = std::make_unique<schema::OperatorT>();
    ops::TfliteWriter writer{graph_, node, written->builtin_options};
    ops::write_tflite(node.op, writer);
    if (later(writer.min_runtime, min_runtime_)) min_runtime_ = writer.min_runtime;
    if (!writer.steps.empty()) {
      std::vector<int32_t> places = mapped(node.inputs);
      const int32_t output = mapped(node.outputs)[0];
      unrolled_.push_back({static_cast<int32_t>(subgraph_.operators.size()),
                           static_cast<int32_t>(subgraph_.tensors.size()), output, places});
      places.push_back(output);
      return add_steps(writer.steps, writer.step_tensors, std::move(places));
    }
    std::vector<int32_t> inputs = mapped(node.inputs);
    for (const Tensor& more : writer.more_inputs) inputs.push_back(add(more));
    for (const Tensor& variable : writer.variables) {
      inputs.push_back(add(variable));
      subgraph_.tensors.back()->is_variable = true;
    }
    add_steps(writer.first_steps, writer.step_tensors, inputs);
    for (const int32_t index : writer.order) {
      written->inputs.push_back(index < 0 ? -1 : inputs[static_cast<size_t>(index)]);
    }
    if (writer.order.empty()) written->inputs = std::move(inputs);
    for (const Tensor& inside : writer.intermediates) written->intermediates.push_back(add(inside));
    written->outputs = mapped(node.outputs);
    if (std::holds_alternative<AssignVariable>(node.op)) {
      written->inputs.insert(written->inputs.begin(), written->outputs.at(0));
      written->outputs.clear();
    }
    written->opcode_index = code_index(writer.builtin, writer.version, writer.custom_code);
    written->custom_options = std::move(writer.custom_options);
    subgraph_.operators.push_back(std::move(written));
  }

  void add_steps(const std::vector<ops::TfliteStep>& steps, const std::vector<Tensor>& tensors,
                 std::vector<int32_t> places) {
    for (const Tensor& tensor : tensors) places.push_back(add(tensor));
    for (const ops::TfliteStep& step : steps) {
      subgraph_.operators.push_back(
          tflite::operator_of(step, code_index(step.builtin, step.version), places));
    }
  }

  uint32_t code_index(schema::BuiltinOperator builtin, int32_t version, const std::string& custom = {}) {
    const auto same = [&](const auto& code) {
      return code->builtin_code == builtin && code->version == version && code->custom_code == custom;
    };
    const auto found = std::find_if(model_.operator_codes.begin(), model_.operator_codes.end(), same);
    const auto index = static_cast<uint32_t>(found - model_.operator_codes.begin());
    if (found == model_.operator_codes.end()) {
      auto code = std::make_unique<schema::OperatorCodeT>();
      code->builtin_code = builtin;
      code->deprecated_builtin_code = static_cast<int8_t>(std::min(static_cast<int32_t>(builtin), 127));
      code->version = version;
      code->custom_code = custom;
      model_.operator_codes.push_back(std::move(code));
    }
    return index;
  }

  std::vector<int32_t> mapped(const std::vector<TensorId>& ids) const {
    std::vector<int32_t> result;
    for (const TensorId id : ids) {
      const bool variable = id != kNoTensor && graph_[id].is_variable;
      result.push_back(id == kNoTensor ? -1
                       : variable      ? resources_.handle(id)
                                       : ids_[static_cast<size_t>(id)]);
    }
    return result;
  }

  void add_signature() {
    auto signature = std::make_unique<schema::SignatureDefT>();
    signature->signature_key = "serving_default";
    const auto name_all = [&](const std::vector<TensorId>& ids, const char* kind, auto& entries) {
      std::set<std::string> names;
      for (size_t i = 0; i < ids.size(); ++i) {
        auto entry = std::make_unique<schema::TensorMapT>();
        entry->name = graph_[ids[i]].name;
        if (entry->name.empty() || names.count(entry->name)) entry->name = fmt::format("{}_{}", kind, i);
        names.insert(entry->name);
        entry->tensor_index = static_cast<uint32_t>(ids_[static_cast<size_t>(ids[i])]);
        entries.push_back(std::move(entry));
      }
    };
    name_all(graph_.inputs, "input", signature->inputs);
    name_all(graph_.outputs, "output", signature->outputs);
    model_.signature_defs.push_back(std::move(signature));
  }

  void add_metadata(std::string name, const Bytes& bytes) {
    auto entry = std::make_unique<schema::MetadataT>();
    entry->name = std::move(name);
    entry->buffer = add_buffer(bytes);
    model_.metadata.push_back(std::move(entry));
  }

  const Graph& graph_;
  std::vector<TensorId> ids_;  // from the graph's tensors to the file's
  tflite::ResourceWriter resources_;
  std::map<std::string, uint32_t> buffers_;  // by their bytes
  std::vector<tflite::Unrolled> unrolled_;
  std::string_view min_runtime_ = "1.5.0";
  schema::SubGraphT subgraph_;
  schema::ModelT model_;
};

}  // namespace

Bytes write_tflite(const Graph& graph) {
  verify(graph);
  return Writer(graph).write();
}

}  // namespace tinyml::formats
