// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/model_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "tinyml/base/embedded.h"
#include "tinyml/base/error.h"
#include "tinyml/report/graph_drawing.h"
#include "tinyml/report/html.h"

namespace tinyml::report {

std::span<const EmbeddedFile> page_assets();

namespace {

std::string_view asset(std::string_view name) {
  for (const EmbeddedFile& file : page_assets()) {
    if (file.name == name) return file.text;
  }
  TINYML_CHECK(!"a page's asset is missing");
  return {};
}

std::string kb(int64_t bytes) { return fmt::format("{:.1f} KB", static_cast<double>(bytes) / 1024); }

/// JSON as the text of a script element, which no string in it can end.
std::string embedded_json(const std::string& json) {
  std::string text;
  for (const char c : json) text += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return "<script type='application/json' id='model'>" + text + "</script>\n";
}

std::string figures(const Inspection& inspection) {
  return tiles({{grouped(inspection.macs), "MACs"},
                {grouped(inspection.parameters), "parameters"},
                {kb(inspection.file_bytes), "file"},
                {kb(inspection.ram_bytes()), "RAM, estimated"},
                {kb(inspection.flash_bytes), "flash, estimated"},
                {std::to_string(inspection.layers.size()), "layers"}});
}

std::string port(const TensorFacts& tensor) {
  std::string text = fmt::format("{}: {} {}", tensor.name, name_of(tensor.dtype), to_string(tensor.shape));
  if (tensor.quantization.scales.size() == 1) {
    text += fmt::format(", scale {:.7g}, zero point {}", tensor.quantization.scale(),
                        tensor.quantization.zero_point());
  }
  return text;
}

std::string about(const Inspection& inspection) {
  std::vector<std::pair<std::string, std::string>> named;
  for (const TensorFacts& tensor : inspection.inputs) named.emplace_back("input", port(tensor));
  for (const TensorFacts& tensor : inspection.outputs) named.emplace_back("output", port(tensor));
  std::string operators;
  for (const auto& [op, count] : inspection.operators)
    operators += fmt::format("{}{} {}", operators.empty() ? "" : ", ", op, count);
  named.emplace_back("operators", operators);
  if (!inspection.features.empty())
    named.emplace_back("features", inspection.features + " in front of the net");
  named.emplace_back("board", fmt::format("{}: {} of RAM, {} of flash", inspection.board_name,
                                          kb(inspection.board_ram_bytes), kb(inspection.board_flash_bytes)));
  for (const std::string& note : inspection.notes) named.emplace_back("note", note);
  for (const auto& pair : inspection.metadata) named.push_back(pair);
  return facts(named);
}

std::string advice(const Inspection& inspection) {
  std::string items;
  for (const Advice& each : inspection.advice) {
    const std::string link =
        each.layer < 0
            ? ""
            : fmt::format(" <a href='#graph' class='link' data-layer='{0}'>show layer {0}</a>", each.layer);
    items += fmt::format("<li>{}{}<span>{}</span></li>\n", escape(each.what), link, escape(each.to_do));
  }
  return "<h2>What to do next</h2>\n<div class='card'><ol class='advice'>" + items + "</ol></div>\n";
}

std::string keys(const Inspection& inspection) {
  std::vector<std::string> seen;
  std::string text;
  for (const auto& [op, count] : inspection.operators) {
    const std::string family = family_of(op);
    if (std::find(seen.begin(), seen.end(), family) != seen.end()) continue;
    seen.push_back(family);
    text += fmt::format(
        "<span><svg width='10' height='10' style='width:10px'><rect class='{0}' width='10' "
        "height='10' rx='2'/></svg> {0}</span>",
        family);
  }
  return "<div class='keys'>" + text + "<span>bar below: share of the MACs</span></div>\n";
}

std::string table(const Inspection& inspection) {
  std::string rows;
  for (size_t i = 0; i < inspection.layers.size(); ++i) {
    const LayerFacts& layer = inspection.layers[i];
    std::string inputs;
    for (const TensorFacts& tensor : layer.inputs) {
      if (!tensor.is_constant) inputs += (inputs.empty() ? "" : " ") + to_string(tensor.shape);
    }
    rows += fmt::format(
        "<tr data-layer='{0}'><td>{0}</td><td class='text'>{1}</td><td class='text'>{2}</td><td "
        "class='text'>{3}"
        "</td><td class='text'>{4}</td><td "
        "class='text'>{5}</td><td>{6}</td><td>{7}</td><td>{8}</td><td>{9}</td>"
        "<td>{10}</td></tr>\n",
        i, escape(layer.label), escape(layer.op), inputs,
        layer.outputs.empty() ? "" : to_string(layer.outputs[0].shape),
        layer.outputs.empty() ? "" : name_of(layer.outputs[0].dtype), grouped(layer.macs),
        grouped(layer.parameters), grouped(layer.weight_bytes), grouped(layer.activation_bytes),
        grouped(layer.ram_bytes));
  }
  return "<h2>Layers</h2>\n<div class='card'><table><tr><th>#</th><th class='text'>layer</th><th "
         "class='text'>operator</th><th class='text'>input</th><th class='text'>output</th><th "
         "class='text'>type</th><th>MACs</th><th>parameters</th><th>weights, bytes</th><th>output, bytes</th>"
         "<th>RAM, bytes</th></tr>\n" +
         rows + "</table></div>\n";
}

}  // namespace

std::string to_html(const Inspection& inspection) {
  const std::string file = std::filesystem::path(inspection.path).filename().string();
  std::string body = fmt::format("<style>{}</style><button class='theme'>light / dark</button>\n",
                                 asset("assets/model_page.css"));
  body += figures(inspection);
  if (inspection.needs_quantizing())
    body +=
        "<p class='note'>RAM and flash are of the float32 graph as it is: no chip runs it before it is "
        "quantized.</p>\n";
  body += about(inspection) + advice(inspection);
  body += "<h2>RAM in use while each layer runs</h2>\n<div class='card'>" + draw_ram(inspection) + "</div>\n";
  body += "<h2 id='graph'>Graph</h2>\n<div class='split'><div class='card'>" + keys(inspection) +
          draw_graph(inspection) + "</div>\n<div class='card' id='details'></div></div>\n";
  body += table(inspection) + embedded_json(to_json(inspection));
  body += fmt::format("<script>{}</script>\n", asset("assets/model_page.js"));
  return html_page(file.empty() ? inspection.name : file, body);
}

}  // namespace tinyml::report
