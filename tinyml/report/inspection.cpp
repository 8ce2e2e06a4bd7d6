// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/inspection.h"

#include <algorithm>
#include <map>
#include <set>

#include "tinyml/boards/boards.h"
#include "tinyml/codegen/program.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/hybrid.h"
#include "tinyml/ops/operator.h"
#include "tinyml/plan/plan.h"
#include "tinyml/report/advice.h"
#include "tinyml/report/attributes.h"
#include "tinyml/report/layer_labels.h"

namespace tinyml::report {
namespace {

// Of measured programs: start-up and the net's own functions, and a layer's code beside its tables.
constexpr int64_t kProgramCodeBytes = 1500, kLayerCodeBytes = 300;

int64_t aligned(int64_t bytes) {
  return (bytes + plan::kAlignmentBytes - 1) / plan::kAlignmentBytes * plan::kAlignmentBytes;
}

bool is_float(const Graph& graph, const Node& node) {
  const auto is = [&](TensorId id) { return id == kNoTensor || graph[id].dtype == DType::float32; };
  return std::all_of(node.inputs.begin(), node.inputs.end(), is) &&
         std::all_of(node.outputs.begin(), node.outputs.end(), is);
}

/// Stands for the kernel of a layer that has none.
ops::KernelCall placeholder(const Node& node) {
  ops::KernelCall call;
  if (!std::holds_alternative<Reshape>(node.op)) call.function = name_of(node.op);
  const bool in_place = std::holds_alternative<Relu>(node.op) || std::holds_alternative<BatchNorm>(node.op) ||
                        std::holds_alternative<Dropout>(node.op);
  if (in_place) call.overlap_lead = 0;
  return call;
}

TensorFacts facts_of(const Graph& graph, TensorId id, const std::vector<int32_t>& producers) {
  const Tensor& tensor = graph[id];
  return {id,
          tensor.name,
          tensor.dtype,
          tensor.shape,
          tensor.quantization,
          tensor.is_constant(),
          tensor.is_variable,
          producers[static_cast<size_t>(id)],
          tensor.size_bytes()};
}

LayerFacts describe(const Graph& graph, const Node& node, const std::vector<int32_t>& producers) {
  LayerFacts layer;
  layer.op = name_of(node.op);
  layer.attributes = attributes_of(node.op);
  layer.macs = ops::macs(graph, node);
  for (const TensorId id : node.inputs) {
    if (id == kNoTensor) continue;
    layer.inputs.push_back(facts_of(graph, id, producers));
    if (!graph[id].is_constant()) continue;
    layer.parameters += elements(graph[id].shape);
    layer.weight_bytes += graph[id].size_bytes();
  }
  for (const TensorId id : node.outputs) {
    layer.outputs.push_back(facts_of(graph, id, producers));
    if (!graph[id].is_variable) layer.activation_bytes += graph[id].size_bytes();
  }
  layer.name = layer.outputs.empty() ? layer.op : layer.outputs[0].name;
  const bool slides = std::holds_alternative<Conv2D>(node.op) ||
                      std::holds_alternative<DepthwiseConv2D>(node.op) ||
                      std::holds_alternative<TransposeConv>(node.op);
  if (slides && node.inputs.size() > 1 && graph[node.inputs[1]].shape.size() == 4) {
    const Shape& weights = graph[node.inputs[1]].shape;
    layer.attributes.emplace(layer.attributes.begin(), "filter",
                             std::to_string(weights[1]) + "x" + std::to_string(weights[2]));
  }
  return layer;
}

/// The kernels of the layers; those that have none are told why.
std::vector<ops::KernelCall> lower_layers(const Graph& graph, const ops::Target& target,
                                          std::vector<LayerFacts>& layers) {
  std::vector<ops::KernelCall> calls;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    layers[i].in_float = is_float(graph, node) || ops::is_hybrid(graph, node);
    try {
      calls.push_back(ops::lower(graph, node, target));
    } catch (const Error& error) {
      layers[i].obstacle = error.what();
      calls.push_back(placeholder(node));
    }
    for (const ops::Table& table : calls.back().tables)
      layers[i].table_bytes += static_cast<int64_t>(table.bytes.size());
    if (calls.back().takes_constants || !layers[i].obstacle.empty())
      layers[i].table_bytes += layers[i].weight_bytes;
  }
  return calls;
}

/// Bytes of the arena that hold something during a node.
int64_t bytes_in_use(const Graph& graph, std::span<const ops::KernelCall> calls, const plan::Plan& plan,
                     size_t node) {
  std::vector<std::pair<int64_t, int64_t>> used;  // begin, end
  const auto time = static_cast<int32_t>(node);
  for (size_t t = 0; t < graph.tensors.size(); ++t) {
    const bool own = plan.storage[t] == static_cast<TensorId>(t) && plan.offset[t] >= 0;
    if (!own || plan.lifetime[t].first > time || plan.lifetime[t].last < time) continue;
    used.emplace_back(plan.offset[t], plan.offset[t] + aligned(graph.tensors[t].size_bytes()));
  }
  if (plan.scratch_offset[node] >= 0) {
    used.emplace_back(plan.scratch_offset[node],
                      plan.scratch_offset[node] + aligned(calls[node].scratch_bytes));
  }
  std::sort(used.begin(), used.end());
  int64_t bytes = 0, reached = 0;
  for (const auto& [begin, end] : used) {
    bytes += std::max<int64_t>(0, end - std::max(begin, reached));
    reached = std::max(reached, end);
  }
  return bytes;
}

void plan_memory(const Graph& graph, const ops::Target& target, const std::optional<Operator>& features,
                 Inspection& result) {
  const std::vector<ops::KernelCall> calls = lower_layers(graph, target, result.layers);
  plan::PlanOptions options;
  if (features || graph.inputs.size() > 1 || graph.outputs.size() > 1) options.external = graph.inputs;
  const plan::Plan plan = plan::plan_memory(graph, calls, options);
  result.arena_bytes = std::max(plan.arena_bytes, plan::kAlignmentBytes);
  for (const TensorId id : options.external) result.input_bytes += aligned(graph[id].size_bytes());
  for (const ops::KernelCall& call : calls) result.state_bytes += aligned(call.state_bytes);
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.is_variable) result.state_bytes += aligned(tensor.size_bytes());
  }
  if (features) {
    const codegen::Program frame = codegen::make_frame_program(*features, target);
    result.arena_bytes = std::max(result.arena_bytes, frame.plan.arena_bytes);
    result.state_bytes += 2 * codegen::framing_of(*features).overlap_samples();
    result.flash_bytes += kLayerCodeBytes;
    for (const ops::Table& table : frame.calls[0].tables)
      result.flash_bytes += static_cast<int64_t>(table.bytes.size());
  }
  int64_t most = -1;
  for (size_t i = 0; i < result.layers.size(); ++i) {
    LayerFacts& layer = result.layers[i];
    layer.ram_bytes = bytes_in_use(graph, calls, plan, i);
    if (layer.ram_bytes > most) {
      most = layer.ram_bytes;
      result.peak_layer = static_cast<int32_t>(i);
    }
    if (!calls[i].function.empty()) result.flash_bytes += kLayerCodeBytes + layer.table_bytes;
  }
  result.flash_bytes += kProgramCodeBytes;
}

void count(const Graph& graph, Inspection& result) {
  std::set<TensorId> counted;
  std::map<std::string, int64_t> operators;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    ++operators[result.layers[i].op];
    result.macs += result.layers[i].macs;
    for (const TensorId id : graph.nodes[i].inputs) {
      if (id == kNoTensor || !graph[id].is_constant() || !counted.insert(id).second) continue;
      result.parameters += elements(graph[id].shape);
      result.weight_bytes += graph[id].size_bytes();
    }
  }
  result.operators.assign(operators.begin(), operators.end());
  std::stable_sort(result.operators.begin(), result.operators.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
}

/// 0 where no .tflite file can hold the graph.
int64_t tflite_bytes(const Graph& graph) {
  try {
    return static_cast<int64_t>(formats::write_tflite(graph).size());
  } catch (const Error&) {
    return 0;
  }
}

}  // namespace

bool Inspection::needs_quantizing() const {
  return !deployable && std::all_of(layers.begin(), layers.end(), [](const LayerFacts& layer) {
    return layer.in_float || layer.obstacle.empty();
  });
}

Inspection inspect(const Graph& graph, const InspectOptions& options) {
  const boards::Board& board = boards::find_board(options.board);
  Inspection result;
  result.name = graph.name;
  result.path = options.path;
  result.notes = options.notes;
  if (options.features) result.features = name_of(*options.features);
  result.file_bytes = options.file_bytes > 0 ? options.file_bytes : tflite_bytes(graph);
  result.board = board.id;
  result.board_name = board.name;
  result.board_ram_bytes = board.ram_bytes;
  result.board_flash_bytes = board.flash_bytes;
  result.metadata.assign(graph.metadata.begin(), graph.metadata.end());

  std::vector<int32_t> producers(graph.tensors.size(), -1);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const TensorId id : graph.nodes[i].outputs) {
      if (!graph[id].is_variable) producers[static_cast<size_t>(id)] = static_cast<int32_t>(i);
    }
  }
  for (const TensorId id : graph.inputs) result.inputs.push_back(facts_of(graph, id, producers));
  for (const TensorId id : graph.outputs) result.outputs.push_back(facts_of(graph, id, producers));
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) {
    result.layers.push_back(describe(graph, node, producers));
    names.push_back(result.layers.back().name);
  }
  const std::vector<std::string> labels = short_labels(names);
  for (size_t i = 0; i < labels.size(); ++i) result.layers[i].label = labels[i];
  count(graph, result);
  plan_memory(graph, {board.core, Mode::balanced}, options.features, result);
  result.deployable = std::all_of(result.layers.begin(), result.layers.end(),
                                  [](const LayerFacts& layer) { return layer.obstacle.empty(); });
  result.advice = advise(graph, result);
  return result;
}

}  // namespace tinyml::report
