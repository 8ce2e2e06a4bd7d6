// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/inspection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/report/nets.h"
#include "tinyml/boards/boards.h"
#include "tinyml/codegen/codegen.h"
#include "tinyml/report/layer_labels.h"

namespace tinyml::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(Inspection, CountsByHand) {
  const Graph net = int8_net();
  const Inspection found = inspect(net, {});
  ASSERT_EQ(found.layers.size(), 5u);
  const LayerFacts& conv = found.layers[0];
  EXPECT_EQ(conv.op, "conv_2d");
  EXPECT_EQ(conv.macs, 8 * 8 * 4 * 9 * 1);
  EXPECT_EQ(conv.parameters, 4 * 9 + 4);
  EXPECT_EQ(conv.weight_bytes, 4 * 9 + 4 * 4);
  EXPECT_EQ(conv.activation_bytes, 8 * 8 * 4);
  EXPECT_THAT(conv.attributes, ElementsAre(Pair("filter", "3x3"), Pair("stride", "2x2"),
                                           Pair("padding", "same"), Pair("activation", "relu")));
  EXPECT_EQ(found.layers[1].macs, 8 * 8 * 4 * 9);
  EXPECT_EQ(found.layers[3].macs, 4 * 3);
  EXPECT_EQ(found.macs, 2304 + 2304 + 12);
  EXPECT_EQ(found.parameters, 40 + 40 + 15);
  EXPECT_THAT(found.operators,
              ElementsAre(Pair("average_pool_2d", 1), Pair("conv_2d", 1), Pair("depthwise_conv_2d", 1),
                          Pair("fully_connected", 1), Pair("softmax", 1)));
  EXPECT_TRUE(found.deployable);
  EXPECT_EQ(found.inputs.at(0).shape, (Shape{1, 16, 16, 1}));
  EXPECT_EQ(found.layers[2].inputs.at(0).producer, 1);
}

TEST(Inspection, ArenaIsThatOfTheGeneratedProgram) {
  for (const char* board : {"arduino_nano33_ble", "raspberry_pi_pico"}) {
    const Graph net = int8_net();
    codegen::GenerateOptions options;
    options.target = {boards::find_board(board).core, Mode::balanced};
    options.input_in_arena = true;
    const codegen::GeneratedModel made = codegen::generate(net, {}, options);
    const Inspection found = inspect(net, {.board = board});
    EXPECT_EQ(found.arena_bytes, made.arena_bytes);
    EXPECT_EQ(found.state_bytes, made.state_bytes);
    EXPECT_GE(found.flash_bytes, made.table_bytes);
  }
}

TEST(Inspection, PeaksWhereMostOfTheArenaIsInUse) {
  const Inspection found = inspect(int8_net(), {});
  int64_t most = 0;
  for (const LayerFacts& layer : found.layers) {
    EXPECT_LE(layer.ram_bytes, found.arena_bytes);
    most = std::max(most, layer.ram_bytes);
  }
  EXPECT_EQ(found.layers.at(static_cast<size_t>(found.peak_layer)).ram_bytes, most);
  EXPECT_GE(found.layers[0].ram_bytes, 256);  // its output at least
}

TEST(Inspection, OfAFloatNetIsOfTheFloatGraph) {
  const Inspection found = inspect(float_net(), {.path = "net.tflite"});
  EXPECT_FALSE(found.deployable);
  EXPECT_TRUE(found.needs_quantizing());
  EXPECT_GE(found.arena_bytes, 16 * 16 * 4 + 0);
  EXPECT_EQ(found.layers[0].activation_bytes, 8 * 8 * 4 * 4);
  EXPECT_THAT(to_text(found), HasSubstr("no chip runs it before it is quantized"));
}

TEST(Inspection, OfANetBehindAFrontEndCountsItsMemory) {
  const Graph net = int8_net({1, 4, 40, 1});
  const Mfe mfe;
  const Inspection alone = inspect(net, {});
  const Inspection found = inspect(net, {.features = mfe});
  codegen::GenerateOptions options;
  options.target = {Core::cortex_m4, Mode::balanced};
  const codegen::GeneratedModel made = codegen::generate(net, mfe, options);
  EXPECT_EQ(found.arena_bytes, made.arena_bytes);
  EXPECT_EQ(found.state_bytes + found.input_bytes, made.state_bytes);
  EXPECT_GT(found.flash_bytes, alone.flash_bytes + 1000);
  EXPECT_EQ(found.features, "mfe");
}

TEST(Inspection, JsonAndTextTellTheSame) {
  Graph net = int8_net();
  net.metadata["labels"] = R"(["a","b","c"])";
  net.tensors[static_cast<size_t>(net.inputs[0])].name = "in\xFF\x1Bput";
  const Inspection found = inspect(net, {.path = "dir/net.tflite", .file_bytes = 1234});
  const auto json = nlohmann::json::parse(to_json(found));
  EXPECT_EQ(json["macs"], found.macs);
  EXPECT_EQ(json["ram"]["bytes"], found.ram_bytes());
  EXPECT_EQ(json["ram"]["source"], "estimated");
  EXPECT_EQ(json["flash"]["source"], "estimated");
  EXPECT_EQ(json["layers"].size(), 5u);
  EXPECT_EQ(json["layers"][0]["outputs"][0]["shape"], nlohmann::json({1, 8, 8, 4}));
  EXPECT_EQ(json["layers"][0]["weights"].size(), 2u);
  EXPECT_EQ(json["metadata"]["labels"], R"(["a","b","c"])");
  EXPECT_EQ(json["advice"].size(), found.advice.size());
  EXPECT_EQ(json["file_bytes"], 1234);
  const std::string text = to_text(found);
  for (const char* part : {"dir/net.tflite: 5 layers, 1.2 KB", "MACs       4,620", "<- peak",
                           "depthwise_conv_2d", "What to do next", "in\xFF?put"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Labels, AreShort) {
  EXPECT_THAT(short_labels({"net/a/Relu;net/b", "net/c", "Identity"}),
              ElementsAre("a/Relu", "c", "Identity"));
  EXPECT_THAT(short_labels({"x/a", "y/b", "z/c"}), ElementsAre("x/a", "y/b", "z/c"));
  EXPECT_THAT(short_labels({"abcdefgh\xC3\xA9xyz", ""}, 6), ElementsAre("..xyz", ""));
  EXPECT_THAT(short_labels({}), ElementsAre());
}

}  // namespace
}  // namespace tinyml::report
