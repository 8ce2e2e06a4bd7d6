// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/models/model_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tinyml/base/output_file.h"
#include "tinyml/formats/model_file.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/project/models/examples.h"
#include "tinyml/project/models/int8_net.h"
#include "tinyml/project/program.h"
#include "tinyml/report/inspection.h"
#include "tinyml/report/text_table.h"

namespace tinyml::project {
namespace {

using nlohmann::ordered_json;

void check_model(const std::filesystem::path& model, const std::string& instead) {
  if (!std::filesystem::is_directory(model)) return;
  throw Error(ErrorKind::invalid_argument, model.string() + " is a folder; give a model file. " + instead);
}

std::string kb(int64_t bytes) { return fmt::format("{:.1f} KB", static_cast<double>(bytes) / 1024); }

bool computes_in_float(const Graph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
    const auto is_float = [&](TensorId id) { return id != kNoTensor && graph[id].dtype == DType::float32; };
    return std::any_of(node.inputs.begin(), node.inputs.end(), is_float) &&
           std::any_of(node.outputs.begin(), node.outputs.end(), is_float);
  });
}

std::string port(const Graph& graph, TensorId id) {
  return fmt::format("{} {} {}", report::one_line(graph[id].name), name_of(graph[id].dtype),
                     to_string(graph[id].shape));
}

ordered_json ports(const Graph& graph, const std::vector<TensorId>& ids) {
  ordered_json list = ordered_json::array();
  for (const TensorId id : ids)
    list.push_back(
        {{"name", graph[id].name}, {"dtype", name_of(graph[id].dtype)}, {"shape", graph[id].shape}});
  return list;
}

/// Errors: unsupported, for layers without a kernel even once they are quantized.
void check_generates(const Graph& graph) {
  const report::Inspection inspection = report::inspect(graph, {});
  std::string message;
  int others = -1;
  for (const report::Advice& advice : inspection.advice) {
    if (advice.rule != "no_kernel") continue;
    if (others++ < 0) {
      const std::string& name = inspection.layers[static_cast<size_t>(advice.layer)].name;
      message = fmt::format("\"{}\": {}: {}", report::one_line(name), advice.what, advice.to_do);
    }
  }
  if (others > 0) message += fmt::format(" ({} more layers like that: tinyml inspect)", others);
  if (others >= 0) throw Error(ErrorKind::unsupported, message);
}

bool takes_integers(const Graph& graph) {
  return std::all_of(graph.inputs.begin(), graph.inputs.end(),
                     [&](TensorId id) { return graph[id].dtype != DType::float32; });
}

}  // namespace

QuantizedFile quantize_file(const QuantizeFile& request, int threads) {
  check_model(request.model, "A project keeps its float net in model/float32.tflite");
  if (request.out.empty())
    throw Error(ErrorKind::invalid_argument, "--out is missing: the .tflite file to write");
  const bool needs_examples = request.options.method != quantize::Method::float16;
  if (needs_examples && request.data.empty()) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("--data is missing: {} needs some hundred examples of what the model will see, as "
                    "a .npy, .npz or .csv file",
                    name_of(request.options.method)));
  }
  check_output(request.out, ".tflite", {request.model, request.data, request.labels});
  const Model model = Model::load(request.model);
  with_context(request.model.string(), [&] { check_float(model); });
  quantize::Dataset dataset;
  if (!request.data.empty()) {
    dataset = read_examples(request.data, request.labels, model.graph());
    with_context(request.data.string(), [&] { quantize::check(dataset, model.graph()); });
  }
  OptimizedModel made = with_context(request.model.string(), [&] {
    return TinyMLOptimizer(threads).quantize(model, request.options, dataset);
  });
  made.report.method = quantize::name_of(request.options.method);
  const auto is_gru = [](const Node& node) { return std::holds_alternative<Gru>(node.op); };
  const std::vector<Node>& nodes = made.model.graph().nodes;
  if (std::any_of(nodes.begin(), nodes.end(), is_gru)) {
    made.report.notes.push_back(
        "a .tflite file spells a GRU out step by step and may be larger than the float model; boards store "
        "its "
        "weights once: tinyml profile");
  }
  write_bytes(request.out, made.model.bytes());
  return {std::move(made.report), static_cast<int64_t>(model.bytes().size()),
          static_cast<int64_t>(made.model.bytes().size())};
}

std::string to_json(const QuantizeFile& request, const QuantizedFile& made) {
  ordered_json document = ordered_json::parse(to_json(made.report));
  document["out"] = request.out.string();
  document["bytes"] = made.bytes;
  document["float_bytes"] = made.float_bytes;
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

std::string to_text(const QuantizeFile& request, const QuantizedFile& made) {
  const double times = static_cast<double>(made.float_bytes) / static_cast<double>(made.bytes);
  const std::string smaller = times < 1.05 ? "" : fmt::format(", {:.1f} times smaller", times);
  return to_text(made.report) + fmt::format("Wrote {}: {}{}; as .tflite the model had {}\n",
                                            request.out.string(), kb(made.bytes), smaller,
                                            kb(made.float_bytes));
}

ModelComparison compare_files(const std::filesystem::path& a, const std::filesystem::path& b,
                              const std::filesystem::path& data, const std::filesystem::path& labels,
                              int threads, const ProgressHook& progress) {
  const Graph in_a = load_program(a).net, in_b = load_program(b).net;
  // Integers in the file may be the quantized values of the one that takes integers.
  const bool b_first = takes_integers(in_b) && !takes_integers(in_a);
  const auto read = [&](bool of_b) {
    const quantize::Dataset dataset = read_examples(data, labels, of_b ? in_b : in_a);
    return of_b ? with_layout_of(dataset, in_b, in_a) : dataset;
  };
  quantize::Dataset dataset;
  try {
    dataset = read(b_first);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid_argument) throw;
    try {
      dataset = read(!b_first);
    } catch (const Error&) {
      throw error;
    }
  }
  ThreadPool pool(threads);
  ModelComparison made = compare_models(in_a, in_b, dataset, pool, progress);
  made.a = a.string();
  made.b = b.string();
  return made;
}

ImportedFile import_file(const std::filesystem::path& model, const std::filesystem::path& out) {
  check_model(model, "A trained project is exported: tinyml export");
  check_output(out, ".tflite", {model});
  ImportedFile made;
  const Graph source = formats::read_model(model);
  made.file_bytes = static_cast<int64_t>(std::filesystem::file_size(model));
  made.layers_before = source.nodes.size();
  made.graph = with_context(model.string(), [&] {
    FoldedNet folded = fold_where_quantized(source);
    if (!folded.obstacle.empty()) throw Error(ErrorKind::unsupported, folded.obstacle);
    if (folded.folded) {
      made.done.push_back(
          "QuantizeLinear and DequantizeLinear made int8 layers of those between them; inputs and outputs "
          "are "
          "int8 with the file's scales");
    }
    Graph graph = fold_neighbours(folded.graph);
    if (graph.nodes.size() < folded.graph.nodes.size()) {
      made.done.push_back(fmt::format(
          "batch normalisation, activations and dropout went into the layers before: {} layers are {}",
          folded.graph.nodes.size(), graph.nodes.size()));
    }
    check_generates(graph);
    return graph;
  });
  if (computes_in_float(made.graph)) {
    made.done.push_back(fmt::format(
        "it computes in float32; before it goes on a board: tinyml quantize {} --data samples.npy --out {}",
        out.string(), (out.parent_path() / (out.stem().string() + "_int8.tflite")).string()));
  }
  if (made.done.empty()) made.done.push_back("boards can run it as it is: nothing had to change");
  const Bytes bytes = with_context(model.string(), [&] { return formats::write_tflite(made.graph); });
  made.bytes = static_cast<int64_t>(bytes.size());
  write_bytes(out, bytes);
  return made;
}

std::string to_json(const ImportedFile& made, const std::filesystem::path& model,
                    const std::filesystem::path& out) {
  const ordered_json document{{"model", model.string()},
                              {"out", out.string()},
                              {"file_bytes", made.file_bytes},
                              {"bytes", made.bytes},
                              {"layers", made.graph.nodes.size()},
                              {"inputs", ports(made.graph, made.graph.inputs)},
                              {"outputs", ports(made.graph, made.graph.outputs)},
                              {"done", made.done}};
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

std::string to_text(const ImportedFile& made, const std::filesystem::path& model,
                    const std::filesystem::path& out) {
  std::string text =
      fmt::format("Read {}: {} layers, {}\n", model.string(), made.layers_before, kb(made.file_bytes));
  for (const std::string& done : made.done) text += "  " + done + "\n";
  text += fmt::format("Wrote {}: {} layers, {}\n", out.string(), made.graph.nodes.size(), kb(made.bytes));
  for (const TensorId id : made.graph.inputs) text += "  input  " + port(made.graph, id) + "\n";
  for (const TensorId id : made.graph.outputs) text += "  output " + port(made.graph, id) + "\n";
  return text;
}

}  // namespace tinyml::project
