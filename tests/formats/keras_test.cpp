// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/keras.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/formats/keras_file.h"
#include "tinyml/base/file.h"
#include "tinyml/formats/keras/model.h"
#include "tinyml/formats/keras/names.h"

namespace tinyml::formats {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

Graph read(const KerasFile& file) { return keras::read_model(keras::parse_unpacked(file.finish())); }

std::string error_of(const KerasFile& file) {
  try {
    read(file);
  } catch (const Error& error) {
    EXPECT_TRUE(error.kind() == ErrorKind::bad_file || error.kind() == ErrorKind::unsupported);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "";
}

/// A list of layers behind an input of [N, 4].
std::string sequential(const std::string& layers, const std::string& shape = "[null, 4]") {
  return R"({"class_name": "Sequential", "config": {"name": "net", "layers": [
    {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": )" +
         shape + "}}, " + layers + "]}}";
}

KerasFile keras_3(const std::string& config) { return KerasFile().text("config.json", {config}); }

const std::string kDense = R"({"class_name": "Dense", "config": {"name": "head", "units": 2}})";

TEST(KerasNames, AreThoseOfCheckpoints) {
  for (const auto& [class_name, snake] : {std::pair{"Dense", "dense"},
                                          {"Conv2DTranspose", "conv2d_transpose"},
                                          {"PReLU", "p_re_lu"},
                                          {"GRU", "gru"},
                                          {"DepthwiseConv2D", "depthwise_conv2d"},
                                          {"ReLU", "re_lu"},
                                          {"GlobalAveragePooling1D", "global_average_pooling1d"},
                                          {"Sequential", "sequential"}}) {
    EXPECT_EQ(keras::snake_case(class_name), snake);
  }
}

TEST(Keras, DenseLayersAreRead) {
  const Graph graph = read(keras_3(sequential(kDense + "," + R"({"class_name": "Dense", "config":
      {"name": "tail", "units": 3, "activation": "relu", "use_bias": false}})"))
                               .data("layers/dense/vars/0", {4, 2})
                               .data("layers/dense/vars/1", {2})
                               .data("layers/dense_1/vars/0", {2, 3}));
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.name, "net");
  EXPECT_THAT(graph[graph.nodes[0].inputs[1]].values<float>(),
              ElementsAre(0.1f, 0.1f * 3, 0.1f * 5, 0.1f * 7, 0.1f * 2, 0.1f * 4, 0.1f * 6, 0.1f * 8));
  EXPECT_EQ(std::get<FullyConnected>(graph.nodes[1].op).activation, Activation::relu);
  EXPECT_EQ(graph[graph.outputs[0]].name, "tail");
}

/// Keras 2: names of weights end in ":0", inbound nodes are lists, the input is part of the first layer.
KerasFile keras_2(const std::string& config) {
  return KerasFile()
      .text("@model_config", {config})
      .text("@keras_version", {"2.15.0"})
      .text("model_weights/head@weight_names", {"head/kernel:0", "head/bias:0"})
      .data("model_weights/head/head/kernel:0", {4, 2})
      .data("model_weights/head/head/bias:0", {2});
}

TEST(Keras, FilesOfKeras2AreRead) {
  const Graph sequential = read(keras_2(R"({"class_name": "Sequential", "config": {"name": "net", "layers": [
      {"class_name": "Dense", "config": {"name": "head", "units": 2, "batch_input_shape": [null, 4],
                                         "activation": "hard_sigmoid"}}]}})"));
  EXPECT_EQ(sequential.nodes.size(), 4u);
  // clip(0.2 x + 0.5, 0, 1) as relu6(1.2 x + 3) / 6
  EXPECT_THAT(sequential[sequential.nodes[1].inputs[1]].values<float>(), ElementsAre(1.2f));
  EXPECT_EQ(std::get<Add>(sequential.nodes[2].op).activation, Activation::relu6);
  const Graph functional = read(keras_2(R"({"class_name": "Functional", "config": {"name": "net", "layers": [
      {"class_name": "InputLayer", "name": "in", "inbound_nodes": [],
       "config": {"name": "in", "batch_input_shape": [null, 4]}},
      {"class_name": "Dense", "name": "head", "config": {"name": "head", "units": 2},
       "inbound_nodes": [[["in", 0, 0, {}]]]},
      {"class_name": "Add", "name": "twice", "config": {"name": "twice"},
       "inbound_nodes": [[["head", 0, 0, {}], ["head", 0, 0, {}]]]}],
      "input_layers": [["in", 0, 0]], "output_layers": [["twice", 0, 0]]}})"));
  EXPECT_EQ(functional.nodes.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<Add>(functional.nodes[1].op));
}

TEST(KerasErrors, NameTheLayer) {
  const KerasFile whole =
      keras_3(sequential(kDense)).data("layers/dense/vars/0", {4, 2}).data("layers/dense/vars/1", {2});
  EXPECT_EQ(error_of(whole), "");
  const KerasFile missing = keras_3(sequential(kDense)).data("layers/dense/vars/0", {4, 2});
  EXPECT_THAT(error_of(missing), HasSubstr("layer head: its weight bias is missing"));
  const KerasFile wrong = keras_3(sequential(kDense)).data("layers/dense/vars/0", {2, 4});
  EXPECT_THAT(error_of(wrong), HasSubstr("layer head: its weight kernel is 2x4, not 4x2"));
  const auto layer = [](const std::string& class_name, const std::string& more) {
    return error_of(keras_3(
        sequential(R"({"class_name": ")" + class_name + R"(", "config": {"name": "odd")" + more + "}}")));
  };
  EXPECT_THAT(layer("Embedding", ""), AllOf(HasSubstr("layer odd: not supported: the layer class Embedding"),
                                            HasSubstr("model.export(\"model.onnx\"")));
  EXPECT_THAT(layer("Lambda", R"(, "function": "code")"), HasSubstr("the layer class Lambda"));
  EXPECT_THAT(layer("SimpleRNN", R"(, "units": 3)"), HasSubstr("the layer class SimpleRNN"));
  EXPECT_THAT(layer("Flatten", R"(, "data_format": "channels_first")"), HasSubstr("channels_first"));
  EXPECT_THAT(layer("Dense", R"(, "units": -1)"), HasSubstr("layer odd: units of -1"));
  EXPECT_THAT(layer("Dense", R"(, "units": 1e9)"), HasSubstr("units is no whole number"));
  EXPECT_THAT(layer("Dense", R"(, "units": 99999999999999999999)"), HasSubstr("layer odd: units"));
  EXPECT_THAT(layer("Reshape", R"(, "target_shape": [1000000, 1000000])"), HasSubstr("target_shape"));
  EXPECT_THAT(layer("RepeatVector", R"(, "n": 9999999)"), HasSubstr("n of 9999999"));
  EXPECT_THAT(layer("Activation", R"(, "activation": "gelu")"), HasSubstr("the activation gelu"));
  EXPECT_THAT(layer("Dense", R"(, "units": 2, "dtype": {"class_name": "QuantizedDTypePolicy"})"),
              HasSubstr("the type quantized"));
}

TEST(KerasErrors, NameTheInput) {
  EXPECT_THAT(error_of(keras_3(sequential(kDense, "[null, null, 4]"))),
              HasSubstr("layer in: not supported: the dimension 1 is not fixed"));
  EXPECT_THAT(error_of(keras_3(sequential(kDense, "[null, 0]"))), HasSubstr("a wrong batch_shape"));
  EXPECT_THAT(error_of(keras_3(sequential(kDense, "[null, 1000000, 1000000]"))), HasSubstr("2^28 elements"));
  EXPECT_THAT(error_of(keras_3(sequential(kDense, "null"))), HasSubstr("an input without a shape"));
}

/// A functional model of layers `a` and `b` behind an input, each called with what is given.
std::string functional(const std::string& of_a, const std::string& of_b) {
  const auto layer = [](const std::string& name, const std::string& nodes) {
    return R"({"class_name": "Flatten", "name": ")" + name + R"(", "config": {"name": ")" + name +
           R"("}, "inbound_nodes": )" + nodes + "}";
  };
  return R"({"class_name": "Functional", "config": {"name": "net", "layers": [
      {"class_name": "InputLayer", "name": "in", "inbound_nodes": [],
       "config": {"name": "in", "batch_shape": [null, 4]}}, )" +
         layer("a", of_a) + "," + layer("b", of_b) +
         R"(], "input_layers": [["in", 0, 0]], "output_layers": [["b", 0, 0]]}})";
}

TEST(KerasErrors, CallsAreChecked) {
  const auto call = [](const std::string& of_a, const std::string& of_b) {
    return error_of(keras_3(functional(of_a, of_b)));
  };
  EXPECT_THAT(call(R"([[["b", 0, 0, {}]]])", R"([[["a", 0, 0, {}]]])"), HasSubstr("form a circle"));
  EXPECT_THAT(call(R"([[["in", 0, 0, {}]]])", R"([[["a", 7, 0, {}]]])"), HasSubstr("never computed"));
  EXPECT_THAT(call(R"([[["in", 0, 0, {}]]])", R"([[["c", 0, 0, {}]]])"),
              HasSubstr("layer b: there is no layer c"));
  EXPECT_THAT(call(R"([[["in", -1, 0, {}]]])", "[]"), HasSubstr("layer a: a wrong call"));
  EXPECT_THAT(call(R"([[["in", 0, 0, {"mask": ["a", 0, 0]}]]])", "[]"), HasSubstr("the argument mask"));
  EXPECT_THAT(call("[3]", "[]"), HasSubstr("layer a: a wrong inbound node"));
  EXPECT_THAT(call(R"([[["in", 0, 0, {}]]])", R"([[["a", 0, 0, {}]]])"), HasSubstr("is one of its inputs"));
}

TEST(KerasErrors, ModelsInModelsAreBounded) {
  // Each model calls the one inside of it twice: 2^15 calls of the innermost layer.
  std::string inner = R"({"class_name": "Sequential", "name": "m", "inbound_nodes": [], "config":
      {"name": "m", "layers": [{"class_name": "Activation", "config": {"name": "x", "activation": "relu"}}]}})";
  const auto wrap = [](std::string model, const std::string& name) {
    const std::string none = R"("inbound_nodes": [])";
    model.replace(model.find(none), none.size(),
                  R"("inbound_nodes": [[["in", 0, 0, {}]], [["m", 0, 0, {}]]])");
    return R"({"class_name": "Functional", "name": ")" + name +
           R"(", "inbound_nodes": [], "config": {"name": "f",
        "layers": [)" +
           model + R"(, {"class_name": "InputLayer", "name": "in", "inbound_nodes": [],
        "config": {"name": "in", "batch_shape": [null, 4]}}],
        "input_layers": [["in", 0, 0]], "output_layers": [["m", 1, 0]]}})";
  };
  for (int i = 0; i < 15; ++i) inner = wrap(inner, "m");
  EXPECT_THAT(error_of(keras_3(inner)), HasSubstr("more than 16384 operators"));
  for (int i = 0; i < 20; ++i) inner = wrap(inner, "m");
  EXPECT_THAT(error_of(keras_3(inner)), HasSubstr("models in models 17 deep"));
}

TEST(KerasErrors, ConfigsThatAreNone) {
  for (const char* config :
       {"", "{", "[]", "3", "null", R"({"class_name": "Sequential"})",
        R"({"class_name": "Sequential", "config": {"layers": {}}})",
        R"({"class_name": "Sequential", "config": {"layers": [3]}})",
        R"({"class_name": "Mine", "config": {"name": "mine", "layers": []}})",
        R"({"class_name": "Functional", "config": {"layers": [], "input_layers": []}})"}) {
    EXPECT_NE(error_of(keras_3(config)), "") << config;
  }
  EXPECT_THAT(error_of(KerasFile().data("layers/dense/vars/0", {4, 2})), HasSubstr("weights alone"));
}

TEST(KerasErrors, WhatTheProgramSaysIsChecked) {
  const std::string whole = keras_3("{}").data("layers/dense/vars/0", {4, 2}).finish();
  EXPECT_EQ(keras::parse_unpacked(whole).data.size(), 1u);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(keras::parse_unpacked(whole.substr(0, size)), Error) << size;
  }
  EXPECT_THROW(keras::parse_unpacked(whole + "more"), Error);
  std::string huge = whole;
  const size_t extent = huge.size() - 13 - 32 - 8;
  huge[extent + 7] = '\x7f';
  EXPECT_THROW(keras::parse_unpacked(huge), Error);
}

TEST(KerasFiles, AreOpenedByAProgramOfTheirOwn) {
  for (const char* name : {"conv.keras", "conv.h5"}) {
    const Bytes bytes = read_bytes(std::string(TINYML_SOURCE_DIR "/tests/formats/keras/") + name);
    const Graph graph = read_keras(bytes);
    EXPECT_EQ(graph.nodes.size(), 4u) << name;
    EXPECT_EQ(graph[graph.inputs[0]].shape, (Shape{1, 5, 5, 1}));
    EXPECT_EQ(graph[graph.outputs[0]].shape, (Shape{1, 2}));
  }
}

}  // namespace
}  // namespace tinyml::formats
