// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/classifier_net.h"

#include <algorithm>

#include "tinyml/quantize/post_training.h"
#include "tinyml/run/engine.h"
#include "tinyml/run/float_engine.h"

namespace tinyml::project {

void to_float(std::span<const int8_t> features, const Quantization& quantization, std::span<float> values) {
  TINYML_CHECK(features.size() == values.size());
  const int32_t zero = quantization.zero_point();
  const float scale = quantization.scale();
  for (size_t i = 0; i < features.size(); ++i) values[i] = static_cast<float>(features[i] - zero) * scale;
}

Graph with_scores(const Graph& logits, const std::vector<int32_t>& label_of_class, int32_t labels) {
  Graph graph = logits;
  const auto classes = static_cast<int32_t>(label_of_class.size());
  const TensorId probabilities = graph.add({"probabilities", DType::float32, {1, classes}, {}, nullptr});
  graph.nodes.push_back({Softmax{}, {graph.outputs[0]}, {probabilities}});
  TensorId output = probabilities;
  if (classes != labels) {
    std::vector<float> ones(static_cast<size_t>(labels) * static_cast<size_t>(classes));
    for (size_t c = 0; c < label_of_class.size(); ++c) {
      ones[static_cast<size_t>(label_of_class[c]) * label_of_class.size() + c] = 1;
    }
    const TensorId weights =
        graph.add({"sum_of_classes", DType::float32, {labels, classes}, {}, to_constant<float>(ones)});
    output = graph.add({"scores", DType::float32, {1, labels}, {}, nullptr});
    graph.nodes.push_back({FullyConnected{}, {probabilities, weights, kNoTensor}, {output}});
  }
  graph.outputs = {output};
  verify(graph);
  return graph;
}

Graph quantize_classifier(const Graph& net, size_t count, const quantize::FillInput& fill,
                          quantize::Calibration calibration, const Quantization& input, ThreadPool& pool) {
  constexpr size_t kRepresentative = 512;
  const size_t used = std::min(count, kRepresentative);
  const auto spread = [&](size_t i, std::span<float> values) { fill(i * count / used, values); };
  std::vector<quantize::Range> ranges = quantize::calibrate(net, used, spread, {calibration}, pool);
  ranges[static_cast<size_t>(net.outputs[0])] = {0, 255.0f / 256};
  return quantize::quantize(net, ranges, {input});
}

std::vector<double> balanced_weights(const std::vector<int32_t>& class_of_example, size_t classes) {
  std::vector<double> counts(classes);
  for (const int32_t c : class_of_example) ++counts[static_cast<size_t>(c)];
  const auto present = std::count_if(counts.begin(), counts.end(), [](double n) { return n > 0; });
  std::vector<double> weights(counts.size(), 1);
  for (size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    weights[c] = static_cast<double>(class_of_example.size()) / (static_cast<double>(present) * counts[c]);
  }
  return weights;
}

std::vector<float> dequantize_scores(const Graph& net, std::span<const int8_t> output) {
  const Quantization& q = net[net.outputs.at(0)].quantization;
  std::vector<float> scores;
  for (const int8_t value : output) scores.push_back(q.scale() * static_cast<float>(value - q.zero_point()));
  return scores;
}

std::vector<std::vector<float>> scores_of(const ClassifierModel& model,
                                          const std::vector<std::vector<int8_t>>& features,
                                          Precision precision, ThreadPool& pool) {
  std::vector<std::vector<float>> scores(features.size());
  const Quantization& quantization = model.int8_net[model.int8_net.inputs.at(0)].quantization;
  if (precision == Precision::float32) {
    run::FloatEngine engine(model.float_net, 1, pool);
    for (size_t i = 0; i < features.size(); ++i) {
      to_float(features[i], quantization, engine.input());
      engine.forward(false, 0, 1);
      scores[i].assign(engine.output().begin(), engine.output().end());
    }
    return scores;
  }
  const auto threads = static_cast<size_t>(pool.threads());
  pool.run(threads, [&](size_t part, int) {
    run::Engine engine(model.int8_net);
    for (size_t i = part; i < features.size(); i += threads) {
      scores[i] = dequantize_scores(model.int8_net, engine.run(features[i]));
    }
  });
  return scores;
}

train::Confusion confusion_of(const std::vector<std::string>& labels, const std::vector<int32_t>& truth,
                              const std::vector<std::vector<float>>& scores) {
  TINYML_CHECK(truth.size() == scores.size());
  train::Confusion confusion(labels);
  for (size_t i = 0; i < truth.size(); ++i) {
    const auto best = std::max_element(scores[i].begin(), scores[i].end()) - scores[i].begin();
    confusion.add(truth[i], static_cast<int>(best));
  }
  return confusion;
}

Prediction prediction_of(const std::vector<std::string>& labels, const std::vector<float>& scores) {
  const auto best = static_cast<size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
  return {labels.at(best), scores[best], {scores.begin(), scores.end()}};
}

}  // namespace tinyml::project
