// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "tinyml/formats/tflite.h"
#include "tinyml/formats/tflite/checks.h"
#include "tinyml/formats/tflite/format.h"
#include "tinyml/formats/tflite/half.h"
#include "tinyml/formats/tflite/resources.h"
#include "tinyml/formats/tflite/tables.h"
#include "tinyml/formats/tflite/tensors.h"
#include "tinyml/formats/tflite/unrolled.h"
#include "tinyml/formats/tflite/variables.h"
#include "tinyml/graph/half_weights.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite.h"

namespace tinyml::formats {
namespace {

using Ids = std::vector<TensorId>;

using tflite::clean;
using tflite::count;
using tflite::refuse;
using tflite::reject;

/// Of a file's tensor that unrolled operators alone use; those not read yet are kNoTensor.
constexpr TensorId kInside = kNoTensor - 1;

class Reader {
 public:
  explicit Reader(const schema::Model& model) : model_(model), tensors_(model), resources_(model) {
    if (model.version() != tflite::kSchemaVersion) {
      refuse(fmt::format("schema version {} (3 is)", model.version()));
    }
    if (count(model.subgraphs()) == 0) reject("the model has no subgraph");
    subgraph_ = model.subgraphs()->Get(0);
    ids_.assign(count(subgraph_->tensors()), kNoTensor);
  }

  Graph read() {
    graph_.name = clean(subgraph_->name());
    if (graph_.name.empty()) graph_.name = "model";
    graph_.inputs = ids_of(subgraph_->inputs());
    graph_.outputs = ids_of(subgraph_->outputs());
    if (graph_.inputs.empty() || graph_.outputs.empty()) reject("the model has no inputs or no outputs");
    variables_.refuse_in(graph_, graph_.inputs);
    variables_.refuse_in(graph_, graph_.outputs);
    for (const TensorId id : graph_.inputs) tflite::check_input(graph_, id);
    for (const TensorId id : graph_.outputs) tflite::check_output(graph_, id);
    read_metadata();
    read_operators();
    if (graph_.nodes.empty()) reject("the model has no operators");
    variables_.finish(graph_);
    resources_.finish();
    keep_used_tensors();
    verify(graph_);
    return std::move(graph_);
  }

 private:
  /// The graph's ids of the file's, reading tensors as they are first met; absent ones are kNoTensor.
  Ids ids_of(const flatbuffers::Vector<int32_t>* indexes) {
    return indexes ? ids_of(std::vector<int32_t>(indexes->begin(), indexes->end())) : Ids();
  }

  Ids ids_of(const std::vector<int32_t>& indexes) {
    Ids ids;
    for (const int32_t index : indexes) {
      if (index == -1) {
        ids.push_back(kNoTensor);
        continue;
      }
      if (index < 0 || static_cast<size_t>(index) >= ids_.size()) {
        reject(fmt::format("there is no tensor {}", index));
      }
      TensorId& id = ids_[static_cast<size_t>(index)];
      if (id == kInside) reject(fmt::format("tensor {} is inside of an unrolled gru", index));
      if (id == kNoTensor) {
        id = graph_.add(tensors_.read(*subgraph_, static_cast<flatbuffers::uoffset_t>(index)));
        variables_.add_tensor(
            subgraph_->tensors()->Get(static_cast<flatbuffers::uoffset_t>(index))->is_variable());
      }
      ids.push_back(id);
    }
    return ids;
  }

  void read_operators() {
    auto unrolled = unrolled_.begin();
    for (size_t i = 0; i < count(subgraph_->operators());) {
      if (unrolled != unrolled_.end() && static_cast<size_t>(unrolled->first_operator) == i) {
        i += read_unrolled(*unrolled++);
      } else {
        read_operator(i++);
      }
    }
    if (unrolled != unrolled_.end()) {
      reject(fmt::format("metadata {}: no gru begins at op {}", tflite::kUnrolled, unrolled->first_operator));
    }
  }

  /// The number of operators that it has.
  size_t read_unrolled(const tflite::Unrolled& unrolled) {
    return with_context(fmt::format("op {} unrolled gru", unrolled.first_operator), [&] {
      Node node{Gru{}, ids_of(unrolled.inputs), ids_of(std::vector{unrolled.output})};
      variables_.refuse_in(graph_, node.inputs);
      check(node);
      if (static_cast<size_t>(graph_[node.inputs[0]].shape[1]) > count(subgraph_->operators())) {
        reject("the file has too few operators for its steps");
      }
      schema::BuiltinOptionsUnion none;
      ops::TfliteWriter writer{graph_, node, none};
      ops::write_tflite(node.op, writer);
      std::vector<Tensor> inside;
      for (size_t i = 0; i < writer.step_tensors.size(); ++i) {
        const size_t index = static_cast<size_t>(unrolled.first_tensor) + i;
        if (index >= ids_.size()) reject(fmt::format("there is no tensor {}", index));
        if (ids_[index] != kNoTensor) reject(fmt::format("tensor {} is used elsewhere", index));
        ids_[index] = kInside;
        inside.push_back(tensors_.read(*subgraph_, static_cast<flatbuffers::uoffset_t>(index)));
      }
      tflite::expect_unrolled(model_, unrolled, writer, inside);
      graph_.nodes.push_back(std::move(node));
      return writer.steps.size();
    });
  }

  void read_operator(size_t index) {
    const schema::Operator& source = *subgraph_->operators()->Get(static_cast<flatbuffers::uoffset_t>(index));
    if (source.opcode_index() >= count(model_.operator_codes())) {
      reject(fmt::format("op {}: there is no operator code {}", index, source.opcode_index()));
    }
    const schema::OperatorCode& code = *model_.operator_codes()->Get(source.opcode_index());
    with_context(fmt::format("op {} {}", index, tflite::name_of(code)), [&] {
      const schema::BuiltinOperator builtin = tflite::builtin_of(code);
      if (read_resource_operator(source, builtin) || read_float16(source, builtin)) return;
      Node node;
      node.inputs = ids_of(source.inputs());
      node.outputs = ids_of(source.outputs());
      if (std::count(node.outputs.begin(), node.outputs.end(), kNoTensor)) reject("an output is missing");
      if (variables_.set_to_zero(graph_, node, builtin)) return;
      const Ids given = node.inputs;
      node.op = ops::read_tflite(
          ops::TfliteReader{graph_, node, source, builtin, variables_.at_zero(), clean(code.custom_code())});
      variables_.refuse_in(graph_, node.inputs);
      variables_.keep_state(graph_, given);
      check(node);
      graph_.nodes.push_back(std::move(node));
    });
  }

  /// Whether the operator was one of those that declare, read and set variables.
  bool read_resource_operator(const schema::Operator& source, schema::BuiltinOperator builtin) {
    if (builtin == schema::BuiltinOperator::VAR_HANDLE) {
      resources_.add_handle(source);
    } else if (builtin == schema::BuiltinOperator::CALL_ONCE) {
      resources_.call_once(source, [&](const schema::SubGraph& subgraph, uint32_t index) {
        return tensors_.read(subgraph, index);
      });
    } else if (builtin == schema::BuiltinOperator::READ_VARIABLE) {
      const TensorId variable = variable_of(source);
      add_checked({ReadVariable{}, {variable}, ids_of(source.outputs())});
    } else if (builtin == schema::BuiltinOperator::ASSIGN_VARIABLE) {
      const TensorId variable = variable_of(source);
      const Ids value = ids_of(std::vector<int32_t>(source.inputs()->begin() + 1, source.inputs()->end()));
      add_checked({AssignVariable{}, value, {variable}});
    } else {
      return false;
    }
    return true;
  }

  /// Whether the operator made a float16 constant float32, as the graph has it from the beginning.
  bool read_float16(const schema::Operator& source, schema::BuiltinOperator builtin) {
    if (builtin != schema::BuiltinOperator::DEQUANTIZE || count(source.inputs()) != 1 ||
        count(source.outputs()) != 1) {
      return false;
    }
    const TensorId id = ids_of(source.inputs())[0];
    if (id == kNoTensor || !graph_[id].is_constant() || graph_[id].dtype != DType::float32) return false;
    const auto output = static_cast<uint32_t>(source.outputs()->Get(0));
    if (output >= ids_.size() || ids_[output] != kNoTensor) reject("its output is used elsewhere");
    if (tensors_.read(*subgraph_, output).shape != graph_[id].shape) reject("its output has another shape");
    ids_[output] = id;
    set_half_weights(graph_);
    return true;
  }

  TensorId variable_of(const schema::Operator& source) {
    const size_t before = graph_.tensors.size();
    const TensorId variable = resources_.variable_of(graph_, source);
    if (graph_.tensors.size() > before) variables_.add_tensor(false);
    return variable;
  }

  void add_checked(Node node) {
    if (node.inputs.size() != 1 || node.outputs.size() != 1 || node.inputs[0] == kNoTensor ||
        node.outputs[0] == kNoTensor) {
      reject("it has not the inputs and outputs that it needs");
    }
    variables_.refuse_in(graph_, node.inputs);
    check(node);
    graph_.nodes.push_back(std::move(node));
  }

  /// A node, read and not yet in the graph.
  void check(const Node& node) {
    variables_.refuse_in(graph_, node.outputs);
    tflite::check_node(graph_, node);
    std::vector<std::pair<Shape, DType>> in_file;
    for (const TensorId id : node.outputs) in_file.emplace_back(graph_[id].shape, graph_[id].dtype);
    ops::infer(graph_, node);
    for (size_t i = 0; i < in_file.size(); ++i) {
      const auto& [shape, dtype] = in_file[i];
      const Tensor& output = graph_[node.outputs[i]];
      if (output.shape != shape) {
        reject(fmt::format("its output is {} in the file and {} by its inputs and options", to_string(shape),
                           to_string(output.shape)));
      }
      if (output.dtype != dtype) {
        refuse(fmt::format("{} to {}", tinyml::name_of(output.dtype), tinyml::name_of(dtype)));
      }
    }
  }

  /// Drops the tensors that became attributes and orders the others as in the file.
  void keep_used_tensors() {
    std::vector<bool> used(graph_.tensors.size());
    const auto mark = [&](const Ids& ids) {
      for (const TensorId id : ids) used[static_cast<size_t>(id)] = true;
    };
    mark(graph_.inputs);
    mark(graph_.outputs);
    for (const Node& node : graph_.nodes) {
      mark(node.inputs);
      mark(node.outputs);
    }
    Ids moved(graph_.tensors.size(), kNoTensor);
    std::vector<Tensor> kept;
    for (const TensorId id : ids_) {
      if (id < 0 || !used[static_cast<size_t>(id)] || moved[static_cast<size_t>(id)] != kNoTensor) continue;
      moved[static_cast<size_t>(id)] = static_cast<TensorId>(kept.size());
      kept.push_back(std::move(graph_[id]));
    }
    for (size_t id = 0; id < moved.size(); ++id) {
      if (!graph_.tensors[id].is_variable || !used[id]) continue;
      moved[id] = static_cast<TensorId>(kept.size());
      kept.push_back(std::move(graph_.tensors[id]));
    }
    graph_.tensors = std::move(kept);
    const auto move_all = [&](Ids& ids) {
      for (TensorId& id : ids) id = moved[static_cast<size_t>(id)];
    };
    move_all(graph_.inputs);
    move_all(graph_.outputs);
    for (Node& node : graph_.nodes) {
      move_all(node.inputs);
      move_all(node.outputs);
    }
  }

  void read_metadata() {
    for (size_t i = 0; i < count(model_.metadata()); ++i) {
      const schema::Metadata& entry = *model_.metadata()->Get(static_cast<flatbuffers::uoffset_t>(i));
      const std::string name = clean(entry.name());
      if (name.rfind(tflite::kMetadataPrefix, 0) != 0) continue;
      const auto bytes = with_context("metadata " + name, [&] { return tensors_.data_of(entry.buffer()); });
      const std::string text = bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
      if (name == tflite::kUnrolled) {
        unrolled_ = tflite::parse_unrolled(text);
        continue;
      }
      graph_.metadata[name.substr(tflite::kMetadataPrefix.size())] = text;
    }
  }

  const schema::Model& model_;
  tflite::TensorReader tensors_;
  const schema::SubGraph* subgraph_;
  Ids ids_;  // from the file's tensors to the graph's
  std::vector<tflite::Unrolled> unrolled_;
  tflite::Variables variables_;
  tflite::Resources resources_;
  Graph graph_;
};

}  // namespace

Graph read_tflite(std::span<const uint8_t> bytes) {
  // FlatBuffers reads numbers where they lie: a copy has the alignment that a caller's slice may not have.
  if (reinterpret_cast<uintptr_t>(bytes.data()) % 16 != 0) {
    const Bytes aligned(bytes.begin(), bytes.end());
    return Reader(tflite::root_of(aligned)).read();
  }
  return Reader(tflite::root_of(bytes)).read();
}

}  // namespace tinyml::formats
