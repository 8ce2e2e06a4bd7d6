// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tinyml/base/error.h"
#include "tinyml/codegen/codegen.h"
#include "tinyml/codegen/model_hash.h"
#include "tinyml/codegen/print_files.h"
#include "tinyml/codegen/text.h"

namespace tinyml::codegen {
namespace {

/// What a front end needs of the net behind it.
void check_tensor(const Graph& net, const std::vector<TensorId>& ids, std::string_view what) {
  if (ids.size() != 1) {
    throw Error(ErrorKind::unsupported,
                fmt::format("the net has {} {}s; behind a front end it has one", ids.size(), what));
  }
  const Tensor& tensor = net[ids[0]];
  if (tensor.dtype != DType::int8 || tensor.quantization.scales.size() != 1) {
    throw Error(ErrorKind::unsupported,
                fmt::format("the net's {} is {}, not quantized int8: quantize it first", what,
                            name_of(tensor.dtype)));
  }
}

void check_features(const Graph& net, const Program& frame) {
  const int64_t row = frame.graph[frame.output()].size_bytes();
  const Tensor& window = net[net.inputs[0]];
  const bool extra = window.shape.size() >= 2 && window.shape[1] == 1 && row < window.size_bytes();
  if (!extra && (window.shape.size() < 2 || row * window.shape[1] != window.size_bytes())) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the front end gives {} features a frame, which does not fit the net's input {}",
                            row, to_string(window.shape)));
  }
}

/// The names of the classes; their numbers where the model has none; none of a single value without one, or
/// of several tensors.
std::vector<std::string> labels_of(const Graph& net) {
  if (net.outputs.size() != 1) return {};
  const auto classes = static_cast<size_t>(elements(net[net.outputs[0]].shape));
  const auto found = net.metadata.find("labels");
  if (found != net.metadata.end()) {
    const auto json = nlohmann::json::parse(found->second, nullptr, false);
    const bool strings = json.is_array() && std::all_of(json.begin(), json.end(),
                                                        [](const auto& item) { return item.is_string(); });
    if (!strings || json.size() != classes) {
      throw Error(ErrorKind::bad_file,
                  fmt::format("the model's \"labels\" are not a JSON array of {} strings", classes));
    }
    return json.get<std::vector<std::string>>();
  }
  std::vector<std::string> labels;
  for (size_t i = 0; classes > 1 && i < classes; ++i) labels.push_back(std::to_string(i));
  return labels;
}

/// Named as in the model where those names differ; a single one `kind`.
std::vector<Port> ports_of(const Graph& net, const std::vector<TensorId>& ids, const char* kind,
                           bool single) {
  std::vector<Port> ports;
  std::set<std::string> names;
  for (size_t i = 0; i < ids.size(); ++i) {
    const Tensor& tensor = net[ids[i]];
    std::string name = single ? kind : to_identifier(tensor.name);
    if (!names.insert(name).second) name = fmt::format("{}_{}", kind, i);
    ports.push_back({name, c_type(tensor.dtype), tensor.size_bytes()});
  }
  return ports;
}

std::string chosen_name(const Graph& net, const GenerateOptions& options) {
  if (options.name.empty()) return to_identifier(net.name);
  if (!is_identifier(options.name)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("\"{}\" cannot name a C++ namespace and header: use letters, digits and _, for "
                            "instance \"{}\"",
                            options.name, to_identifier(options.name)));
  }
  return options.name;
}

}  // namespace

GeneratedModel generate(const Graph& net, const std::optional<Operator>& features,
                        const GenerateOptions& options) {
  verify(net);
  if (features) {
    check_tensor(net, net.inputs, "input");
    check_tensor(net, net.outputs, "output");
  }

  ModelText text;
  const bool single = net.inputs.size() == 1 && net.outputs.size() == 1;
  text.inputs = ports_of(net, net.inputs, "input", single);
  text.outputs = ports_of(net, net.outputs, "output", single);
  text.name = chosen_name(net, options);
  text.options = options;
  text.labels = labels_of(net);
  if (text.options.model_hash.empty()) text.options.model_hash = hash_of(net);
  text.options.input_in_arena = options.input_in_arena && !features && single;
  std::map<TensorId, std::string> external;
  for (size_t i = 0; i < net.inputs.size() && !text.options.input_in_arena; ++i) {
    external.emplace(net.inputs[i], text.inputs[i].name);
  }
  text.net = make_program(net, options.target, external);

  GeneratedModel model;
  model.name = text.name;
  model.inputs = text.inputs;
  model.outputs = text.outputs;
  text.arena_bytes = text.net.plan.arena_bytes;
  text.state_bytes = text.net.state_bytes;
  model.arena_lower_bound_bytes = text.net.plan.lower_bound_bytes;
  if (features) {
    text.framing = framing_of(*features);
    text.frame = make_frame_program(*features, options.target);
    check_features(net, *text.frame);
    if (text.net.state_bytes > 0 && text.frames() != 1) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("a net with state takes one frame at a time, not {}: make it streaming first",
                              text.frames()));
    }
    text.arena_bytes = std::max(text.arena_bytes, text.frame->plan.arena_bytes);
    model.arena_lower_bound_bytes =
        std::max(model.arena_lower_bound_bytes, text.frame->plan.lower_bound_bytes);
    text.features =
        print_layer(*text.frame, 0, fmt::format("features_{}", name_of(*features)), "Front end, one frame");
    text.state_bytes += 2 * text.framing.overlap_samples() + net[net.inputs[0]].size_bytes();
    model.features = text.features->info;
    text.table_bytes += text.features->info.table_bytes;
  }
  for (size_t i = 0, layer = 0; i < net.nodes.size(); ++i) {
    if (text.net.calls[i].function.empty()) continue;
    const std::string symbol = fmt::format("layer_{:02}_{}", layer, name_of(net.nodes[i].op));
    text.layers.push_back(print_layer(text.net, i, symbol, fmt::format("Layer {}", layer++)));
    model.layers.push_back(text.layers.back().info);
    text.table_bytes += model.layers.back().table_bytes;
  }
  text.arena_bytes = std::max<int64_t>(text.arena_bytes, plan::kAlignmentBytes);

  model.arena_bytes = text.arena_bytes;
  model.state_bytes = text.state_bytes;
  model.table_bytes = text.table_bytes;
  model.header = {text.name + ".h", print_header(text)};
  model.source = {text.name + ".cpp", print_source(text)};
  return model;
}

}  // namespace tinyml::codegen
