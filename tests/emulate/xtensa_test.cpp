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

/// Bits of floats: zeros, the ends of subnormals and normals, ties of rounding, ends of integers, infinities
/// and NaNs, of both signs; then every exponent as often as another; then neighbours, which cancel.
std::vector<std::pair<uint32_t, uint32_t>> float_pairs() {
  std::vector<uint32_t> edges{0,          1,          2,          0x007fffff, 0x00800000,
                              0x00800001, 0x00ffffff, 0x33800000, 0x34000000, 0x3f000000,
                              0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fc00000, 0x4b000001,
                              0x4b800000, 0x4effffff, 0x4f000000, 0x4f7fffff, 0x5effffff,
                              0x7effffff, 0x7f7fffff, 0x7f800000, 0x7fc00000, 0x7f800001};
  for (size_t i = 0, count = edges.size(); i < count; ++i) edges.push_back(edges[i] | 0x80000000);
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  for (const uint32_t a : edges) {
    for (const uint32_t b : edges) pairs.emplace_back(a, b);
  }
  Random random(5);
  const auto draw = [&] { return static_cast<uint32_t>(random.next()); };
  for (int i = 0; i < 1500; ++i) {
    const uint32_t a = draw();
    pairs.emplace_back(a, draw());
    pairs.emplace_back(
        a, (a & 0x7fffffff) + ((draw() % 60) << 23) - (30u << 23) + draw() % 8 + (draw() & 0x80000000));
    pairs.emplace_back(a & 0x81ffffff, (draw() & 0x81ffffff) + 0x3e000000);
  }
  return pairs;
}

template <class To, class From>
To bits_as(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

/// Which NaN is the machine's affair.
uint32_t bits_of(float value) { return value != value ? 0x7fc00000 : bits_as<uint32_t>(value); }

/// Beyond the integer's range C++ leaves the result open.
template <class Integer>
Integer integer_of(float value, double end) {
  return value > (std::is_signed_v<Integer> ? -end : -1.0) && value < end ? static_cast<Integer>(value) : 0;
}

TEST(XtensaRuntime, FloatsAreTheHosts) {
  SKIP_WITHOUT_TOOLS(Core::xtensa_lx6);
  const ToyModel toy("constexpr int32_t input_bytes = 8, output_bytes = 72;", R"(
alignas(8) static uint32_t out[18];
static uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return value != value ? 0x7fc00000 : bits;
}
static void put(int at, int64_t value) { memcpy(out + at, &value, 8); }
const int8_t* invoke(const int8_t* input) {
  float a, b;
  uint32_t word[2];
  memcpy(&a, input, 4);
  memcpy(&b, input + 4, 4);
  memcpy(word, input, 8);
  const uint64_t wide = static_cast<uint64_t>(word[1]) << 32 | word[0];
  out[0] = bits_of(a + b);
  out[1] = bits_of(a - b);
  out[2] = bits_of(a * b);
  out[3] = bits_of(a / b);
  out[4] = bits_of(static_cast<float>(word[0]));
  out[5] = bits_of(static_cast<float>(static_cast<int32_t>(word[0])));
  out[6] = bits_of(static_cast<float>(wide));
  out[7] = bits_of(static_cast<float>(static_cast<int64_t>(wide)));
  out[8] = (a < b) | (a <= b) << 1 | (a > b) << 2 | (a >= b) << 3 | (a == b) << 4 | (a != b) << 5 |
           __builtin_isunordered(a, b) << 6;
  out[9] = a > -1.0f && a < 4294967296.0f ? static_cast<uint32_t>(a) : 0;
  put(10, a > -2147483648.0f && a < 2147483648.0f ? static_cast<int32_t>(a) : 0);
  put(12, a > -9223372036854775808.0f && a < 9223372036854775808.0f ? static_cast<int64_t>(a) : 0);
  put(14, a > -1.0f && a < 18446744073709551616.0f ? static_cast<int64_t>(static_cast<uint64_t>(a)) : 0);
  out[16] = bits_of(-a);
  out[17] = 0;
  return reinterpret_cast<const int8_t*>(out);
})");
  const auto pairs = float_pairs();
  std::vector<Bytes> records;
  for (const auto& [a, b] : pairs) {
    Bytes& record = records.emplace_back(8);
    std::memcpy(record.data(), &a, 4);
    std::memcpy(record.data() + 4, &b, 4);
  }
  const RunResult result = run_elf(
      {.elf = toy.build(Core::xtensa_lx6), .core = Core::xtensa_lx6, .records = records, .count = false});
  ASSERT_EQ(result.output.size(), 72 * pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto [a_bits, b_bits] = pairs[i];
    const float a = bits_as<float>(a_bits), b = bits_as<float>(b_bits);
    const uint64_t wide = static_cast<uint64_t>(b_bits) << 32 | a_bits;
    const auto low = [](auto value) { return static_cast<uint32_t>(static_cast<uint64_t>(value)); };
    const auto high = [](auto value) { return static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32); };
    const auto s32 = integer_of<int32_t>(a, 0x1p31);
    const auto s64 = integer_of<int64_t>(a, 0x1p63);
    const auto u64 = integer_of<uint64_t>(a, 0x1p64);
    const std::vector<uint32_t> expected{bits_of(a + b),
                                         bits_of(a - b),
                                         bits_of(a * b),
                                         bits_of(a / b),
                                         bits_of(static_cast<float>(a_bits)),
                                         bits_of(static_cast<float>(static_cast<int32_t>(a_bits))),
                                         bits_of(static_cast<float>(wide)),
                                         bits_of(static_cast<float>(static_cast<int64_t>(wide))),
                                         uint32_t{a < b} | uint32_t{a <= b} << 1 | uint32_t{a > b} << 2 |
                                             uint32_t{a >= b} << 3 | uint32_t{a == b} << 4 |
                                             uint32_t{a != b} << 5 | uint32_t{a != a || b != b} << 6,
                                         integer_of<uint32_t>(a, 0x1p32),
                                         low(s32),
                                         high(s32),
                                         low(s64),
                                         high(s64),
                                         low(u64),
                                         high(u64),
                                         bits_of(-a),
                                         0};
    std::vector<uint32_t> got(18);
    std::memcpy(got.data(), result.output.data() + 72 * i, 72);
    for (size_t k = 0; k < got.size(); ++k) {
      ASSERT_EQ(got[k], expected[k]) << std::hex << a_bits << ", " << b_bits << std::dec << ", result " << k;
    }
  }
}

}  // namespace
}  // namespace tinyml::emulate
