// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/emulate/toy_model.h"
#include "tinyml/base/error.h"
#include "tinyml/emulate/emulator.h"

namespace tinyml::emulate {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSizes = "constexpr int32_t input_bytes = 4, output_bytes = 4;";

/// invoke() that calls `layer_00_body` of the given assembly and copies its input.
std::string with_body(const std::string& assembly) {
  return "__attribute__((naked, noipa)) static void layer_00_body() { __asm__(\".syntax unified\\n" +
         assembly +
         "\"); }\n"
         "static int8_t output[4];\n"
         "const int8_t* invoke(const int8_t* input) { layer_00_body(); memcpy(output, input, 4); return "
         "output; }\n";
}

struct Expected {
  int64_t instructions, cycles;
};

void expect_layer(Core core, const std::string& assembly, Expected expected) {
  SCOPED_TRACE(name_of(core));
  const ToyModel toy(kSizes, with_body(assembly));
  const std::vector<Bytes> records{{1, 2, 3, 4}};
  const RunResult result = run_elf({.elf = toy.build(core), .core = core, .records = records});
  ASSERT_EQ(result.net.layers.size(), 2u);
  EXPECT_EQ(result.net.layers[0].name, "layer_00_body");
  EXPECT_EQ(result.net.layers[0].instructions, expected.instructions);
  EXPECT_EQ(result.net.layers[0].cycles, expected.cycles);
  EXPECT_EQ(result.output, records[0]);
}

TEST(Count, LoopOfKnownLengthIsExact) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  const std::string loop = "movs r0, #100\\n1: subs r0, #1\\n bne 1b\\n bx lr\\n";
  expect_layer(Core::cortex_m4, loop, {202, 202 + 2 * 99 + 2});
  expect_layer(Core::cortex_m0plus, loop, {202, 202 + 99 + 1});
  expect_layer(Core::cortex_m7, loop, {202, 245});  // 0.61 of 402
}

TEST(Count, MillionsAreExactToo) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  const std::string loop = "movs r0, #1\\n lsls r0, r0, #22\\n1: subs r0, #1\\n bne 1b\\n bx lr\\n";
  expect_layer(Core::cortex_m4, loop, {2 * (1 << 22) + 3, 4 * (1 << 22) + 3});
}

TEST(Count, LoadsAreOneCycleWhenAnotherAccessFollows) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  const std::string mix =
      "push {r4, lr}\\n ldr r0, [sp]\\n ldr r1, [sp, #4]\\n str r0, [sp]\\n ldr r2, [sp]\\n"
      " adds r2, #1\\n muls r2, r2, r2\\n pop {r4, pc}\\n";
  expect_layer(Core::cortex_m4, mix, {8, 3 + 1 + 1 + 1 + 2 + 1 + 1 + 3 + 2});
  expect_layer(Core::cortex_m0plus, mix, {8, 3 + 2 + 2 + 2 + 2 + 1 + 1 + 5});
}

TEST(Count, LoadPairsAcrossTranslationBlocks) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  // QEMU cuts blocks at 512 instructions and at pages.
  expect_layer(Core::cortex_m4, ".rept 1200\\n ldr r0, [sp]\\n .endr\\n bx lr\\n", {1201, 1199 + 2 + 3});
}

TEST(Count, Thumb2AndFloatingPoint) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  expect_layer(Core::cortex_m4,
               "udiv r0, r0, r1\\n ldrd r2, r3, [sp]\\n smlad r0, r1, r2, r3\\n cmp r0, r0\\n it ne\\n"
               " addne r0, #1\\n vldr s0, [sp]\\n vadd.f32 s0, s0, s0\\n vdiv.f32 s0, s0, s0\\n bx lr\\n",
               {10, 7 + 3 + 1 + 1 + 1 + 1 + 2 + 1 + 14 + 3});
  expect_layer(Core::cortex_m4,
               "push.w {r4-r11, lr}\\n ldr.w r0, [sp, #4]\\n ldm sp, {r0-r3}\\n umull r0, r1, r2, r3\\n"
               " smmlar r0, r1, r2, r3\\n strb.w r0, [sp, #-4]!\\n add sp, #4\\n vmla.f32 s0, s1, s2\\n"
               " vmov s0, r0\\n pop.w {r4-r11, pc}\\n",
               {10, 10 + 1 + 5 + 1 + 1 + 1 + 1 + 3 + 1 + 10 + 2});
}

TEST(Count, LayersAndRestAddUp) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  const ToyModel toy(kSizes, R"(
__attribute__((noinline)) static void helper() { for (int i = 0; i < 10; ++i) __asm__ volatile("nop"); }
__attribute__((noinline)) static void layer_00_one() { helper(); __asm__ volatile("nop"); }
__attribute__((noinline)) static void layer_01_two() { helper(); helper(); __asm__ volatile("nop"); }
static int8_t output[4];
const int8_t* invoke(const int8_t* input) {
  layer_00_one();
  for (int i = 0; i < 4; ++i) output[i] = input[i];
  layer_01_two();
  layer_00_one();
  return output;
})");
  const std::vector<Bytes> records{{1, 2, 3, 4}};
  const RunResult result =
      run_elf({.elf = toy.build(Core::cortex_m4), .core = Core::cortex_m4, .records = records});
  ASSERT_EQ(result.net.layers.size(), 3u);
  EXPECT_EQ(result.net.layers[0].name, "layer_00_one");
  EXPECT_EQ(result.net.layers[1].name, "layer_01_two");
  EXPECT_EQ(result.net.layers[2].name, "other");
  // Each helper is the same; layer 0 runs it twice, layer 1 twice, and their own few instructions differ.
  EXPECT_NEAR(static_cast<double>(result.net.layers[0].instructions),
              static_cast<double>(result.net.layers[1].instructions), 6);
  EXPECT_GT(result.net.layers[2].instructions, 4);
  int64_t instructions = 0, cycles = 0;
  for (const LayerCost& layer : result.net.layers) {
    instructions += layer.instructions;
    cycles += layer.cycles;
  }
  EXPECT_EQ(instructions, result.net.instructions);
  EXPECT_EQ(cycles, result.net.cycles);
}

TEST(Count, AgreesWithTheEmulatedSysTick) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  // SysTick runs at 25 MHz and an instruction takes 1 ns: 40 instructions a tick.
  const ToyModel toy(kSizes, R"(
__attribute__((naked, noipa)) static void layer_00_loop(int) {
  __asm__(".syntax unified\n1: subs r0, #1\n bne 1b\n bx lr\n");
}
static int32_t ticks;
const int8_t* invoke(const int8_t*) {
  volatile uint32_t* const systick = reinterpret_cast<volatile uint32_t*>(0xE000E010);
  systick[1] = 0xFFFFFF;
  systick[2] = 0;
  systick[0] = 5;
  const uint32_t before = systick[2];
  layer_00_loop(2000000);
  const uint32_t after = systick[2];
  ticks = static_cast<int32_t>((before - after) & 0xFFFFFF);
  return reinterpret_cast<const int8_t*>(&ticks);
})");
  const std::vector<Bytes> records{{0, 0, 0, 0}};
  const RunResult result =
      run_elf({.elf = toy.build(Core::cortex_m4), .core = Core::cortex_m4, .records = records});
  ASSERT_EQ(result.output.size(), 4u);
  const double ticks = result.output[0] + 256.0 * result.output[1] + 65536.0 * result.output[2];
  EXPECT_EQ(result.net.layers[0].instructions, 4'000'001);
  EXPECT_NEAR(40 * ticks, 4'000'001, 120);
}

TEST(Count, TwoRunsAreIdentical) {
  SKIP_WITHOUT_TOOLS(Core::cortex_m4);
  const ToyModel toy(kSizes, with_body("movs r0, #77\\n1: subs r0, #1\\n bne 1b\\n bx lr\\n"));
  const std::vector<Bytes> records{{1, 2, 3, 4}};
  RunResult runs[2];
  for (RunResult& run : runs) {
    run = run_elf({.elf = toy.build(Core::cortex_m4), .core = Core::cortex_m4, .records = records});
  }
  EXPECT_EQ(runs[0].elf_sha256, runs[1].elf_sha256);
  EXPECT_EQ(runs[0].net.instructions, runs[1].net.instructions);
  EXPECT_EQ(runs[0].net.cycles, runs[1].net.cycles);
  EXPECT_EQ(runs[0].stack_bytes, runs[1].stack_bytes);
}

}  // namespace
}  // namespace tinyml::emulate
