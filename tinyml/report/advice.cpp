// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/advice.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "tinyml/ops/hybrid.h"
#include "tinyml/report/html.h"
#include "tinyml/report/text_table.h"

namespace tinyml::report {
namespace {

std::string path_of(const Inspection& inspection) {
  return inspection.path.empty() ? "MODEL" : quoted(inspection.path);
}

/// "MODEL" + `ending`, beside where the user stands.
std::string output_of(const Inspection& inspection, const std::string& ending) {
  const std::string stem = std::filesystem::path(inspection.path).stem().string();
  return quoted((stem.empty() ? "MODEL" : stem) + ending);
}

std::string quantize_command(const Inspection& inspection) {
  return fmt::format("tinyml quantize {} --data samples.npy --out {}", path_of(inspection),
                     output_of(inspection, "_int8.tflite"));
}

/// "layer 3 (conv_2d)"
std::string named(const Inspection& inspection, size_t layer) {
  return fmt::format("layer {} ({})", layer, inspection.layers[layer].op);
}

std::string kb(int64_t bytes) {
  return bytes < 1024 ? fmt::format("{} bytes", bytes)
                      : fmt::format("{:.1f} KB", static_cast<double>(bytes) / 1024);
}

/// Whether the operator has a kernel once the net is quantized, or goes into the layer before it.
bool quantizes(const Operator& op) {
  const bool folds = std::holds_alternative<BatchNorm>(op) || std::holds_alternative<Relu>(op) ||
                     std::holds_alternative<Dropout>(op);
  return folds || std::visit([](const auto& attributes) { return attributes.kDeployable; }, op);
}

}  // namespace

std::vector<Advice> advise(const Graph& graph, const Inspection& inspection) {
  std::vector<Advice> all;
  for (const auto rule : {advise_int8, advise_kernels, advise_board, advise_batch_norm, advise_dead_channels,
                          advise_depthwise, advise_macs, advise_depth, advise_ram, advise_measuring}) {
    for (Advice& advice : rule(graph, inspection)) all.push_back(std::move(advice));
  }
  return all;
}

std::vector<Advice> advise_int8(const Graph& graph, const Inspection& inspection) {
  const auto& layers = inspection.layers;
  const auto in_float =
      std::count_if(layers.begin(), layers.end(), [](const LayerFacts& layer) { return layer.in_float; });
  if (in_float == 0) return {};
  const bool whole = in_float == static_cast<std::ptrdiff_t>(layers.size());
  Advice advice{"not_int8", -1, "", quantize_command(inspection)};
  const bool hybrid = std::any_of(graph.nodes.begin(), graph.nodes.end(),
                                  [&](const Node& node) { return ops::is_hybrid(graph, node); });
  const std::string ram = fmt::format("some {} of RAM in place of {}", kb(inspection.arena_bytes / 4),
                                      kb(inspection.arena_bytes));
  if (whole && hybrid) {
    advice.what = "the model computes in float32, with int8 weights; int8 throughout takes " + ram;
  } else if (whole) {
    advice.what = fmt::format(
        "the model computes in float32; int8 takes about a quarter: {} of weights in place of {}, {}",
        kb(inspection.weight_bytes / 4), kb(inspection.weight_bytes), ram);
  } else {
    advice.what = fmt::format("{} of {} layers compute in float32", in_float, layers.size());
  }
  if (!whole) {
    const auto first =
        std::find_if(layers.begin(), layers.end(), [](const LayerFacts& layer) { return layer.in_float; });
    advice.layer = static_cast<int32_t>(first - layers.begin());
    advice.to_do = "quantize the whole model from its float32 form: " + advice.to_do;
  }
  return {advice};
}

std::vector<Advice> advise_kernels(const Graph& graph, const Inspection& inspection) {
  std::vector<Advice> found;
  for (size_t i = 0; i < inspection.layers.size(); ++i) {
    const LayerFacts& layer = inspection.layers[i];
    if (layer.obstacle.empty() || (layer.in_float && quantizes(graph.nodes[i].op))) continue;
    found.push_back({"no_kernel", static_cast<int32_t>(i),
                     fmt::format("no device kernel serves {}: {}", named(inspection, i), layer.obstacle),
                     "replace the layer, or leave it out of the model and compute it in your program"});
  }
  return found;
}

std::vector<Advice> advise_board(const Graph&, const Inspection& inspection) {
  std::vector<Advice> found;
  if (inspection.ram_bytes() > inspection.board_ram_bytes) {
    found.push_back({"ram", inspection.peak_layer,
                     fmt::format("needs {} of RAM; {} has {}", kb(inspection.ram_bytes()), inspection.board,
                                 kb(inspection.board_ram_bytes)),
                     "make the input or the first layers smaller, or choose a larger board: tinyml boards"});
  }
  if (inspection.flash_bytes > inspection.board_flash_bytes) {
    found.push_back({"flash", -1,
                     fmt::format("takes about {} of flash; {} has {}", kb(inspection.flash_bytes),
                                 inspection.board, kb(inspection.board_flash_bytes)),
                     "quantize or narrow the net, or choose a larger board: tinyml boards"});
  }
  return found;
}

std::vector<Advice> advise_batch_norm(const Graph& graph, const Inspection& inspection) {
  const auto times_constant = [&](const Node& node) {
    if (!std::holds_alternative<Mul>(node.op) && !std::holds_alternative<Add>(node.op) &&
        !std::holds_alternative<Sub>(node.op)) {
      return false;
    }
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](TensorId id) {
      return id != kNoTensor && graph[id].is_constant() && elements(graph[id].shape) > 1;
    });
  };
  std::vector<size_t> unfolded;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const bool pair =
        i + 1 < graph.nodes.size() && std::holds_alternative<Mul>(node.op) && times_constant(node) &&
        times_constant(graph.nodes[i + 1]) && !std::holds_alternative<Mul>(graph.nodes[i + 1].op) &&
        std::count(graph.nodes[i + 1].inputs.begin(), graph.nodes[i + 1].inputs.end(), node.outputs[0]) > 0;
    if (std::holds_alternative<BatchNorm>(node.op) || pair) unfolded.push_back(i);
  }
  if (unfolded.empty()) return {};
  const bool norm = std::holds_alternative<BatchNorm>(graph.nodes[unfolded[0]].op);
  return {{"batch_norm", static_cast<int32_t>(unfolded[0]),
           fmt::format("{} batch normalisation{} {} a layer of {} own", unfolded.size(),
                       unfolded.size() == 1 ? "" : "s", unfolded.size() == 1 ? "is" : "are",
                       unfolded.size() == 1 ? "its" : "their"),
           norm ? fmt::format("fold it into the layer before: tinyml import {} --out {}", path_of(inspection),
                              output_of(inspection, "_folded.tflite"))
                : "convert the model anew in inference mode, so that it goes into the layer before"}};
}

std::vector<Advice> advise_measuring(const Graph&, const Inspection& inspection) {
  const bool quantize = inspection.needs_quantizing();
  const std::string model = quantize ? output_of(inspection, "_int8.tflite") : path_of(inspection);
  const std::string when = quantize                ? "once it is quantized: "
                           : inspection.deployable ? ""
                                                   : "once every layer has a kernel: ";
  return {{"not_profiled", -1, "latency, RAM with the stack, flash and energy have not been measured",
           fmt::format("{}tinyml profile {} --board {}", when, model, inspection.board)},
          {"not_on_hardware", -1, "the model has not run on the chip itself",
           fmt::format("build what this writes for the board and hold its answers to the host's: tinyml "
                       "compile {} --board {} --out {}",
                       model, inspection.board, output_of(inspection, "_code"))}};
}

}  // namespace tinyml::report
