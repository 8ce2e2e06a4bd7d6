// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/formats/onnx_model.h"

namespace tinyml::formats {
namespace {

using schema::onnx::TensorProto;
using testing::HasSubstr;

/// A convolution, a ReLU, a reshape by arithmetic and a dense layer, of one channel.
OnnxModel whole() {
  OnnxModel model;
  model.input("x", {1, 1, 6, 6}).weights("w", {2, 1, 5, 5}).weights("b", {2});
  model.node("Conv", {"x", "w", "b"}, {"y"}).with("pads", std::vector<int64_t>{2, 2, 2, 2});
  model.node("Relu", {"y"}, {"r"}).node("GlobalAveragePool", {"r"}, {"p"});
  model.constant<int64_t>("shape", {2}, {0, -1}).node("Reshape", {"p", "shape"}, {"f"});
  model.weights("m", {3, 2}).node("Gemm", {"f", "m"}, {"g"}).with("transB", int64_t{1});
  return model.output("g");
}

struct Damage {
  const char* name;
  std::function<void(OnnxModel&)> apply;
  const char* error;
};

const Damage kDamages[] = {
    {"OldOperators", [](auto& m) { m.proto.mutable_opset_import(0)->set_version(8); },
     "ONNX operator set 8: export the model with one of 9 to 21"},
    {"NewOperators", [](auto& m) { m.proto.mutable_opset_import(0)->set_version(1 << 30); },
     "export the model with one of 9 to 21"},
    {"NoOperatorSet", [](auto& m) { m.proto.clear_opset_import(); }, "names no ONNX operator set"},
    {"NoGraph", [](auto& m) { m.proto.clear_graph(); }, "holds no graph"},
    {"NoInput", [](auto& m) { m.graph().clear_input(); }, "the model has no inputs"},
    {"NoOutput", [](auto& m) { m.graph().clear_output(); }, "the model has no outputs"},
    {"UnknownOutput", [](auto& m) { m.graph().mutable_output(0)->set_name("z"); },
     "model output z: it is never computed"},
    {"OutputIsInput", [](auto& m) { m.graph().mutable_output(0)->set_name("x"); },
     "model output x: it is an input of the model"},
    {"OutputIsConstant", [](auto& m) { m.graph().mutable_output(0)->set_name("w"); },
     "model output w: it is a constant"},
    {"UnknownOperator", [](auto& m) { m.graph().mutable_node(1)->set_op_type("Fan\ncy"); },
     "node 1 Fan?cy \"node_1\": not supported: this operator: replace it in the model by others"},
    {"ControlFlow", [](auto& m) { m.graph().mutable_node(1)->set_op_type("If"); },
     "node 1 If \"node_1\": not supported: this operator: export the model without control flow"},
    {"Gelu", [](auto& m) { m.graph().mutable_node(1)->set_op_type("Erf"); },
     "node 1 Erf \"node_1\": not supported: this operator: train with ReLU or hard swish instead of GELU"},
    {"SmoothResize",
     [](auto& m) {
       schema::onnx::NodeProto& node = *m.graph().mutable_node(1);
       node.set_op_type("Resize");
       schema::onnx::AttributeProto& smooth = *node.add_attribute();
       smooth.set_name("antialias");
       smooth.set_type(schema::onnx::AttributeProto::INT);
       smooth.set_i(1);
     },
     "node 1 Resize \"node_1\": not supported: antialias; export the model without it"},
    {"ConstantLayer", [](auto& m) { m.graph().mutable_node(1)->set_input(0, "w"); },
     "node 1 Relu \"node_1\": not supported: a constant as its first input"},
    {"TooFewInputsOfQLinear", [](auto& m) { m.graph().mutable_node(0)->set_op_type("QLinearConv"); },
     "node 0 QLinearConv \"node_0\": it has not 8 or 9 inputs and one output"},
    {"OtherDomain", [](auto& m) { m.graph().mutable_node(1)->set_domain("com.microsoft"); },
     "operators of the domain com.microsoft"},
    {"ReadBeforeWritten", [](auto& m) { m.graph().mutable_node()->SwapElements(0, 1); },
     "node 0 Relu \"node_1\": it reads y before it is computed"},
    {"Cycle", [](auto& m) { m.graph().mutable_node(0)->set_input(0, "g"); },
     "node 0 Conv \"node_0\": it reads g before it is computed"},
    {"WrittenTwice", [](auto& m) { m.graph().mutable_node(1)->set_output(0, "y"); },
     "writes y, which is there"},
    {"ConstantTwice", [](auto& m) { m.graph().mutable_initializer(1)->set_name("w"); },
     "initializer w: it is there twice"},
    {"MissingInput", [](auto& m) { m.graph().mutable_node(0)->clear_input(); }, "its input 0 is missing"},
    {"NoOutputOfNode", [](auto& m) { m.graph().mutable_node(1)->clear_output(); }, "it has no output"},
    {"NegativeDimension", [](auto& m) { m.graph().mutable_initializer(0)->set_dims(0, -2); },
     "initializer w: an extent of -2"},
    {"HugeDimension", [](auto& m) { m.graph().mutable_initializer(0)->set_dims(0, int64_t{1} << 62); },
     "initializer w: not supported: an extent of"},
    {"HugeProduct",
     [](auto& m) {
       for (int i = 0; i < 4; ++i) m.graph().mutable_initializer(0)->set_dims(i, 1 << 20);
     },
     "initializer w: not supported: more than 2^28 elements"},
    {"TooFewBytes", [](auto& m) { m.graph().mutable_initializer(0)->set_raw_data("1234"); },
     "initializer w: 2x1x5x5 float32 in 4 bytes"},
    {"ExternalData",
     [](auto& m) { m.graph().mutable_initializer(0)->set_data_location(TensorProto::EXTERNAL); },
     "initializer w: not supported: values in another file"},
    {"Float16", [](auto& m) { m.graph().mutable_initializer(0)->set_data_type(TensorProto::FLOAT16); },
     "export the model in float32"},
    {"UnknownType", [](auto& m) { m.graph().mutable_initializer(0)->set_data_type(77); },
     "values of the ONNX type 77"},
    {"SparseConstants", [](auto& m) { m.graph().add_sparse_initializer(); }, "sparse initializers"},
    {"InputOfIntegers",
     [](auto& m) {
       m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(TensorProto::INT64);
     },
     "model input x: not supported: an input of int64"},
    {"InputWithoutShape",
     [](auto& m) { m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape(); },
     "model input x: not supported: an input that is no tensor of a known shape"},
    {"SymbolicWidth",
     [](auto& m) {
       auto* type = m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
       type->mutable_shape()->mutable_dim(3)->set_dim_param("width");
     },
     "model input x: not supported: the dimension 3 is width, not a number: export the model with fixed "
     "shapes"},
    {"NegativeInput",
     [](auto& m) {
       auto* type = m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
       type->mutable_shape()->mutable_dim(2)->set_dim_value(-6);
     },
     "model input x: an extent of -6"},
    {"EmptyInput",
     [](auto& m) {
       auto* type = m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
       type->mutable_shape()->mutable_dim(2)->set_dim_value(0);
     },
     "model input x: an extent of 0"},
    {"Batch",
     [](auto& m) {
       auto* type = m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
       type->mutable_shape()->mutable_dim(0)->set_dim_value(8);
     },
     "the batch of 8 of the model input x"},
    {"NoStride", [](auto& m) { m.graph().mutable_node(0)->mutable_attribute(0)->set_name("strides"); },
     "node 0 Conv \"node_0\": strides has 4 numbers instead of 2"},
    {"NegativePadding", [](auto& m) { m.graph().mutable_node(0)->mutable_attribute(0)->set_ints(0, -2); },
     "padding of -2"},
    {"HugePadding",
     [](auto& m) { m.graph().mutable_node(0)->mutable_attribute(0)->set_ints(3, int64_t{1} << 60); },
     "not 0 to 1024"},
    {"HugeFilter",
     [](auto& m) {
       m.graph().mutable_node(0)->mutable_attribute(0)->clear_ints();
       m.graph().mutable_node(0)->mutable_attribute(0)->set_name("pad");
       m.graph()
           .mutable_input(0)
           ->mutable_type()
           ->mutable_tensor_type()
           ->mutable_shape()
           ->mutable_dim(3)
           ->set_dim_value(4);
     },
     "the window is larger than its input"},
    {"Groups",
     [](auto& m) { m.with("x", int64_t{0}).graph().mutable_node(0)->add_attribute()->set_name("group"); },
     "weights of 2x1x5x5 in 0 groups"},
    {"ComputedWeights", [](auto& m) { m.graph().mutable_node(0)->set_input(1, "x"); },
     "not supported: weights that is computed while the model runs"},
    {"BiasOfAnotherSize", [](auto& m) { m.graph().mutable_node(0)->set_input(2, "m"); },
     "a bias of 3x2 for 2 filters"},
    {"BiasOfIntegers", [](auto& m) { m.graph().mutable_node(0)->set_input(2, "shape"); },
     "a constant of int64 without a scale"},
    {"ReshapeToMore",
     [](auto& m) {
       const int64_t extents[] = {0, int64_t{1} << 40};
       m.graph().mutable_initializer(2)->set_raw_data(extents, sizeof extents);
     },
     "a reshape of 1x2x1x1 with an extent of 1099511627776"},
    {"ReshapeByNegative",
     [](auto& m) {
       const int64_t extents[] = {-1, -1};
       m.graph().mutable_initializer(2)->set_raw_data(extents, sizeof extents);
     },
     "with an extent of -1"},
    {"WeightsDoNotFit", [](auto& m) { m.graph().mutable_node(4)->clear_attribute(); },
     "an input of 1x2 for weights of"},
};

class DamagedOnnx : public testing::TestWithParam<Damage> {};

TEST_P(DamagedOnnx, IsRefusedInOneLine) {
  OnnxModel model = whole();
  ASSERT_EQ(model.error(), "");
  GetParam().apply(model);
  const std::string error = model.error();
  EXPECT_THAT(error, HasSubstr(GetParam().error));
  EXPECT_EQ(error.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Files, DamagedOnnx, testing::ValuesIn(kDamages),
                         [](const auto& info) { return std::string(info.param.name); });

std::string error_of(const Bytes& bytes) {
  try {
    read_onnx(bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Onnx, RefusesWhatIsNoModel) {
  EXPECT_EQ(error_of({}), "the file is empty");
  EXPECT_THAT(error_of(to_bytes("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")),
              HasSubstr("a Git LFS pointer"));
  EXPECT_THAT(error_of(to_bytes("hello, world")), HasSubstr("no ONNX file"));
  EXPECT_THAT(error_of(Bytes(4096)), HasSubstr("no ONNX file"));
}

TEST(Onnx, RefusesEveryTruncation) {
  const Bytes bytes = whole().bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string error = error_of({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)});
    EXPECT_NE(error, "") << size;
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
}

TEST(Onnx, SurvivesFlippedBits) {
  const Bytes bytes = whole().bytes();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes flipped = bytes;
      flipped[at] ^= static_cast<uint8_t>(1 << bit);
      EXPECT_EQ(error_of(flipped).find('\n'), std::string::npos);
    }
  }
}

TEST(Onnx, RefusesVeryManyFieldsBeforeTheyAreParsed) {
  // Nodes of two bytes each, which parsed take a hundred times that.
  Bytes nodes;
  for (int i = 0; i < 400'000; ++i) nodes.insert(nodes.end(), {0x0a, 0x00});
  Bytes file{0x3a};
  for (size_t rest = nodes.size(); rest; rest >>= 7) {
    file.push_back(static_cast<uint8_t>((rest & 127) | (rest > 127 ? 128 : 0)));
  }
  file.insert(file.end(), nodes.begin(), nodes.end());
  EXPECT_THAT(error_of(file), HasSubstr("more than 2^18 fields"));
}

TEST(Onnx, RefusesConstantsThatGrow) {
  OnnxModel model;
  model.input("x", {1, 4}).constant<int64_t>("shape", {2}, {1 << 13, 1 << 13});
  model.node("ConstantOfShape", {"shape"}, {"zeros"}).node("Gemm", {"x", "zeros"}, {"y"}).output("y");
  EXPECT_THAT(model.error(), HasSubstr("constants that take many times the room"));
}

TEST(Onnx, RefusesConstantsThatAreUsedVeryOften) {
  OnnxModel model;
  model.input("x_0", {1, 512}).weights("w", {512, 512});
  for (int i = 0; i < 400; ++i) {
    model.node("MatMul", {"x_" + std::to_string(i), "w"}, {"x_" + std::to_string(i + 1)});
  }
  EXPECT_THAT(model.output("x_400").error(), HasSubstr("constants that take many times the room"));
}

}  // namespace
}  // namespace tinyml::formats
