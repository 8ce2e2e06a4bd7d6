// SPDX-License-Identifier: Apache-2.0
// Quantized recurrent nets answer the same bytes from memory, from their .tflite file and in TensorFlow Lite
// Micro.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/oracle/oracle.h"
#include "tinyml/base/random.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/quantize/post_training.h"
#include "tinyml/run/engine.h"
#include "tinyml/run/float_engine.h"
#include "tinyml/train/architectures.h"

namespace tinyml::quantize {
namespace {

struct Net {
  const char* architecture;
  int32_t steps, features;
  train::NetSize size;
  float loudness;  // of the weights, beside the initial ones
};

std::ostream& operator<<(std::ostream& out, const Net& net) {
  return out << net.architecture << " " << net.steps << "x" << net.features << ", " << net.size.depth
             << " layers of " << net.size.width << ", weights x" << net.loudness;
}

/// Waves whose channels differ in offset and loudness as those of raw sensors do.
void waves(size_t index, int32_t features, std::span<float> input) {
  Random random = Random(12).fork(index);
  const double pace = random.uniform(0.05, 0.9), level = random.uniform(0.1, 2.5);
  for (size_t i = 0; i < input.size(); ++i) {
    const auto channel = static_cast<double>(i % static_cast<size_t>(features));
    const auto step = static_cast<double>(i / static_cast<size_t>(features));
    input[i] = static_cast<float>(level * std::sin(pace * step + channel) + 0.3 * random.normal() +
                                  0.2 * channel - 0.4);
  }
}

/// A float net with weights as large as training makes them, and a softmax.
Graph float_net(const Net& shape, uint64_t seed) {
  Graph net =
      train::build_architecture(shape.architecture, {1, shape.steps, shape.features, 1}, 5, seed, shape.size);
  Random random = Random(seed).fork(1);
  for (Tensor& tensor : net.tensors) {
    if (!tensor.is_constant() || tensor.dtype != DType::float32) continue;
    const auto values = tensor.values<float>();
    std::vector<float> louder(values.begin(), values.end());
    const double spread = tensor.shape.size() == 1 ? 0.3 : 0;
    for (float& value : louder) {
      value = static_cast<float>(shape.loudness * value + spread * random.normal());
    }
    tensor.data = to_constant<float>(louder);
  }
  const TensorId logits = net.outputs[0];
  Tensor scores{"scores", DType::float32, net[logits].shape, {}, nullptr};
  net.outputs = {net.add(std::move(scores))};
  net.nodes.push_back({Softmax{}, {logits}, net.outputs});
  return fold_for_inference(net);
}

/// Every other seed with the input's parameters fixed, as a front end of standardised values fixes them.
Graph int8_net(const Net& shape, uint64_t seed) {
  const Graph net = float_net(shape, seed);
  ThreadPool pool(1);
  const auto fill = [&](size_t i, std::span<float> input) { waves(i, shape.features, input); };
  const Calibration method = seed % 3 ? Calibration::percentile : Calibration::min_max;
  const std::vector<Range> ranges = calibrate(net, 24, fill, {method}, pool);
  return seed % 2 ? quantize(net, ranges) : quantize(net, ranges, {Quantization{{1.0f / 32}, {-3}, 0}});
}

/// Waves and noise of all int8 values in turn.
std::vector<Bytes> windows(const Net& shape, const Graph& net, uint64_t seed, size_t count) {
  const Quantization in = net[net.inputs[0]].quantization;
  std::vector<Bytes> inputs(count);
  std::vector<float> values(static_cast<size_t>(shape.steps * shape.features));
  for (size_t k = 0; k < count; ++k) {
    Random random = Random(seed).fork(k);
    waves(1000 + k, shape.features, values);
    for (const float value : values) {
      const float steps = std::round(value / in.scale()) + static_cast<float>(in.zero_point());
      const auto wave = static_cast<int8_t>(std::clamp(steps, -128.0f, 127.0f));
      inputs[k].push_back(static_cast<uint8_t>(k % 2 ? random.next() : static_cast<uint64_t>(wave)));
    }
  }
  return inputs;
}

const std::vector<Net> kLstms = {{"lstm", 12, 3, {8, 1}, 1},
                                 {"lstm", 40, 6, {24, 1}, 2},
                                 {"lstm", 30, 6, {16, 2}, 3},
                                 {"lstm", 75, 9, {40, 1}, 1.5f}};
const std::vector<Net> kGrus = {{"gru", 12, 3, {8, 1}, 1}, {"gru", 20, 6, {16, 2}, 2}};

class QuantizedRecurrent : public testing::TestWithParam<Net> {};

// Trained nets answer each window anew; so must what others make of the file.
TEST_P(QuantizedRecurrent, FileAnswersWindowAfterWindowAsTheNetInMemory) {
  const Net& shape = GetParam();
  std::set<uint8_t> values;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    const Graph net = int8_net(shape, seed);
    const Bytes file = formats::write_tflite(net);
    const Graph read = formats::read_tflite(file);
    EXPECT_EQ(formats::write_tflite(read), file);
    run::Engine in_memory(net), from_file(read);
    for (const Bytes& input : windows(shape, net, seed, 40)) {
      const Bytes answer = in_memory.run({input})[0];
      values.insert(answer.begin(), answer.end());
      ASSERT_EQ(from_file.run({input})[0], answer);
    }
  }
  EXPECT_GT(values.size(), 60u);
}

TEST_P(QuantizedRecurrent, TensorFlowLiteMicroAnswersWindowAfterWindowAsTheNetInMemory) {
  TINYML_NEEDS_ORACLE("tflite_micro");
  const Net& shape = GetParam();
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    const Graph net = int8_net(shape, seed);
    const std::vector<Bytes> inputs = windows(shape, net, seed, 20);
    const std::vector<Bytes> answers = oracle::run_tflite_micro(formats::write_tflite(net), inputs);
    run::Engine engine(net);
    for (size_t i = 0; i < inputs.size(); ++i) ASSERT_EQ(engine.run({inputs[i]})[0], answers[i]) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Lstms, QuantizedRecurrent, testing::ValuesIn(kLstms));
INSTANTIATE_TEST_SUITE_P(Grus, QuantizedRecurrent, testing::ValuesIn(kGrus));

}  // namespace
}  // namespace tinyml::quantize
