// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/models/model.h"

#include <fmt/core.h>

#include "tinyml/project/models/inspect.h"
#include "tinyml/project/models/int8_net.h"
#include "tinyml/project/program.h"
#include "tinyml/run/engine.h"

namespace tinyml {

struct Model::State {
  explicit State(Graph given)
      : graph(std::move(given)), file(project::deployed_tflite(project::fold_where_quantized(graph).graph)) {}

  Graph graph;
  Bytes file;
  std::unique_ptr<run::Engine> engine;
};

Model::Model(Graph graph) : state_(std::make_unique<State>(std::move(graph))) {}
Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

Model Model::load(const std::filesystem::path& path) { return Model(project::load_program(path).net); }

const Graph& Model::graph() const { return state_->graph; }
const Bytes& Model::bytes() const { return state_->file; }

std::vector<Bytes> Model::run(const std::vector<std::span<const uint8_t>>& inputs) {
  State& s = *state_;
  if (inputs.size() != s.graph.inputs.size()) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the model has {} inputs, not {}", s.graph.inputs.size(), inputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& tensor = s.graph[s.graph.inputs[i]];
    if (static_cast<int64_t>(inputs[i].size()) != tensor.size_bytes()) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("input {} takes {} {}: {} bytes, not {}", i, name_of(tensor.dtype),
                              to_string(tensor.shape), tensor.size_bytes(), inputs[i].size()));
    }
  }
  if (!s.engine) s.engine = std::make_unique<run::Engine>(s.graph);
  std::vector<Bytes> copies;
  for (const auto input : inputs) copies.emplace_back(input.begin(), input.end());
  return s.engine->run(copies);
}

void Model::reset() {
  if (state_->engine) state_->engine->reset();
}

report::Inspection Model::inspect(const std::string& board) const {
  report::InspectOptions options;
  options.file_bytes = static_cast<int64_t>(state_->file.size());
  options.board = board;
  return project::inspect_net(state_->graph, options);
}

project::ModelComparison Model::compare(const Model& other, const quantize::Dataset& dataset,
                                        ThreadPool& pool, const ProgressHook& progress) const {
  project::ModelComparison made = project::compare_models(graph(), other.graph(), dataset, pool, progress);
  made.a = graph().name;
  made.b = other.graph().name;
  return made;
}

project::Profile Model::profile(const std::string& board, Mode mode) const {
  return project::profile(state_->graph, {}, board, mode);
}

void Model::compile(const std::filesystem::path& folder, const std::string& board, Mode mode) const {
  project::compile(state_->graph, {}, board, mode, folder, "tinyml.Model.compile");
}

}  // namespace tinyml
