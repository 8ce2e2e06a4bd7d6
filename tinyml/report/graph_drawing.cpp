// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/graph_drawing.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "tinyml/report/chart.h"
#include "tinyml/report/graph_layout.h"
#include "tinyml/report/html.h"

namespace tinyml::report {
namespace {

constexpr size_t kMostNodes = 2000;
constexpr double kMargin = 10;

/// What the drawing has boxes for: the model's inputs, its layers, its outputs.
struct Boxes {
  std::vector<std::vector<int32_t>> sources;
  size_t inputs = 0, layers = 0;
};

Boxes boxes_of(const Inspection& inspection) {
  Boxes boxes;
  boxes.inputs = inspection.inputs.size();
  boxes.layers = inspection.layers.size();
  std::map<TensorId, int32_t> box;  // that a tensor comes from
  for (size_t i = 0; i < boxes.inputs; ++i) {
    box[inspection.inputs[i].id] = static_cast<int32_t>(i);
    boxes.sources.emplace_back();
  }
  const auto read = [&](const TensorFacts& tensor, std::vector<int32_t>& sources) {
    const auto found = box.find(tensor.id);
    if (found == box.end()) return;
    if (std::count(sources.begin(), sources.end(), found->second) == 0) sources.push_back(found->second);
  };
  for (const LayerFacts& layer : inspection.layers) {
    std::vector<int32_t> sources;
    for (const TensorFacts& tensor : layer.inputs) read(tensor, sources);
    for (const TensorFacts& tensor : layer.outputs) {
      if (!tensor.is_variable) box[tensor.id] = static_cast<int32_t>(boxes.sources.size());
    }
    boxes.sources.push_back(std::move(sources));
  }
  for (const TensorFacts& tensor : inspection.outputs) {
    std::vector<int32_t> sources;
    read(tensor, sources);
    boxes.sources.push_back(std::move(sources));
  }
  return boxes;
}

/// A curve through the points, vertical at each.
std::string path_of(const std::vector<Point>& points) {
  std::string path = fmt::format("M{:.1f} {:.1f}", points[0].x, points[0].y);
  for (size_t i = 1; i < points.size(); ++i) {
    const double middle = (points[i - 1].y + points[i].y) / 2;
    path += fmt::format("C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", points[i - 1].x, middle, points[i].x,
                        middle, points[i].x, points[i].y);
  }
  return path;
}

std::string port(const char* kind, const TensorFacts& tensor, const Point& at, const BoxSize& size) {
  return fmt::format(
      "<g class='node port' transform='translate({:.1f} {:.1f})'><title>{}</title><rect class='box' "
      "width='{}' "
      "height='{}' rx='18'/><text class='op' x='95' y='17' text-anchor='middle'>{}</text><text class='shape' "
      "x='95' y='32' text-anchor='middle'>{} {}</text></g>\n",
      at.x - size.width / 2, at.y - size.height / 2, escape(tensor.name), size.width, size.height, kind,
      name_of(tensor.dtype), to_string(tensor.shape));
}

std::string box_of(const Inspection& inspection, size_t index, const Point& at, const BoxSize& size,
                   int64_t most_macs) {
  const LayerFacts& layer = inspection.layers[index];
  const std::string shape = layer.outputs.empty() ? "" : to_string(layer.outputs[0].shape);
  const double share = static_cast<double>(layer.macs) / static_cast<double>(std::max<int64_t>(most_macs, 1));
  std::string detail;
  for (const auto& [name, value] : layer.attributes) {
    if (name == "filter" || (name == "stride" && value != "1x1")) detail += ", " + name + " " + value;
  }
  if (shape.size() + detail.size() > 29) detail.clear();
  return fmt::format(
      "<g class='node{}{}' data-layer='{}' tabindex='0' transform='translate({:.1f} {:.1f})'><title>{}: {}, "
      "{} "
      "MACs</title><rect class='box' width='{}' height='{}' rx='5'/><rect class='{}' width='6' height='{}' "
      "rx='2'/><text class='op' x='14' y='17'>{}</text><text class='number' x='{}' y='16' "
      "text-anchor='end'>{}</text><text class='shape' x='14' y='31'>{}{}</text><rect class='share' x='6' "
      "y='{}' "
      "width='{:.1f}' height='3'/></g>\n",
      layer.obstacle.empty() || layer.in_float ? "" : " obstacle",
      static_cast<int32_t>(index) == inspection.peak_layer ? " peak" : "", index, at.x - size.width / 2,
      at.y - size.height / 2, escape(layer.label), shape, grouped(layer.macs), size.width, size.height,
      family_of(layer.op), size.height, escape(layer.op), size.width - 7, index, shape, detail,
      size.height - 3.5, share * (size.width - 9));
}

}  // namespace

std::string family_of(const std::string& op) {
  static const std::map<std::string, std::vector<std::string>> kFamilies{
      {"convolution", {"conv_2d", "depthwise_conv_2d", "transpose_conv"}},
      {"dense", {"fully_connected", "lstm", "gru", "svdf"}},
      {"pool", {"average_pool_2d", "max_pool_2d", "mean", "sum", "arg_max", "arg_min"}},
      {"arithmetic",
       {"add", "sub", "mul", "div", "minimum", "maximum", "squared_difference", "select", "batch_norm"}},
      {"conversion", {"quantize", "dequantize", "cast"}},
      {"movement",
       {"reshape", "concatenation", "split", "strided_slice", "transpose", "space_to_depth", "depth_to_space",
        "pad", "resize", "gather", "read_variable", "assign_variable"}},
      {"features", {"mfe", "mfcc", "raw", "flatten_statistics", "spectral", "wavelet"}}};
  for (const auto& [family, operators] : kFamilies) {
    if (std::find(operators.begin(), operators.end(), op) != operators.end()) return family;
  }
  return op.starts_with("signal") ? "features" : "function";
}

std::string draw_graph(const Inspection& inspection) {
  const Boxes boxes = boxes_of(inspection);
  if (boxes.sources.size() > kMostNodes) return "<p class='note'>The graph is too large to be drawn.</p>\n";
  const BoxSize size;
  const Layout layout = lay_out(boxes.sources, size);
  int64_t most_macs = 0;
  for (const LayerFacts& layer : inspection.layers) most_macs = std::max(most_macs, layer.macs);

  const double width = layout.width + 2 * kMargin, height = layout.height + 2 * kMargin;
  std::string svg = fmt::format(
      "<svg class='graph' viewBox='{0} {0} {1:.0f} {2:.0f}' style='width:{1:.0f}px;max-width:{3}' role='img' "
      "aria-label='graph'><defs><marker id='arrow' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='7' "
      "markerHeight='7' orient='auto'><path class='arrow' d='M0 0L8 4L0 8z'/></marker></defs>\n",
      -kMargin, width, height, width > 2400 ? "none" : "100%");
  const auto layer_of = [&](int32_t box) { return box - static_cast<int32_t>(boxes.inputs); };
  for (const Layout::Edge& edge : layout.edges) {
    svg += fmt::format("<path class='edge' marker-end='url(#arrow)' data-from='{}' data-to='{}' d='{}'/>\n",
                       layer_of(edge.from), layer_of(edge.to), path_of(edge.points));
  }
  for (size_t i = 0; i < layout.centers.size(); ++i) {
    const Point& at = layout.centers[i];
    if (i < boxes.inputs) {
      svg += port("input", inspection.inputs[i], at, size);
    } else if (i < boxes.inputs + boxes.layers) {
      svg += box_of(inspection, i - boxes.inputs, at, size, most_macs);
    } else {
      svg += port("output", inspection.outputs[i - boxes.inputs - boxes.layers], at, size);
    }
  }
  return svg + "</svg>\n";
}

std::string draw_ram(const Inspection& inspection) {
  constexpr double kWidth = 1100, kHeight = 170, kLeft = 52, kTop = 12, kBottom = 20;
  if (inspection.layers.empty()) return "";
  int64_t most = 1;
  for (const LayerFacts& layer : inspection.layers) most = std::max(most, layer.ram_bytes);
  const double top = static_cast<double>(most) / 1024, plot = kHeight - kTop - kBottom;
  const double step = (kWidth - kLeft) / static_cast<double>(inspection.layers.size());
  std::string svg = fmt::format(
      "<svg class='ram' viewBox='0 0 {} {}' role='img' aria-label='RAM along the layers'>", kWidth, kHeight);
  for (const double tick : ticks(0, top, 4)) {
    const double y = kTop + plot * (1 - tick / top);
    svg += fmt::format(
        "<line x1='{}' x2='{}' y1='{:.1f}' y2='{:.1f}' class='grid'/><text x='{}' y='{:.1f}' class='tick' "
        "text-anchor='end'>{:g} KB</text>",
        kLeft, kWidth, y, y, kLeft - 6, y + 4, tick);
  }
  const size_t every = 1 + inspection.layers.size() / 40;
  for (size_t i = 0; i < inspection.layers.size(); ++i) {
    const LayerFacts& layer = inspection.layers[i];
    const double tall = plot * static_cast<double>(layer.ram_bytes) / 1024 / top;
    const double x = kLeft + step * static_cast<double>(i);
    svg += fmt::format(
        "<rect class='column{}' data-layer='{}' x='{:.2f}' y='{:.1f}' width='{:.2f}' "
        "height='{:.1f}'><title>{} {}: {:.1f} KB</title></rect>",
        static_cast<int32_t>(i) == inspection.peak_layer ? " peak" : "", i, x + step * 0.08,
        kTop + plot - tall, step * 0.84, std::max(tall, 1.0), i, escape(layer.op),
        static_cast<double>(layer.ram_bytes) / 1024);
    if (i % every == 0) {
      svg += fmt::format("<text x='{:.1f}' y='{}' class='tick' text-anchor='middle'>{}</text>", x + step / 2,
                         kHeight - 5, i);
    }
  }
  return svg + "</svg>\n";
}

}  // namespace tinyml::report
