// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/emulate/toy_model.h"
#include "tinyml/base/error.h"
#include "tinyml/emulate/emulator.h"
#include "tinyml/emulate/layer_name.h"
#include "tinyml/emulate/memory_report.h"

namespace tinyml::emulate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kSizes = "constexpr int32_t input_bytes = 2, output_bytes = 3;";
constexpr const char* kAdder = R"(
static int8_t output[3];
const int8_t* invoke(const int8_t* input) {
  output[0] = input[0];
  output[1] = input[1];
  output[2] = static_cast<int8_t>(input[0] + input[1]);
  return output;
})";

TEST(RunElf, AnswersEveryRecordOnEveryCore) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4, Core::xtensa_lx6);
  const ToyModel toy(kSizes, kAdder);
  const std::vector<Bytes> records{{1, 2}, {100, 100}, {0xFF, 2}};
  for (const Core core : {Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7, Core::xtensa_lx6}) {
    const auto elf = toy.build(core);
    for (const bool count : {false, true}) {
      const RunResult result = run_elf({.elf = elf, .core = core, .records = records, .count = count});
      EXPECT_THAT(result.output, ElementsAre(1, 2, 3, 100, 100, 200, 0xFF, 2, 1));
      EXPECT_EQ(result.net.instructions > 0, count);
      EXPECT_EQ(result.elf_sha256.size(), 64u);
    }
  }
}

TEST(RunElf, InitialisedObjectsHaveTheirValues) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4, Core::xtensa_lx6);
  const ToyModel toy("constexpr int32_t input_bytes = 1, output_bytes = 4;", R"(
struct Made { int8_t value; explicit Made(const int8_t* from) : value(static_cast<int8_t>(*from + 1)) {} };
int8_t seven = 7;
alignas(16) int8_t wide[20] = {1, 2, 3};
Made made(&seven);
static int8_t output[4];
const int8_t* invoke(const int8_t* input) {
  output[0] = static_cast<int8_t>(input[0] + made.value);
  output[1] = seven;
  output[2] = wide[2]++;
  output[3] = wide[19]++;
  return output;
})");
  for (const Core core : {Core::cortex_m0plus, Core::cortex_m4, Core::cortex_m7, Core::xtensa_lx6}) {
    SCOPED_TRACE(name_of(core));
    const std::vector<Bytes> records{{1}, {2}};
    const RunResult result = run_elf({.elf = toy.build(core), .core = core, .records = records});
    EXPECT_THAT(result.output, ElementsAre(9, 7, 3, 0, 10, 7, 4, 1));
  }
}

TEST(RunElf, StreamsHopsAndCountsTheLastPush) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  const ToyModel toy(R"(
constexpr int32_t input_bytes = 4, output_bytes = 4, hop_samples = 2;
void reset();
void push(const int16_t* hop);
const int8_t* classify();)",
                     R"(
static int32_t sum, result;
void reset() { sum = 0; }
void push(const int16_t* hop) { sum += hop[0] - 2 * hop[1]; }
const int8_t* invoke(const int8_t* input) { memcpy(&result, input, 4); return reinterpret_cast<int8_t*>(&result); }
const int8_t* classify() { return invoke(reinterpret_cast<int8_t*>(&sum)); })",
                     true);
  const Bytes record{1, 0, 2, 0, 10, 0, 20, 0, 0, 1, 0, 0};  // 1, 2, 10, 20, 256, 0
  const std::vector<Bytes> records{record, record};
  const RunResult result = run_elf(
      {.elf = toy.build(Core::cortex_m4), .core = Core::cortex_m4, .feed = Feed::stream, .records = records});
  EXPECT_THAT(result.output, ElementsAre(223, 0, 0, 0, 223, 0, 0, 0));  // -3 - 30 + 256
  EXPECT_GT(result.features.instructions, 4);
  EXPECT_LT(result.features.instructions, 20);
  EXPECT_GT(result.net.instructions, 4);

  const std::vector<Bytes> odd{{1, 0, 2}};
  EXPECT_THROW(run_elf({.elf = toy.build(Core::cortex_m4), .feed = Feed::stream, .records = odd}), Error);
}

TEST(RunElf, RunsTheHostsOwnProgramUncounted) {
  const std::vector<Bytes> records{{1, 2}, {100, 100}, {0xFF, 2}}, wrong{{1, 2, 3}};
  const ToyModel toy(kSizes, kAdder);
  const auto program = toy.build(Core::host);
  const RunResult result = run_elf({.elf = program, .core = Core::host, .records = records, .count = false});
  EXPECT_THAT(result.output, ElementsAre(1, 2, 3, 100, 100, 200, 0xFF, 2, 1));
  EXPECT_THROW(run_elf({.elf = program, .core = Core::host, .records = records}), Error);
  EXPECT_THROW(run_elf({.elf = program, .core = Core::host, .records = wrong, .count = false}), Error);
}

TEST(RunElf, MeasuresTheStack) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  const auto stack_with = [](int bytes) {
    const ToyModel toy(kSizes,
                       "static int8_t output[3];\nconst int8_t* invoke(const int8_t* input) {\n"
                       "  volatile int8_t big[" +
                           std::to_string(bytes) + "];\n  for (int i = 0; i < " + std::to_string(bytes) +
                           "; ++i) big[i] = input[0];\n  output[0] = big[1];\n  return output;\n}\n");
    const std::vector<Bytes> records{{1, 2}};
    return run_elf({.elf = toy.build(Core::cortex_m4), .records = records}).stack_bytes;
  };
  EXPECT_EQ(stack_with(2000) - stack_with(1000), 1000);
  EXPECT_LT(stack_with(1000), 1040);
  EXPECT_THROW(stack_with(70000), Error);
}

TEST(RunElf, SaysWhatWentWrong) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4, Core::xtensa_lx6);
  const auto message = [](const RunRequest& request) -> std::string {
    try {
      run_elf(request);
    } catch (const Error& error) {
      return error.what();
    }
    return "it ran";
  };
  const ToyModel toy(kSizes, kAdder);
  const auto elf = toy.build(Core::cortex_m4);
  const std::vector<Bytes> wrong{{1, 2, 3}}, uneven{{1, 2}, {1}}, good{{1, 2}};
  EXPECT_EQ(message({.elf = elf, .records = wrong}),
            "emulating cortex_m4.elf: a record is not the inputs' bytes");
  EXPECT_EQ(message({.elf = elf, .records = uneven}), "record 1 has 1 bytes, the first 2");
  EXPECT_EQ(message({.elf = elf, .records = {}}), "nothing to run: no records");
  EXPECT_EQ(message({.elf = elf, .feed = Feed::stream, .records = good}),
            "emulating cortex_m4.elf: the model has no front end");
  EXPECT_EQ(message({.elf = elf, .core = Core::rv32imc, .records = good}),
            "no emulated machine is set up for rv32imc");
  EXPECT_EQ(message({.elf = elf, .core = Core::xtensa_lx6, .records = good}),
            "cortex_m4.elf: is not a program for xtensa_lx6");

  const ToyModel faulty(kSizes,
                        "const int8_t* invoke(const int8_t*) { __asm__ volatile(\"udf #0\"); return 0; }");
  EXPECT_EQ(message({.elf = faulty.build(Core::cortex_m4), .records = good}),
            "emulating cortex_m4.elf: the program stopped with a fault");
  const ToyModel illegal(kSizes,
                         "const int8_t* invoke(const int8_t*) { __asm__ volatile(\"ill\"); return 0; }");
  EXPECT_EQ(message({.elf = illegal.build(Core::xtensa_lx6), .core = Core::xtensa_lx6, .records = good}),
            "emulating xtensa_lx6.elf: the program stopped with a fault");
}

/// Whether `instructions`, as halfwords, run to their end on `core`.
bool runs(Core core, const std::string& instructions) {
  const ToyModel toy(kSizes,
                     "alignas(4) static uint8_t output[4];\nconst int8_t* invoke(const int8_t*) {\n"
                     "  register const void* at __asm__(\"r0\") = output + 1;\n"
                     "  __asm__ volatile(\".hword " +
                         instructions +
                         "\" : \"+r\"(at) : : \"r1\", \"memory\");\n"
                         "  return reinterpret_cast<const int8_t*>(output);\n}\n");
  const std::vector<Bytes> records{{1, 2}};
  try {
    run_elf({.elf = toy.build(core), .core = core, .records = records});
    return true;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the program stopped with a fault"));
    return false;
  }
}

TEST(RunElf, CortexM0PlusFaultsWhereTheChipWould) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  const std::string aligned = "0x7801", unaligned = "0x6801";         // ldrb, ldr r1, [r0]
  const std::string movw = "0xF240, 0x0105", clz = "0xFAB0, 0xF180";  // Armv7-M
  const std::string smlad = "0xFB20, 0x1100";                         // Armv7E-M
  EXPECT_TRUE(runs(Core::cortex_m4, unaligned + "," + movw + "," + clz + "," + smlad));
  EXPECT_TRUE(runs(Core::cortex_m0plus, aligned));
  for (const std::string& code : {unaligned, movw, clz, smlad}) {
    EXPECT_FALSE(runs(Core::cortex_m0plus, code)) << code;
  }
}

TEST(BuildFirmware, NamesTheFirstCompilerError) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  const ToyModel broken(kSizes, "const int8_t* invoke(const int8_t*) { return nonsense; }");
  try {
    broken.build(Core::cortex_m4);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("compiling toy.cpp: "));
    EXPECT_THAT(error.what(), HasSubstr("'nonsense' was not declared"));
  }
}

TEST(MemoryReport, SeparatesModelFromHarness) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  const ToyModel toy(kSizes, R"(
alignas(4) static const int8_t layer_07_weights[1000] = {1, 2, 3};
static int8_t arena[512];
static int32_t counter = 5;
__attribute__((noinline)) static void layer_07_conv(const int8_t* input) {
  for (int i = 0; i < 512; ++i) arena[i] = layer_07_weights[i + input[0]];
}
const int8_t* invoke(const int8_t* input) { ++counter; layer_07_conv(input); return arena; })");
  const auto elf = toy.build(Core::cortex_m4);
  const MemoryReport report = report_memory(elf);
  EXPECT_EQ(report.bss_bytes, 512);
  EXPECT_EQ(report.data_bytes, 4);
  EXPECT_EQ(report.table_bytes, 1000);
  EXPECT_EQ(report.static_ram_bytes, 516);
  EXPECT_EQ(report.flash_bytes, report.code_bytes + 1000 + 4);
  EXPECT_GT(report.code_bytes, 20);
  EXPECT_LT(report.code_bytes, 200);
  EXPECT_GT(report.harness_bytes, 500);
  ASSERT_EQ(report.layers.size(), 1u);
  EXPECT_EQ(report.layers[0].name, "layer_07_conv");
  EXPECT_EQ(report.layers[0].table_bytes, 1000);
  EXPECT_GT(report.layers[0].code_bytes, 10);
}

TEST(LayerName, ReadsPlainAndMangledSymbols) {
  const auto name = [](const char* symbol) {
    const auto layer = layer_of_symbol(symbol);
    return layer ? layer->name : "none";
  };
  EXPECT_EQ(name("layer_03_conv_2d"), "layer_03_conv_2d");
  EXPECT_EQ(name("layer_03_conv_2d.constprop.0"), "layer_03_conv_2d");
  EXPECT_EQ(name("_ZN3kwsL16layer_03_conv_2dEv"), "layer_03_conv_2d");
  EXPECT_EQ(name("_ZN3kws12_GLOBAL__N_1L16layer_03_conv_2dEPKa"), "layer_03_conv_2d");
  EXPECT_EQ(name("_ZN4kws212_GLOBAL__N_116layer_03_conv_2dEPKa"), "layer_03_conv_2d");
  EXPECT_EQ(name("_ZZN3kwsL16layer_03_conv_2dEvE7weights"), "layer_03_conv_2d");
  EXPECT_EQ(name("_ZN3kwsL20layer_12_multipliersE"), "layer_12_multipliers");
  EXPECT_EQ(layer_of_symbol("_ZN3kwsL20layer_12_multipliersE")->number, 12);
  for (const char* other : {"", "_Z", "_ZN", "_ZN99999999999x", "layer_", "layer_1", "layer_x_y",
                            "player_1_x", "_ZN3kws6invokeEPKa", "_ZN6tinyml6device7conv_2dE"}) {
    EXPECT_EQ(name(other), "none") << other;
  }
}

}  // namespace
}  // namespace tinyml::emulate
