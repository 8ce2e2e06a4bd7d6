// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>

#include "tests/emulate/toy_model.h"
#include "tinyml/base/random.h"
#include "tinyml/emulate/emulator.h"

namespace tinyml::emulate {
namespace {

constexpr const char* kSizes = "constexpr int32_t input_bytes = 4, output_bytes = 4;";

/// invoke() that calls layer_00_body, which is `assembly`.
std::string with_body(const std::string& assembly) {
  return "extern \"C\" void layer_00_body();\n__asm__(\".section .text.body,\\\"ax\\\"\\n.align 4\\n"
         ".global layer_00_body\\n.type layer_00_body,@function\\nlayer_00_body:\\n" +
         assembly +
         "\\n.size layer_00_body, . - layer_00_body\\n.text\");\n"
         "static int8_t output[4];\n"
         "const int8_t* invoke(const int8_t* input) { layer_00_body(); memcpy(output, input, 4); return "
         "output; }\n";
}

void expect_layer(const std::string& assembly, int64_t instructions, int64_t cycles) {
  const ToyModel toy(kSizes, with_body(assembly));
  const std::vector<Bytes> records{{1, 2, 3, 4}};
  const RunResult result =
      run_elf({.elf = toy.build(Core::xtensa_lx6), .core = Core::xtensa_lx6, .records = records});
  ASSERT_EQ(result.net.layers.size(), 2u);
  EXPECT_EQ(result.net.layers[0].name, "layer_00_body");
  EXPECT_EQ(result.net.layers[0].instructions, instructions);
  EXPECT_EQ(result.net.layers[0].cycles, cycles);
  EXPECT_EQ(result.output, records[0]);
}

TEST(CountXtensa, LoopOfKnownLengthIsExact) {
  SKIP_WITHOUT_TOOLS(Core::xtensa_lx6);
  expect_layer("movi a2, 100\\n1: addi a2, a2, -1\\n bnez a2, 1b\\n ret", 202, 202 + 3 * 99 + 3);
}

TEST(CountXtensa, MillionsAreExactToo) {
  SKIP_WITHOUT_TOOLS(Core::xtensa_lx6);
  expect_layer("movi a2, 1\\n slli a2, a2, 22\\n1: addi a2, a2, -1\\n bnez a2, 1b\\n ret", 2 * (1 << 22) + 3,
               5 * (1 << 22) + 3);
}

TEST(CountXtensa, UsesOfLoadsAndProductsWait) {
  SKIP_WITHOUT_TOOLS(Core::xtensa_lx6);
  expect_layer("l32i a3, a1, 0\\n add a4, a3, a3\\n ret", 3, 3 + 2 + 3);
  expect_layer("l32i a3, a1, 0\\n movi a5, 1\\n add a4, a3, a3\\n ret", 4, 4 + 1 + 3);
  expect_layer("l32i a3, a1, 0\\n movi a5, 1\\n movi a5, 2\\n add a4, a3, a3\\n ret", 5, 5 + 3);
  expect_layer("l8ui a3, a1, 0\\n l16si a4, a1, 0\\n add a4, a3, a4\\n ret", 4, 4 + 2 + 3);
  expect_layer("mull a3, a1, a1\\n mul16s a4, a3, a1\\n slli a4, a4, 2\\n ret", 4, 4 + 2 + 2 + 3);
  expect_layer("addi a2, a1, -16\\n l32i a3, a1, 0\\n s8i a3, a2, 0\\n ret", 4, 4 + 2 + 3);
  expect_layer("l32i a3, a1, 0\\n extui a4, a3, 0, 8\\n addi a3, a3, 1\\n ret", 4, 4 + 2 + 3);
  expect_layer("l32i a3, a1, 0\\n movi a3, 1\\n ssl a1\\n sra a4, a1\\n ret", 5, 5 + 3);
}

TEST(CountXtensa, WaitsAcrossTranslationBlocks) {
  SKIP_WITHOUT_TOOLS(Core::xtensa_lx6);
  expect_layer("l32i a3, a1, 0\\n bne a1, a1, 1f\\n1: add a4, a3, a3\\n ret", 4, 4 + 1 + 3);
  // QEMU cuts blocks at 512 instructions and at pages.
  expect_layer(".rept 1200\\n l32i a3, a1, 0\\n add a4, a3, a3\\n .endr\\n ret", 2401, 4 * 1200 + 1 + 3);
  expect_layer(".rept 1200\\n mull a3, a1, a1\\n or a5, a1, a1\\n add a4, a3, a3\\n .endr\\n ret", 3601,
               4 * 1200 + 1 + 3);
}

TEST(CountXtensa, AgreesWithTheEmulatedCycleCounter) {
  SKIP_WITHOUT_TOOLS(Core::xtensa_lx6);
  // CCOUNT runs at 40 MHz and an instruction takes 1 ns: 25 instructions a tick.
  const ToyModel toy(kSizes, R"(
extern "C" void layer_00_loop(int);
__asm__(".section .text.loop,\"ax\"\n.align 4\n.type layer_00_loop,@function\nlayer_00_loop:\n"
        "1: addi a2, a2, -1\n bnez a2, 1b\n ret\n.size layer_00_loop, . - layer_00_loop\n.text");
static int32_t counter() {
  int32_t value;
  __asm__ volatile("rsr %0, ccount" : "=r"(value));
  return value;
}
static int32_t ticks;
const int8_t* invoke(const int8_t*) {
  const int32_t before = counter();
  layer_00_loop(2000000);
  ticks = counter() - before;
  return reinterpret_cast<const int8_t*>(&ticks);
})");
  const std::vector<Bytes> records{{0, 0, 0, 0}};
  const RunResult result =
      run_elf({.elf = toy.build(Core::xtensa_lx6), .core = Core::xtensa_lx6, .records = records});
  ASSERT_EQ(result.output.size(), 4u);
  int32_t ticks;
  std::memcpy(&ticks, result.output.data(), 4);
  EXPECT_EQ(result.net.layers[0].instructions, 4'000'001);
  EXPECT_NEAR(25.0 * ticks, 4'000'001, 75);
}

/// The arithmetic of xtensa_runtime.cpp on pairs of 64-bit operands, against this machine's.
struct Pair {
  int64_t a, b;
};

TEST(XtensaRuntime, DividesAndMultipliesAsTheHost) {
  SKIP_WITHOUT_TOOLS(Core::xtensa_lx6);
  const ToyModel toy("constexpr int32_t input_bytes = 16, output_bytes = 56;", R"(
alignas(8) static int64_t out[7];
const int8_t* invoke(const int8_t* input) {
  int64_t a, b;
  memcpy(&a, input, 8);
  memcpy(&b, input + 8, 8);
  const uint64_t ua = static_cast<uint64_t>(a), ub = static_cast<uint64_t>(b);
  const int32_t a32 = static_cast<int32_t>(a), b32 = static_cast<int32_t>(b);
  const uint32_t ua32 = static_cast<uint32_t>(a), ub32 = static_cast<uint32_t>(b);
  out[0] = static_cast<int64_t>(ua * ub);
  out[1] = static_cast<int64_t>(ua / ub);
  out[2] = static_cast<int64_t>(ua % ub);
  out[3] = a / b;
  out[4] = static_cast<int64_t>(static_cast<uint64_t>(ua32 / ub32) << 32 | ua32 % ub32);
  out[5] = a32 / b32;
  out[6] = a32 % b32;
  return reinterpret_cast<const int8_t*>(out);
})");
  const int64_t edges[] = {1,         2,          -1,         3,           0xffff,        0x10000,
                           INT32_MAX, 0x80000001, 0xffffffff, 0x100000001, INT64_MAX - 1, INT64_MIN + 1,
                           -7,        1000003,    -65537};
  std::vector<Pair> pairs;
  for (const int64_t a : edges) {
    for (const int64_t b : edges) pairs.push_back({a, b});
  }
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    const auto draw = [&] { return static_cast<int64_t>(random.next()) >> (random.next() % 60); };
    const Pair pair{draw(), draw()};
    if (static_cast<int32_t>(pair.b) != 0) pairs.push_back(pair);
  }
  std::vector<Bytes> records;
  std::vector<int64_t> expected;
  for (const auto& [a, b] : pairs) {
    Bytes& record = records.emplace_back(16);
    std::memcpy(record.data(), &a, 8);
    std::memcpy(record.data() + 8, &b, 8);
    const auto ua = static_cast<uint64_t>(a), ub = static_cast<uint64_t>(b);
    const auto ua32 = static_cast<uint32_t>(a), ub32 = static_cast<uint32_t>(b);
    const auto a32 = static_cast<int32_t>(a), b32 = static_cast<int32_t>(b);
    for (const uint64_t value :
         {ua * ub, ua / ub, ua % ub, static_cast<uint64_t>(a / b),
          static_cast<uint64_t>(ua32 / ub32) << 32 | ua32 % ub32, static_cast<uint64_t>(int64_t{a32 / b32}),
          static_cast<uint64_t>(int64_t{a32 % b32})}) {
      expected.push_back(static_cast<int64_t>(value));
    }
  }
  const RunResult result = run_elf(
      {.elf = toy.build(Core::xtensa_lx6), .core = Core::xtensa_lx6, .records = records, .count = false});
  ASSERT_EQ(result.output.size(), 8 * expected.size());
  std::vector<int64_t> got(expected.size());
  std::memcpy(got.data(), result.output.data(), result.output.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(got[i], expected[i]) << pairs[i / 7].a << ", " << pairs[i / 7].b << ", result " << i % 7;
  }
}

}  // namespace
}  // namespace tinyml::emulate
