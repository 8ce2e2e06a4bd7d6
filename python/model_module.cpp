// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "python/dataset_of.h"
#include "python/module_parts.h"
#include "tinyml/base/file.h"
#include "tinyml/project/models/examples.h"
#include "tinyml/project/models/model.h"

namespace tinyml::python {
namespace {

using namespace nb::literals;

nb::bytes to_bytes(const Bytes& bytes) {
  return nb::bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

/// The elements in an array of their own, of the tensor's dtype and shape.
nb::object numpy_array(const Tensor& tensor, const Bytes& bytes) {
  nb::module_ numpy = nb::module_::import_("numpy");
  nb::object flat = numpy.attr("frombuffer")(to_bytes(bytes), "dtype"_a = std::string(name_of(tensor.dtype)));
  nb::list shape;
  for (const int32_t extent : tensor.shape) shape.append(extent);
  return flat.attr("reshape")(shape).attr("copy")();
}

nb::list run_model(Model& model, const nb::list& inputs) {
  const Graph& graph = model.graph();
  std::vector<Bytes> held;
  if (nb::len(inputs) != graph.inputs.size()) {
    throw Error(ErrorKind::invalid_argument, "the model has " + std::to_string(graph.inputs.size()) +
                                                 " inputs, not " + std::to_string(nb::len(inputs)));
  }
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const Tensor& tensor = graph[graph.inputs[i]];
    const nb::object array = inputs[i];
    const std::string dtype = nb::cast<std::string>(array.attr("dtype").attr("name"));
    const auto shape = nb::cast<std::vector<int64_t>>(array.attr("shape"));
    if (dtype != name_of(tensor.dtype) || !std::ranges::equal(shape, tensor.shape)) {
      throw Error(ErrorKind::invalid_argument, "input " + std::to_string(i) + " takes " +
                                                   std::string(name_of(tensor.dtype)) + " " +
                                                   to_string(tensor.shape) + ", not " + dtype + " " +
                                                   to_string(Shape(shape.begin(), shape.end())));
    }
    const nb::bytes raw = nb::cast<nb::bytes>(array.attr("tobytes")());
    const auto* first = reinterpret_cast<const uint8_t*>(raw.c_str());
    held.emplace_back(first, first + raw.size());
  }
  std::vector<Bytes> outputs;
  {
    const nb::gil_scoped_release release;
    outputs = model.run({held.begin(), held.end()});
  }
  nb::list arrays;
  for (size_t i = 0; i < outputs.size(); ++i) arrays.append(numpy_array(graph[graph.outputs[i]], outputs[i]));
  return arrays;
}

/// The real numbers that quantized values of the model's inputs stand for.
quantize::Dataset dequantized(const quantize::Dataset& dataset, const Graph& graph,
                              const std::vector<bool>& quantized) {
  quantize::Dataset real = dataset;
  real.fill = [fill = dataset.fill, &graph, quantized](size_t index, size_t input, std::span<float> values) {
    fill(index, input, values);
    const Quantization& q = graph[graph.inputs.at(input)].quantization;
    if (!quantized.at(input) || q.empty()) return;
    for (float& value : values) value = (value - static_cast<float>(q.zero_point())) * q.scale();
  };
  return real;
}

std::string compare(const Model& model, const Model& other, bool of_other, const std::vector<Array>& inputs,
                    const std::vector<bool>& quantized, const std::vector<int32_t>& classes, int threads,
                    const PythonProgress& progress) {
  const Graph& graph = of_other ? other.graph() : model.graph();
  quantize::Dataset dataset = dequantized(dataset_of(inputs, classes), graph, quantized);
  if (of_other) dataset = project::with_layout_of(dataset, graph, model.graph());
  const nb::gil_scoped_release release;
  ThreadPool pool(threads);
  return to_json(model.compare(other, dataset, pool, hook_of(progress)));
}

}  // namespace

void bind_model(nb::module_& m) {
  nb::class_<Model>(m, "Model")
      .def_static("load", &Model::load, "path"_a)
      .def("run", &run_model, "inputs"_a)
      .def("reset", &Model::reset)
      .def("to_bytes", [](const Model& model) { return to_bytes(model.bytes()); })
      .def("save",
           [](const Model& model, const std::filesystem::path& path) { write_bytes(path, model.bytes()); })
      .def("compare_json", &compare, "other"_a, "of_other"_a, "inputs"_a, "quantized"_a, "classes"_a,
           "threads"_a, "progress"_a.none())
      .def("profile_json",
           [](const Model& model, const std::string& board, const std::string& mode) {
             const nb::gil_scoped_release release;
             return to_json(model.profile(board, parse_mode(mode)));
           })
      .def("inspect_json",
           [](const Model& model, const std::string& board) { return to_json(model.inspect(board)); })
      .def("compile", [](const Model& model, const std::filesystem::path& folder, const std::string& board,
                         const std::string& mode) { model.compile(folder, board, parse_mode(mode)); });
}

}  // namespace tinyml::python
