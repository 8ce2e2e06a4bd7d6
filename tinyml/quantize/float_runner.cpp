// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/float_runner.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "tinyml/base/progress.h"

namespace tinyml::quantize {
namespace {

constexpr size_t kBatch = 32;

template <class Use>
void with_type(const Tensor& tensor, Use use) {
  switch (tensor.dtype) {
    case DType::int8:
      return use(int8_t{});
    case DType::uint8:
    case DType::boolean:
      return use(uint8_t{});
    case DType::int16:
      return use(int16_t{});
    case DType::int32:
      return use(int32_t{});
    case DType::uint32:
      return use(uint32_t{});
    case DType::int64:
      return use(int64_t{});
    default:
      throw Error(ErrorKind::unsupported, tensor.name + " is " + std::string(name_of(tensor.dtype)));
  }
}

bool is_float(const Graph& graph) {
  return std::all_of(graph.tensors.begin(), graph.tensors.end(), [](const Tensor& tensor) {
    return tensor.dtype == DType::float32 && !tensor.is_variable;
  });
}

}  // namespace

Bytes to_bytes(const Tensor& tensor, std::span<const float> values) {
  Bytes bytes(static_cast<size_t>(tensor.size_bytes()));
  if (tensor.dtype == DType::float32) {
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  }
  const Quantization& q = tensor.quantization;
  const double scale = q.empty() ? 1 : static_cast<double>(q.scale());
  const double zero = q.empty() ? 0 : q.zero_point();
  with_type(tensor, [&]<class T>(T) {
    constexpr auto kLow = static_cast<double>(std::numeric_limits<T>::min());
    constexpr auto kHigh = sizeof(T) == 8 ? 0x1p62 : static_cast<double>(std::numeric_limits<T>::max());
    for (size_t i = 0; i < values.size(); ++i) {
      const double steps = std::round(static_cast<double>(values[i]) / scale) + zero;
      const auto integer = static_cast<T>(std::clamp(steps, kLow, kHigh));
      std::memcpy(&bytes[i * sizeof(T)], &integer, sizeof integer);
    }
  });
  return bytes;
}

void to_real(const Tensor& tensor, std::span<const uint8_t> bytes, std::span<float> values) {
  TINYML_CHECK(bytes.size() == values.size() * static_cast<size_t>(size_of(tensor.dtype)));
  if (tensor.dtype == DType::float32) {
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return;
  }
  const Quantization& q = tensor.quantization;
  const double scale = q.empty() ? 1 : static_cast<double>(q.scale());
  const double zero = q.empty() ? 0 : q.zero_point();
  with_type(tensor, [&]<class T>(T) {
    for (size_t i = 0; i < values.size(); ++i) {
      T integer;
      std::memcpy(&integer, &bytes[i * sizeof(T)], sizeof integer);
      values[i] = static_cast<float>((static_cast<double>(integer) - zero) * scale);
    }
  });
}

FloatRunner::FloatRunner(const Graph& graph, ThreadPool& pool) : graph_(graph), pool_(pool) {
  if (is_float(graph)) {
    try {
      batched_ = std::make_unique<run::FloatEngine>(graph, static_cast<int32_t>(kBatch), pool);
      batched_->forward(false, 0, 1);
      batch_ = kBatch;
    } catch (const Error&) {
      batched_.reset();
    }
  }
  if (!batched_) single_ = std::make_unique<run::Engine>(graph);
}

void FloatRunner::run(const Dataset& dataset, const std::function<void(size_t, size_t)>& visit) {
  for (size_t first = 0; first < dataset.count; first += batch_) {
    check_interrupt();
    used_ = std::min(batch_, dataset.count - first);
    if (batched_) {
      for (size_t input = 0; input < graph_.inputs.size(); ++input) {
        const std::span<float> all = batched_->input(input);
        const size_t each = all.size() / batch_;
        pool_.run(used_, [&](size_t i, int) { dataset.fill(first + i, input, all.subspan(i * each, each)); });
      }
      batched_->forward(false, 0, static_cast<int32_t>(used_));
    } else {
      std::vector<Bytes> inputs;
      for (size_t input = 0; input < graph_.inputs.size(); ++input) {
        const Tensor& tensor = graph_[graph_.inputs[input]];
        std::vector<float> values(static_cast<size_t>(elements(tensor.shape)));
        dataset.fill(first, input, values);
        inputs.push_back(to_bytes(tensor, values));
      }
      single_->reset();
      single_->run(inputs);
    }
    visit(first, used_);
  }
}

std::span<const float> FloatRunner::values(TensorId id) const {
  const Tensor& tensor = graph_[id];
  if (tensor.is_constant() || tensor.dtype != DType::float32) return {};
  if (batched_) {
    const std::span<const float> all = batched_->activation(id);
    return all.first(all.size() / batch_ * used_);
  }
  const std::span<const uint8_t> bytes = single_->activation(id);
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

}  // namespace tinyml::quantize
