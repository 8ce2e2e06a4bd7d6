// SPDX-License-Identifier: Apache-2.0
#include "tinyml/run/float_engine.h"

#include <fmt/core.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "tinyml/base/random.h"
#include "tinyml/kernels/elementwise.h"
#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/float_plan.h"

namespace tinyml::run {
namespace {

constexpr size_t kCacheLine = 64, kHugePage = size_t{1} << 21;

// The graph with `batch` in dimension 0 of every activation.
Graph with_batch(Graph graph, int32_t batch) {
  TINYML_CHECK(batch > 0);
  verify(graph);
  if (graph.outputs.empty()) throw Error(ErrorKind::bad_file, "the graph has no output");
  ops::infer(graph);
  const std::vector<Tensor> single = graph.tensors;
  const auto widen = [&](Shape& shape, const std::string& name) {
    if (shape.empty()) throw Error(ErrorKind::bad_file, fmt::format("{} has no batch dimension", name));
    shape[0] *= batch;
  };
  for (const TensorId id : graph.inputs) widen(graph[id].shape, graph[id].name);
  for (Node& node : graph.nodes) {
    if (auto* reshape = std::get_if<Reshape>(&node.op)) widen(reshape->shape, "reshape");
  }
  ops::infer(graph);
  for (const Node& node : graph.nodes) {
    for (const TensorId id : node.outputs) {
      const Shape& before = single[static_cast<size_t>(id)].shape;
      if (graph[id].shape.empty() || before.empty() || graph[id].shape[0] != batch * before[0]) {
        throw Error(ErrorKind::unsupported, fmt::format("{} loses the batch in dimension 0", graph[id].name));
      }
    }
  }
  return graph;
}

}  // namespace

void FloatBuffer::Free::operator()(float* data) const { std::free(data); }

FloatBuffer::FloatBuffer(size_t size) : size_(size) {
  const size_t needed = std::max<size_t>(size, 1) * sizeof(float);
  const size_t alignment = needed < kHugePage ? kCacheLine : kHugePage;
  const size_t bytes = (needed + alignment - 1) / alignment * alignment;
  data_.reset(static_cast<float*>(std::aligned_alloc(alignment, bytes)));
  if (!data_) throw std::bad_alloc();
#ifdef __linux__
  // A batch's activations are walked through from end to end, which small pages slow down.
  if (alignment == kHugePage) madvise(data_.get(), bytes, MADV_HUGEPAGE);
#endif
  std::fill_n(data_.get(), size, 0.0f);
}

struct FloatEngine::Plan : FloatPlan {
  using FloatPlan::FloatPlan;
};

FloatEngine::FloatEngine(const Graph& graph, int32_t batch, ThreadPool& pool)
    : source_(graph),
      graph_(with_batch(graph, batch)),
      batch_(batch),
      pool_(pool),
      plan_(std::make_unique<Plan>(graph_)),
      parameters_(static_cast<size_t>(plan_->parameter_floats)),
      state_(static_cast<size_t>(plan_->state_floats)),
      activations_(static_cast<size_t>(plan_->activation_floats)),
      saved_(graph.nodes.size()),
      peaks_(graph.nodes.size()) {
  for (size_t i = 0; i < graph_.tensors.size(); ++i) {
    const auto id = static_cast<TensorId>(i);
    if (!graph_[id].is_constant() || plan_->places[i] == Place::unused) continue;
    std::memcpy(values(id), graph_[id].data->data(), graph_[id].data->size());
    if (plan_->places[i] == Place::parameter) parameter_ids_.push_back(id);
  }
}

FloatEngine::~FloatEngine() = default;

float* FloatEngine::values(TensorId id) const {
  const auto i = static_cast<size_t>(id);
  switch (plan_->places.at(i)) {
    case Place::activation:
      return activations_.data() + plan_->offsets[i];
    case Place::parameter:
      return parameters_.data() + plan_->offsets[i];
    case Place::state:
      return state_.data() + plan_->offsets[i];
    case Place::unused:
      break;
  }
  return nullptr;
}

std::span<float> FloatEngine::parameters() { return {parameters_.data(), parameters_.size()}; }
std::span<const float> FloatEngine::gradients() const { return {gradients_.data(), gradients_.size()}; }
std::span<float> FloatEngine::state() { return {state_.data(), state_.size()}; }

std::span<float> FloatEngine::parameter(TensorId id) {
  TINYML_CHECK(plan_->places.at(static_cast<size_t>(id)) == Place::parameter);
  return {values(id), static_cast<size_t>(elements(graph_[id].shape))};
}

std::span<const float> FloatEngine::gradient(TensorId id) const {
  TINYML_CHECK(plan_->places.at(static_cast<size_t>(id)) == Place::parameter && gradients_.size() > 0);
  return gradients().subspan(static_cast<size_t>(plan_->offsets[static_cast<size_t>(id)]),
                             static_cast<size_t>(elements(graph_[id].shape)));
}

std::span<float> FloatEngine::input(size_t index) {
  const TensorId id = graph_.inputs.at(index);
  return {values(id), static_cast<size_t>(elements(graph_[id].shape))};
}

std::span<const float> FloatEngine::output(size_t index) const {
  return activation(graph_.outputs.at(index));
}

std::span<const float> FloatEngine::activation(TensorId id) const {
  const float* first = values(id);
  return {first, first ? static_cast<size_t>(elements(graph_[id].shape)) : 0};
}

void FloatEngine::forward(bool training, uint64_t step_seed, int32_t used_batch) {
  used_ = used_batch > 0 ? used_batch : batch_;
  TINYML_CHECK(used_ <= batch_);
  const Random seeds(step_seed);
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (plan_->skipped[i]) continue;
    const Node& node = graph_.nodes[i];
    ops::FloatForward pass;
    pass.inputs = tensors(node.inputs);
    pass.outputs = tensors(node.outputs);
    pass.saved = &saved_[i];
    pass.workspace = &workspace_;
    pass.pool = &pool_;
    pass.training = training;
    pass.seed = seeds.fork(i).next();
    pass.fused = plan_->fused[i];
    if (!training) pass.peak = &peaks_[i];
    ops::forward(node.op, pass);
    if (after_forward_)
      after_forward_(i, {pass.outputs[0].data, static_cast<size_t>(pass.outputs[0].size())});
  }
}

void FloatEngine::set_hooks(Hook after_forward, Hook before_backward) {
  after_forward_ = std::move(after_forward);
  before_backward_ = std::move(before_backward);
}

std::vector<ops::FloatTensor> FloatEngine::tensors(const std::vector<TensorId>& ids) const {
  std::vector<ops::FloatTensor> found;
  found.reserve(ids.size());
  for (const TensorId id : ids) {
    if (id == kNoTensor) {
      found.emplace_back();
      continue;
    }
    found.push_back({values(id), graph_[id].shape});
    if (plan_->places[static_cast<size_t>(id)] == Place::activation) {
      int32_t& extent = found.back().shape[0];
      extent = extent / batch_ * used_;
    }
  }
  return found;
}

void FloatEngine::allocate_gradients() {
  if (!gradient_slots_.empty()) return;
  gradients_ = FloatBuffer(static_cast<size_t>(plan_->parameter_floats));
  for (const int64_t size : plan_->slot_sizes) gradient_slots_.emplace_back(static_cast<size_t>(size));
}

float* FloatEngine::gradient_values(TensorId id) {
  const auto i = static_cast<size_t>(id);
  if (plan_->places[i] == Place::parameter) return gradients_.data() + plan_->offsets[i];
  const int32_t slot = plan_->gradient_slots[i];
  return slot < 0 ? nullptr : gradient_slots_[static_cast<size_t>(slot)].data();
}

std::span<float> FloatEngine::output_gradient() {
  allocate_gradients();
  const TensorId id = graph_.outputs[0];
  return {gradient_values(plan_->roots[static_cast<size_t>(id)]),
          static_cast<size_t>(elements(graph_[id].shape))};
}

void FloatEngine::backward() {
  TINYML_CHECK(used_ > 0);
  allocate_gradients();
  const auto root = [&](TensorId id) { return plan_->roots[static_cast<size_t>(id)]; };
  std::vector<bool> written(graph_.tensors.size());
  written[static_cast<size_t>(root(graph_.outputs[0]))] = true;
  for (size_t i = graph_.nodes.size(); i-- > 0;) {
    const Node& node = graph_.nodes[i];
    if (plan_->skipped[i]) continue;
    ops::FloatBackward pass;
    bool reached = false;
    pass.outputs = tensors(node.outputs);
    for (size_t k = 0; k < node.outputs.size(); ++k) {
      const TensorId id = node.outputs[k];
      float* gradient = written[static_cast<size_t>(id)] ? gradient_values(id) : nullptr;
      pass.output_gradients.push_back({gradient, pass.outputs[k].shape});
      reached |= gradient != nullptr;
    }
    if (!reached) continue;
    pass.inputs = tensors(node.inputs);
    pass.saved = &saved_[i];
    pass.workspace = &workspace_;
    pass.pool = &pool_;
    pass.fused = plan_->fused[i];
    // A gradient that another reader has already written is computed aside and added.
    if (sums_.size() < node.inputs.size()) sums_.resize(node.inputs.size());
    std::vector<float*> added(node.inputs.size());
    bool any = false;
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      pass.input_gradients.push_back({nullptr, pass.inputs[k].shape});
      if (node.inputs[k] == kNoTensor) continue;
      const auto id = static_cast<size_t>(root(node.inputs[k]));
      float* gradient = gradient_values(static_cast<TensorId>(id));
      if (!gradient) continue;
      any = true;
      const auto size = static_cast<size_t>(pass.inputs[k].size());
      if (written[id]) {
        if (sums_[k].size() < size) sums_[k] = FloatBuffer(size);
        added[k] = gradient;
        gradient = sums_[k].data();
      }
      written[id] = true;
      pass.input_gradients[k].data = gradient;
    }
    if (!any) continue;
    if (before_backward_ && pass.output_gradients[0].data) {
      before_backward_(i, {pass.output_gradients[0].data, static_cast<size_t>(pass.outputs[0].size())});
    }
    ops::backward(node.op, pass);
    for (size_t k = 0; k < added.size(); ++k) {
      if (added[k]) kernels::add_scaled(sums_[k].data(), pass.inputs[k].size(), 1.0f, added[k]);
    }
  }
  for (const TensorId id : parameter_ids_) {
    if (!written[static_cast<size_t>(id)]) std::fill_n(gradient_values(id), elements(graph_[id].shape), 0.0f);
  }
}

Graph FloatEngine::to_graph() const {
  Graph graph = source_;
  for (size_t i = 0; i < graph.tensors.size(); ++i) {
    Tensor& tensor = graph.tensors[i];
    if (!tensor.is_constant() || plan_->places[i] == Place::unused) continue;
    tensor.data = to_constant(std::span<const float>(values(static_cast<TensorId>(i)),
                                                     static_cast<size_t>(elements(tensor.shape))));
  }
  return graph;
}

}  // namespace tinyml::run
