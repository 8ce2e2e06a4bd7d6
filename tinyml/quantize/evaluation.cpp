// SPDX-License-Identifier: Apache-2.0
#include "tinyml/quantize/evaluation.h"

#include <algorithm>

#include "tinyml/base/progress.h"
#include "tinyml/quantize/float_runner.h"
#include "tinyml/quantize/report.h"

namespace tinyml::quantize {
namespace {

int32_t best(std::span<const float> values) {
  return static_cast<int32_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

}  // namespace

double Evaluation::Score::sqnr_db() const { return decibels(signal, noise); }

Evaluation::Evaluation(const Graph& reference, const Dataset& dataset, ThreadPool& pool)
    : dataset_(dataset), pool_(pool), answers_(dataset.count) {
  FloatRunner runner(reference, pool);
  size_t right = 0;
  runner.run(dataset, [&](size_t first, size_t used) {
    for (const TensorId id : reference.outputs) {
      const std::span<const float> all = runner.values(id);
      const size_t each = all.size() / used;
      for (size_t i = 0; i < used; ++i) {
        const std::span<const float> own = all.subspan(i * each, each);
        answers_[first + i].emplace_back(own.begin(), own.end());
      }
    }
  });
  for (size_t i = 0; i < dataset.count && !dataset.classes.empty(); ++i) {
    right += best(answer(i)) == dataset.classes[i];
  }
  reference_accuracy_ = static_cast<double>(right) / static_cast<double>(std::max<size_t>(1, dataset.count));
}

Evaluation::Score Evaluation::score(const Graph& graph) const {
  std::vector<Score> parts(dataset_.count);
  const auto threads = static_cast<size_t>(pool_.threads());
  pool_.run(threads, [&](size_t part, int) {
    run::Engine engine(graph);
    for (size_t i = part; i < dataset_.count; i += threads) {
      check_interrupt();
      std::vector<Bytes> inputs;
      for (size_t input = 0; input < graph.inputs.size(); ++input) {
        const Tensor& tensor = graph[graph.inputs[input]];
        std::vector<float> values(static_cast<size_t>(elements(tensor.shape)));
        dataset_.fill(i, input, values);
        inputs.push_back(to_bytes(tensor, values));
      }
      engine.reset();
      const std::vector<Bytes> outputs = engine.run(inputs);
      for (size_t k = 0; k < outputs.size(); ++k) {
        const std::vector<float>& exact = answers_[i][k];
        std::vector<float> values(exact.size());
        if (exact.empty()) continue;
        to_real(graph[graph.outputs[k]], outputs[k], values);
        for (size_t j = 0; j < exact.size(); ++j) {
          const double error = static_cast<double>(values[j]) - static_cast<double>(exact[j]);
          parts[i].signal += static_cast<double>(exact[j]) * static_cast<double>(exact[j]);
          parts[i].noise += error * error;
        }
        if (k == 0 && !dataset_.classes.empty()) parts[i].accuracy = best(values) == dataset_.classes[i];
      }
    }
  });
  Score sum;
  for (const Score& part : parts) {
    sum.signal += part.signal;
    sum.noise += part.noise;
    sum.accuracy += part.accuracy / static_cast<double>(parts.size());
  }
  return sum;
}

}  // namespace tinyml::quantize
