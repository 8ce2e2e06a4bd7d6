// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/models/examples.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>

#include "tinyml/data/array_file.h"

namespace tinyml::project {
namespace {

using data::Array;
using Arrays = std::vector<std::shared_ptr<const Array>>;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw Error(ErrorKind::invalid_argument, fmt::format("{}: {}", file.string(), what));
}

template <class Extents>
std::vector<int64_t> without_ones(const Extents& shape) {
  std::vector<int64_t> rest;
  for (const int64_t extent : shape) {
    if (extent != 1) rest.push_back(extent);
  }
  return rest;
}

std::string to_text(const std::vector<int64_t>& shape) {
  std::string text;
  for (const int64_t extent : shape) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text.empty() ? "one number" : text;
}

/// How many examples of the tensor an array holds.
std::optional<size_t> count_of(const std::vector<int64_t>& shape, const Shape& wanted) {
  const std::vector<int64_t> one = without_ones(wanted);
  const auto is_one = [&](std::vector<int64_t> extents) {
    return without_ones(extents) == one || (extents.size() == 1 && extents[0] == elements(wanted));
  };
  if (shape.size() == wanted.size() && std::equal(shape.begin(), shape.end(), wanted.begin())) return 1;
  if (!shape.empty() && is_one({shape.begin() + 1, shape.end()})) return static_cast<size_t>(shape[0]);
  if (is_one(shape)) return 1;
  return std::nullopt;
}

bool holds_quantized_values(const Array& array, const Tensor& tensor) {
  if (tensor.quantization.empty() || tensor.dtype == DType::float32) return false;
  const bool is_unsigned = tensor.dtype == DType::uint8 || tensor.dtype == DType::uint32;
  return array.kind == (is_unsigned ? 'u' : 'i') && array.width == size_of(tensor.dtype);
}

/// The examples of one input: which array, and where in it.
struct Column {
  Arrays arrays;
  std::vector<size_t> first;  // the number of examples in the arrays before
  size_t count = 0;
  double scale = 1, zero = 0;
  std::vector<bool> quantized;

  void fill(size_t index, std::span<float> values) const {
    const auto after = std::upper_bound(first.begin(), first.end(), index);
    const auto which = static_cast<size_t>(after - first.begin()) - 1;
    const Array& array = *arrays[which];
    const auto begin = static_cast<int64_t>((index - first[which]) * values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      const double value = array.at(begin + static_cast<int64_t>(i));
      values[i] = static_cast<float>(quantized[which] ? (value - zero) * scale : value);
    }
  }
};

Column column_of(const Arrays& arrays, const Tensor& tensor, const std::filesystem::path& file) {
  Column column;
  if (!tensor.quantization.empty()) {
    column.scale = static_cast<double>(tensor.quantization.scale());
    column.zero = tensor.quantization.zero_point();
  }
  for (const auto& array : arrays) {
    const std::optional<size_t> count = count_of(array->shape, tensor.shape);
    if (!count) {
      const std::string name = array->name.empty() ? "it " : fmt::format("\"{}\" ", array->name);
      refuse(file, fmt::format("{}has the shape {}; the model's input \"{}\" takes examples of {}", name,
                               to_text(array->shape), tensor.name, to_string(tensor.shape)));
    }
    if (*count == 0) continue;
    column.arrays.push_back(array);
    column.first.push_back(column.count);
    column.quantized.push_back(holds_quantized_values(*array, tensor));
    column.count += *count;
  }
  if (column.count == 0) refuse(file, "it holds no examples");
  return column;
}

/// "input" of "serving_default_input:0"
std::string plain(std::string name) {
  constexpr std::string_view kPrefix = "serving_default_";
  if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
  if (name.ends_with(":0")) name.resize(name.size() - 2);
  return name;
}

bool is_named(const Array& array, const Tensor& tensor) {
  return !array.name.empty() && (array.name == tensor.name || array.name == plain(tensor.name));
}

/// The arrays of each input.
std::vector<Arrays> assign(const Arrays& arrays, const Graph& graph, const std::filesystem::path& file) {
  std::vector<Arrays> assigned(graph.inputs.size());
  bool all_named = true;
  for (size_t input = 0; input < graph.inputs.size(); ++input) {
    const auto named = [&](const auto& array) { return is_named(*array, graph[graph.inputs[input]]); };
    const auto found = std::find_if(arrays.begin(), arrays.end(), named);
    if (found == arrays.end()) {
      all_named = false;
    } else {
      assigned[input] = {*found};
    }
  }
  if (all_named) return assigned;
  if (graph.inputs.size() == 1) return {arrays};
  std::string names;
  for (const TensorId id : graph.inputs) names += (names.empty() ? "" : ", ") + plain(graph[id].name);
  if (arrays.size() != graph.inputs.size()) {
    refuse(file,
           fmt::format("it has {} arrays; the model takes {} inputs: numpy.savez an array each, named {}",
                       arrays.size(), graph.inputs.size(), names));
  }
  const auto has_name = [](const auto& array) {
    return !array->name.empty() && !array->name.starts_with("arr_");
  };
  for (size_t input = 0; input < arrays.size(); ++input) {
    if (has_name(arrays[input]))
      refuse(file, fmt::format("no input is named \"{}\"; they are {}", arrays[input]->name, names));
    assigned[input] = {arrays[input]};
  }
  return assigned;
}

std::vector<int32_t> classes_of(const Array& array, size_t count, const std::filesystem::path& file) {
  const size_t rows = array.shape.empty() ? 1 : static_cast<size_t>(array.shape[0]);
  if (rows != count) refuse(file, fmt::format("{} labels for {} examples", rows, count));
  const int64_t width = array.size() / static_cast<int64_t>(std::max<size_t>(rows, 1));
  std::vector<int32_t> classes;
  for (size_t row = 0; row < rows; ++row) {
    const int64_t begin = static_cast<int64_t>(row) * width;
    int64_t best = 0;
    for (int64_t i = 1; i < width; ++i) {
      if (array.at(begin + i) > array.at(begin + best)) best = i;
    }
    const double label = width > 1 ? static_cast<double>(best) : array.at(begin);
    if (!(label >= 0 && label < 0x1p31 && label == std::floor(label)))
      refuse(file, fmt::format("label {} is {}: labels are class numbers from 0 on", row, label));
    classes.push_back(static_cast<int32_t>(label));
  }
  return classes;
}

/// Takes the labels out of arrays that hold some.
std::shared_ptr<const Array> take_labels(Arrays& arrays, const Graph& graph) {
  const auto are_labels = [&](const auto& array) {
    if (array->name != "labels" && array->name != "y") return false;
    return std::none_of(graph.inputs.begin(), graph.inputs.end(),
                        [&](TensorId id) { return is_named(*array, graph[id]); });
  };
  const auto found = std::find_if(arrays.begin(), arrays.end(), are_labels);
  if (found == arrays.end() || arrays.size() == 1) return nullptr;
  const std::shared_ptr<const Array> labels = *found;
  arrays.erase(found);
  return labels;
}

Arrays read(const std::filesystem::path& path) {
  Arrays arrays;
  for (Array& array : data::read_arrays(path))
    arrays.push_back(std::make_shared<const Array>(std::move(array)));
  return arrays;
}

}  // namespace

quantize::Dataset read_examples(const std::filesystem::path& path, const std::filesystem::path& labels,
                                const Graph& graph) {
  Arrays arrays = read(path);
  std::shared_ptr<const Array> given = take_labels(arrays, graph);
  std::vector<Column> columns;
  const std::vector<Arrays> assigned = assign(arrays, graph, path);
  for (size_t input = 0; input < assigned.size(); ++input)
    columns.push_back(column_of(assigned[input], graph[graph.inputs[input]], path));
  quantize::Dataset dataset;
  dataset.count = columns.at(0).count;
  for (size_t input = 0; input < columns.size(); ++input) {
    if (columns[input].count == dataset.count) continue;
    refuse(path,
           fmt::format("{} examples of input \"{}\", {} of \"{}\"", dataset.count,
                       graph[graph.inputs[0]].name, columns[input].count, graph[graph.inputs[input]].name));
  }
  if (!labels.empty()) {
    const Arrays own = read(labels);
    if (own.size() != 1) refuse(labels, fmt::format("it has {} arrays; labels are one", own.size()));
    given = own[0];
  }
  if (given) dataset.classes = classes_of(*given, dataset.count, labels.empty() ? path : labels);
  dataset.fill = [columns = std::move(columns)](size_t index, size_t input, std::span<float> values) {
    columns.at(input).fill(index, values);
  };
  return dataset;
}

std::vector<int64_t> relayout(const Shape& from, const Shape& to) {
  if (without_ones(from) == without_ones(to)) return {};
  if (from.size() == to.size() && from.size() > 2 && from[0] == to[0]) {
    const size_t axes = from.size() - 1;
    // Channels move from the front to the back, or the other way round.
    for (const bool to_back : {true, false}) {
      Shape moved(from.begin() + 1, from.end());
      if (to_back) {
        std::rotate(moved.begin(), moved.begin() + 1, moved.end());
      } else {
        std::rotate(moved.begin(), moved.end() - 1, moved.end());
      }
      if (!std::equal(moved.begin(), moved.end(), to.begin() + 1)) continue;
      const int64_t all = elements(from) / from[0];
      const int64_t channels = to_back ? from[1] : from[axes], places = all / std::max<int64_t>(channels, 1);
      std::vector<int64_t> sources;
      for (int64_t i = 0; i < elements(to); ++i) {
        const int64_t batch = i / all * all, at = i % all;
        sources.push_back(batch + (to_back ? at % channels * places + at / channels
                                           : at % places * channels + at / places));
      }
      return sources;
    }
  }
  if (elements(from) == elements(to)) return {};
  throw Error(ErrorKind::invalid_argument, fmt::format("{} is not {}", to_string(from), to_string(to)));
}

quantize::Dataset with_layout_of(const quantize::Dataset& dataset, const Graph& from, const Graph& to) {
  if (from.inputs.size() != to.inputs.size()) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("one model has {} inputs, the other {}", from.inputs.size(), to.inputs.size()));
  }
  std::vector<std::vector<int64_t>> sources;
  for (size_t input = 0; input < to.inputs.size(); ++input) {
    const Tensor &a = from[from.inputs[input]], &b = to[to.inputs[input]];
    sources.push_back(
        with_context(fmt::format("the models take different inputs \"{}\" and \"{}\"", a.name, b.name),
                     [&] { return relayout(a.shape, b.shape); }));
  }
  quantize::Dataset other = dataset;
  other.fill = [fill = dataset.fill, sources](size_t index, size_t input, std::span<float> values) {
    if (sources[input].empty()) return fill(index, input, values);
    std::vector<float> given(values.size());
    fill(index, input, given);
    for (size_t i = 0; i < values.size(); ++i) values[i] = given[static_cast<size_t>(sources[input][i])];
  };
  return other;
}

}  // namespace tinyml::project
