// SPDX-License-Identifier: Apache-2.0
#include "tinyml/codegen/codegen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "tests/codegen/generated_program.h"
#include "tests/codegen/random_net.h"
#include "tests/codegen/reference_run.h"

namespace tinyml::codegen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kInvokeAll = R"(
  static int8_t input[input_bytes];
  while (fread(input, 1, sizeof(input), in) == sizeof(input)) emit(invoke(input), output_bytes, out);
)";

std::vector<uint8_t> reference_all(const Graph& net, const std::vector<uint8_t>& inputs) {
  const auto bytes = static_cast<size_t>(net[net.inputs[0]].size_bytes());
  std::vector<uint8_t> outputs;
  for (size_t at = 0; at < inputs.size(); at += bytes) {
    const auto first = inputs.begin() + static_cast<std::ptrdiff_t>(at);
    const auto output = reference_run(net, {first, first + static_cast<std::ptrdiff_t>(bytes)});
    outputs.insert(outputs.end(), output.begin(), output.end());
  }
  return outputs;
}

class OnTheHost : public ::testing::TestWithParam<Core> {};

TEST_P(OnTheHost, ComputesTheBytesOfTheKernels) {
  const Graph net = small_net("small", 1 + static_cast<uint64_t>(GetParam()));
  const auto inputs = random_bytes(static_cast<size_t>(8 * net[net.inputs[0]].size_bytes()), 5);
  const auto expected = reference_all(net, inputs);
  EXPECT_GT(std::set<uint8_t>(expected.begin(), expected.end()).size(), 4u);
  for (bool input_in_arena : {false, true}) {
    GenerateOptions options;
    options.target.core = GetParam();
    options.input_in_arena = input_in_arena;
    const GeneratedProgram program(generate(net, std::nullopt, options));
    EXPECT_EQ(program.execute(kInvokeAll, inputs), expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Cores, OnTheHost,
                         ::testing::Values(Core::host, Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7,
                                           Core::xtensa_lx6),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST(Generate, TheSameBytesEveryTime) {
  const GeneratedModel a = generate(small_net("small", 1), std::nullopt);
  const GeneratedModel b = generate(small_net("small", 1), std::nullopt);
  EXPECT_EQ(a.header.text, b.header.text);
  EXPECT_EQ(a.source.text, b.source.text);
  EXPECT_NE(a.source.text, generate(small_net("small", 2), std::nullopt).source.text);
}

/// A refactor shows an empty difference; TINYML_UPDATE=1 writes the files anew.
TEST(Generate, Snapshot) {
  GenerateOptions options;
  options.command_line = "tinyml compile small --board arduino_nano33_ble";
  Mfe mfe;
  mfe.frame_samples = 64, mfe.hop_samples = 40, mfe.fft_size = 64, mfe.bands = 10;
  const GeneratedModel model = generate(small_net("small", 1), mfe, options);
  const std::filesystem::path folder = std::filesystem::path(TINYML_SOURCE_DIR) / "tests/codegen/snapshots";
  for (const SourceFile& file : {model.header, model.source}) {
    const auto path = folder / (file.name + ".txt");
    if (std::getenv("TINYML_UPDATE") != nullptr) write_text(path, file.text);
    EXPECT_EQ(read_text(path), file.text) << path;
  }
}

TEST(Generate, TellsWhatItCosts) {
  const GeneratedModel model = generate(small_net("small", 1), std::nullopt);
  ASSERT_EQ(model.layers.size(), 9u);
  EXPECT_EQ(model.layers[0].op, "conv_2d");
  EXPECT_EQ(model.layers[0].symbol, "layer_00_conv_2d");
  EXPECT_EQ(model.layers[0].macs, 6 * 5 * 8 * 12);
  int64_t tables = 0;
  for (const LayerInfo& layer : model.layers) tables += layer.table_bytes;
  EXPECT_EQ(model.table_bytes, tables);
  EXPECT_GE(model.arena_bytes, model.arena_lower_bound_bytes);
  EXPECT_EQ(model.state_bytes, 0);
}

TEST(Generate, QuotesWhatComesFromOutside) {
  Graph net = small_net("a\n#error injected \\", 1);
  GenerateOptions options;
  options.command_line = "tinyml compile \"\n#error injected\" \\";
  const GeneratedModel model = generate(net, std::nullopt, options);
  EXPECT_EQ(model.name, "a_error_injected");
  EXPECT_THAT(model.source.text, HasSubstr(R"("unknown \"\?\"")"));
  EXPECT_EQ(GeneratedProgram(model).compile({"g++"}), "");
}

TEST(Generate, RefusesWhatItCannotPrint) {
  const auto message = [](const Graph& net, const std::optional<Operator>& features,
                          const std::string& name) {
    GenerateOptions options;
    options.name = name;
    try {
      generate(net, features, options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const Graph net = small_net("small", 1);
  EXPECT_THAT(message(net, std::nullopt, "my model"), HasSubstr("my_model"));
  EXPECT_THAT(message(net, std::nullopt, "class"), HasSubstr("class_model"));
  EXPECT_THAT(message(net, std::nullopt, "string"), HasSubstr("string_model"));
  EXPECT_THAT(message(net, Operator(Mfe{}), ""), HasSubstr("40 features a frame"));
  EXPECT_THAT(message(net, Operator(Relu{}), ""), HasSubstr("no signal-processing front end"));
  Graph unlabelled = net;
  unlabelled.metadata["labels"] = R"(["yes"])";
  EXPECT_THAT(message(unlabelled, std::nullopt, ""), HasSubstr("JSON array of 4"));
  Graph two = net;
  two.outputs.push_back(two.nodes[0].outputs[0]);
  EXPECT_THAT(message(two, Operator(Mfe{}), ""), HasSubstr("2 outputs"));
}

TEST(Generate, CompilesAsEveryStandardFromCpp14) {
  const GeneratedProgram program(generate(
      small_net("small", 1), Mfe{.frame_samples = 64, .hop_samples = 40, .fft_size = 64, .bands = 10}));
  for (const char* compiler : {"g++", "clang++-14"}) {
    if (!find_program(compiler)) continue;
    for (const char* standard : {"c++14", "gnu++14", "c++17", "c++20"}) {
      EXPECT_EQ(program.compile({compiler, "-O2"}, standard), "") << compiler << " " << standard;
    }
  }
}

struct Cross {
  Core core;
  std::string prefix;
  std::vector<std::string> flags = {};
};

TEST(CrossCompiled, WithoutWarningsHeapOrLibm) {
  const std::string arm = "arm-none-eabi-";
  const Cross cores[] = {
      {Core::cortex_m0plus, arm, {"-mthumb", "-mcpu=cortex-m0plus"}},
      {Core::cortex_m4, arm, {"-mthumb", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"}},
      {Core::xtensa_lx6, "xtensa-lx106-elf-"},
  };
  Mfcc mfcc;
  mfcc.mfe.frame_samples = 64, mfcc.mfe.hop_samples = 40, mfcc.mfe.fft_size = 64, mfcc.mfe.bands = 12;
  for (const Cross& cross : cores) {
    if (!find_program(cross.prefix + "g++")) GTEST_SKIP() << "skipped: no " << cross.prefix << "g++";
    GenerateOptions options;
    options.target.core = cross.core;
    const GeneratedProgram program(generate(small_net("small", 1), mfcc, options));
    std::vector<std::string> command = {cross.prefix + "g++",
                                        "-Os",
                                        "-fno-rtti",
                                        "-fno-exceptions",
                                        "-fno-threadsafe-statics",
                                        "-ffunction-sections",
                                        "-fdata-sections"};
    command.insert(command.end(), cross.flags.begin(), cross.flags.end());
    EXPECT_EQ(program.compile(command), "");
    const std::string undefined =
        run_process({cross.prefix + "nm", "-u", (program.folder() / "model.o").string()}).output;
    for (const char* symbol :
         {"malloc", "_Znw", "_Zna", "exp", "log", "cos", "sin", "sqrt", "pow", "__aeabi_f", "__aeabi_d",
          "sf3", "df3", "ldivmod", "divdi3", "moddi3", "__aeabi_lmul", "__muldi3", "__cxa"}) {
      EXPECT_THAT(undefined, Not(HasSubstr(symbol)));
    }
    const std::string symbols =
        run_process({cross.prefix + "nm", (program.folder() / "model.o").string()}).output;
    for (const char* symbol : {"layer_00_conv_2d_", "layer_08_softmax", "features_mfcc"}) {
      EXPECT_THAT(symbols, HasSubstr(symbol));
    }
  }
}

}  // namespace
}  // namespace tinyml::codegen
