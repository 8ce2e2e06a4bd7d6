// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>

#include "tinyml/report/html.h"
#include "tinyml/report/inspection.h"
#include "tinyml/report/text_table.h"

namespace tinyml::report {
namespace {

constexpr size_t kBarWidth = 40, kMostMetadata = 100;

double kb(int64_t bytes) { return static_cast<double>(bytes) / 1024; }

std::string port(const char* kind, const TensorFacts& tensor) {
  std::string text = fmt::format("  {:<10} {} {} {}", kind, one_line(tensor.name), name_of(tensor.dtype),
                                 to_string(tensor.shape));
  if (tensor.quantization.scales.size() == 1) {
    text += fmt::format(", scale {:.7g}, zero point {}", tensor.quantization.scale(),
                        tensor.quantization.zero_point());
  }
  return text + "\n";
}

std::string shapes(const std::vector<TensorFacts>& tensors) {
  std::string text;
  for (const TensorFacts& tensor : tensors) {
    if (!tensor.is_constant) text += (text.empty() ? "" : " ") + to_string(tensor.shape);
  }
  return text;
}

std::string types(const LayerFacts& layer) {
  const auto of = [](const std::vector<TensorFacts>& tensors) -> std::string {
    for (const TensorFacts& tensor : tensors) {
      if (!tensor.is_constant) return std::string(name_of(tensor.dtype));
    }
    return "";
  };
  const std::string from = of(layer.inputs), to = of(layer.outputs);
  return from == to || from.empty() ? to : from + ">" + to;
}

std::string layers(const Inspection& inspection) {
  std::vector<std::vector<std::string>> rows{{"#", "layer", "operator", "input", "output", "type", "MACs",
                                              "params", "weights B", "output B", "RAM B"}};
  for (size_t i = 0; i < inspection.layers.size(); ++i) {
    const LayerFacts& layer = inspection.layers[i];
    rows.push_back({std::to_string(i), one_line(layer.label), layer.op, shapes(layer.inputs),
                    shapes(layer.outputs), types(layer), grouped(layer.macs), grouped(layer.parameters),
                    grouped(layer.weight_bytes), grouped(layer.activation_bytes), grouped(layer.ram_bytes)});
  }
  return text_table(rows, {true, false, false, false, false, false, true, true, true, true, true});
}

std::string ram_bars(const Inspection& inspection) {
  int64_t most = 1;
  for (const LayerFacts& layer : inspection.layers) most = std::max(most, layer.ram_bytes);
  std::string text;
  for (size_t i = 0; i < inspection.layers.size(); ++i) {
    const LayerFacts& layer = inspection.layers[i];
    const auto width = static_cast<size_t>(layer.ram_bytes * static_cast<int64_t>(kBarWidth) / most);
    text +=
        fmt::format("  {:>3} {:<18} {:<{}} {:>8.1f} KB{}\n", i, layer.op, std::string(width, '#'), kBarWidth,
                    kb(layer.ram_bytes), static_cast<int32_t>(i) == inspection.peak_layer ? "  <- peak" : "");
  }
  return text;
}

std::string totals(const Inspection& inspection) {
  std::string operators;
  for (const auto& [op, count] : inspection.operators)
    operators += fmt::format("{}{} {}", operators.empty() ? "" : ", ", op, count);
  const auto share = [](int64_t bytes, int64_t whole) {
    return percent(static_cast<double>(bytes) / static_cast<double>(std::max<int64_t>(whole, 1)));
  };
  std::string text =
      fmt::format("  operators  {}\n  MACs       {}\n  parameters {} ({:.1f} KB)\n", operators,
                  grouped(inspection.macs), grouped(inspection.parameters), kb(inspection.weight_bytes));
  if (!inspection.features.empty())
    text += fmt::format("  features   {} in front of the net\n", inspection.features);
  text += fmt::format("  RAM        {:.1f} KB estimated: arena {:.1f}", kb(inspection.ram_bytes()),
                      kb(inspection.arena_bytes));
  if (inspection.state_bytes > 0) text += fmt::format(", state {:.1f}", kb(inspection.state_bytes));
  if (inspection.input_bytes > 0) text += fmt::format(", inputs {:.1f}", kb(inspection.input_bytes));
  text += fmt::format("; {} of {}'s\n  flash      {:.1f} KB estimated; {} of {}'s\n",
                      share(inspection.ram_bytes(), inspection.board_ram_bytes), inspection.board,
                      kb(inspection.flash_bytes), share(inspection.flash_bytes, inspection.board_flash_bytes),
                      inspection.board);
  if (!inspection.deployable) {
    text +=
        inspection.needs_quantizing()
            ? "             RAM and flash are of the float32 graph as it is: no chip runs it before it is "
              "quantized\n"
            : "             RAM and flash are of the graph as it is: not every layer has a device kernel\n";
  }
  for (const auto& [name, value] : inspection.metadata) {
    const bool cut = value.size() > kMostMetadata;
    text += fmt::format("  {:<10} {}{}\n", one_line(name), one_line(value.substr(0, kMostMetadata)),
                        cut ? "..." : "");
  }
  return text;
}

}  // namespace

std::string to_text(const Inspection& inspection) {
  std::string text = fmt::format("{}: {} layers, {:.1f} KB\n",
                                 one_line(inspection.path.empty() ? inspection.name : inspection.path),
                                 inspection.layers.size(), kb(inspection.file_bytes));
  for (const TensorFacts& tensor : inspection.inputs) text += port("input", tensor);
  for (const TensorFacts& tensor : inspection.outputs) text += port("output", tensor);
  for (const std::string& note : inspection.notes)
    text += fmt::format("  {:<10} {}\n", "note", one_line(note));
  text += totals(inspection) + "\n" + layers(inspection) + "\nRAM in use while each layer runs\n" +
          ram_bars(inspection) + "\nWhat to do next\n";
  for (size_t i = 0; i < inspection.advice.size(); ++i) {
    text += fmt::format("  {}. {}:\n     {}\n", i + 1, one_line(inspection.advice[i].what),
                        one_line(inspection.advice[i].to_do));
  }
  text.pop_back();
  return text;
}

}  // namespace tinyml::report
