// SPDX-License-Identifier: Apache-2.0
#include "tinyml/codegen/text.h"

#include <gtest/gtest.h>

#include <limits>

#include "tinyml/codegen/device_headers.h"

namespace tinyml::codegen {
namespace {

TEST(Text, Identifiers) {
  EXPECT_EQ(to_identifier("KWS v2 (final)"), "kws_v2_final");
  EXPECT_EQ(to_identifier("2 words"), "model_2_words");
  EXPECT_EQ(to_identifier("??"), "model");
  EXPECT_EQ(to_identifier("Default"), "default_model");
  EXPECT_EQ(to_identifier("linux"), "linux_model");
  for (const char* good : {"kws", "Kws2", "a_b"}) EXPECT_TRUE(is_identifier(good)) << good;
  for (const char* bad : {"", "2a", "a b", "a__b", "_a", "int", "Math", "a-b", "\xc3\xa9"}) {
    EXPECT_FALSE(is_identifier(bad)) << bad;
  }
}

TEST(Text, Literals) {
  EXPECT_EQ(string_literal("a\"b\\c\n\xc3\xa9"
                           "1"),
            R"("a\"b\\c\012\303\2511")");
  EXPECT_EQ(float_literal(1.0f), "1.0f");
  EXPECT_EQ(float_literal(0.00390625f), "0.00390625f");
  EXPECT_EQ(float_literal(1e-9f), "1e-09f");
  EXPECT_EQ(std::stof(float_literal(0.1f / 3)), 0.1f / 3);
  EXPECT_EQ(with_separators(0), "0");
  EXPECT_EQ(with_separators(999), "999");
  EXPECT_EQ(with_separators(2656768), "2,656,768");
  EXPECT_EQ(with_separators(-123456), "-123,456");
}

TEST(Text, Tables) {
  EXPECT_EQ(table_rows({"t", "int16_t", {0xff, 0xff, 2, 0}}), "    -1,2,\n");
  EXPECT_EQ(table_rows({"t", "int32_t", {0, 0, 0, 0x80}}), "    -2147483648,\n");
  EXPECT_EQ(table_rows({"t", "uint32_t", {0, 0, 0, 0x80}}), "    2147483648u,\n");
  EXPECT_EQ(table_size({"t", "int16_t", {0, 0, 0, 0}}), 2);
}

TEST(DeviceHeaders, AreCarriedWithAllThatTheyInclude) {
  EXPECT_FALSE(device_headers().empty());
  const auto used = headers_used_by("#include <stdint.h>\n#include \"tinyml/device/nn/conv_2d.h\"\n");
  ASSERT_GE(used.size(), 2u);
  EXPECT_TRUE(std::any_of(used.begin(), used.end(), [](const auto& header) {
    return header.path == "tinyml/device/nn/fixed_point.h";
  }));
  EXPECT_TRUE(headers_used_by("int main() {}").empty());
}

}  // namespace
}  // namespace tinyml::codegen
