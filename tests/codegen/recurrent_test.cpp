// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "tests/codegen/generated_program.h"
#include "tests/codegen/random_net.h"
#include "tests/codegen/reference_run.h"
#include "tinyml/ops/streaming.h"

namespace tinyml::codegen {
namespace {

constexpr int32_t kSteps = 12;
constexpr const char* kInvokeAll = R"(
  static int8_t input[input_bytes];
  while (fread(input, 1, sizeof(input), in) == sizeof(input)) emit(invoke(input), output_bytes, out);
)";

std::vector<uint8_t> first(const std::vector<uint8_t>& bytes, size_t count) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// What the windowed nets of 1, 2, … steps answer to the beginnings of a sequence.
std::vector<uint8_t> answers_to_beginnings(const std::vector<uint8_t>& sequence) {
  std::vector<uint8_t> answers;
  for (int32_t steps = 1; steps <= kSteps; ++steps) {
    const auto answer =
        reference_run(recurrent_net("net", 3, steps), first(sequence, static_cast<size_t>(3 * steps)));
    answers.insert(answers.end(), answer.begin(), answer.end());
  }
  return answers;
}

class Recurrent : public ::testing::TestWithParam<Core> {};

TEST_P(Recurrent, WindowComputesTheBytesOfTheKernels) {
  const Graph net = recurrent_net("net", 3, kSteps);
  std::vector<uint8_t> inputs, expected;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const auto input = random_bytes(3 * kSteps, seed);
    const auto output = reference_run(net, input);
    inputs.insert(inputs.end(), input.begin(), input.end());
    expected.insert(expected.end(), output.begin(), output.end());
  }
  EXPECT_GT(std::set<uint8_t>(expected.begin(), expected.end()).size(), 8u);
  for (bool input_in_arena : {false, true}) {
    GenerateOptions options;
    options.target.core = GetParam();
    options.input_in_arena = input_in_arena;
    const GeneratedModel model = generate(net, std::nullopt, options);
    EXPECT_EQ(model.state_bytes, 0);
    EXPECT_EQ(GeneratedProgram(model).execute(kInvokeAll, inputs), expected);
  }
}

TEST_P(Recurrent, StepByStepComputesTheBytesOfTheWindow) {
  GenerateOptions options;
  options.target.core = GetParam();
  const GeneratedModel model =
      generate(ops::make_streaming(recurrent_net("net", 3, kSteps)), std::nullopt, options);
  EXPECT_EQ(model.state_bytes, 32 + 24);
  const auto sequence = random_bytes(3 * kSteps, 7);
  auto expected = answers_to_beginnings(sequence);
  const auto once = expected;
  expected.insert(expected.end(), once.begin(), once.end());
  const std::string twice = R"(
  static int8_t input[input_bytes];
  for (int round = 0; round < 2; ++round, rewind(in), reset()) {
    while (fread(input, 1, sizeof(input), in) == sizeof(input)) emit(invoke(input), output_bytes, out);
  }
)";
  EXPECT_EQ(GeneratedProgram(model).execute(twice, sequence), expected);
}

INSTANTIATE_TEST_SUITE_P(Cores, Recurrent,
                         ::testing::Values(Core::host, Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7,
                                           Core::xtensa_lx6),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST(Recurrent, CompilesFromCpp14OnWithoutWarnings) {
  const GeneratedProgram program(
      generate(ops::make_streaming(recurrent_net("net", 3, kSteps)), std::nullopt));
  for (const char* compiler : {"g++", "clang++-14"}) {
    if (!find_program(compiler)) continue;
    EXPECT_EQ(program.compile({compiler, "-O2"}), "") << compiler;
  }
}

TEST(Recurrent, PushesAnswerThroughAFrontEnd) {
  const Graph net = ops::make_streaming(recurrent_net("net", 3, kSteps));
  Raw raw;
  raw.frame.channels = 3;
  raw.frame.rate_hz = 50;
  raw.frame.unit = {1, 1, 1};
  raw.offset = {0, 0, 0};
  raw.scale = {1, 1, 1};
  const GeneratedModel model = generate(net, raw);
  const auto sequence = random_bytes(3 * kSteps, 7);
  std::vector<uint8_t> samples;
  for (const uint8_t byte : sequence) {
    samples.push_back(byte);
    samples.push_back(byte & 0x80 ? 0xff : 0);
  }
  const std::string body = R"(
  static int16_t hop[hop_samples];
  reset();
  while (fread(hop, sizeof(hop), 1, in) == 1) {
    push(hop);
    emit(classify(), output_bytes, out);
  }
)";
  EXPECT_EQ(GeneratedProgram(model).execute(body, samples), answers_to_beginnings(sequence));
  try {
    Graph window = recurrent_net("net", 3, kSteps);
    std::get<Lstm>(window.nodes[1].op).stateful = true;
    generate(window, raw);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "a net with state takes one frame at a time, not 12: make it streaming first");
  }
}

TEST(Streaming, RefusesLayersThatNeedMoreThanTheNewestStep) {
  const auto message = [](const Graph& net) {
    try {
      ops::make_streaming(net);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message(small_net("small", 1)),
            "layer 0 (conv_2d) cannot answer step by step: it takes several steps at once; take lstm or gru");
  RandomNet flat("flat", 1);
  const TensorId x = flat.lstm(flat.reshape(flat.input({1, 5, 2, 1}), {1, 5, 2}), 4);
  EXPECT_EQ(message(flat.finish(flat.dense(flat.flatten(x), 3))),
            "layer 2 (reshape) cannot answer step by step: it takes several steps at once; take lstm or gru");
  RandomNet dense("dense", 1);
  EXPECT_EQ(message(dense.finish(dense.reshape(dense.input({1, 5, 2, 1}), {1, 5, 2}))),
            "streaming needs a recurrent layer (lstm or gru)");
}

}  // namespace
}  // namespace tinyml::codegen
