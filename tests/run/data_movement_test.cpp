// SPDX-License-Identifier: Apache-2.0
// What tests/cases do not reach of the operators that move data: forms of other writers, floats, refusals.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "tests/cases/case_builder.h"
#include "tests/oracle/oracle.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/run/engine.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml {
namespace {

using tests::CaseBuilder;
using tests::OperatorCase;

/// An operator as another program wrote it: what our writer never says.
struct Foreign {
  const char* name;
  schema::BuiltinOperator builtin;
  schema::BuiltinOptionsUnion options;
  std::vector<std::vector<int32_t>> constants;
  Shape input, output;
  schema::TensorType type = schema::TensorType::INT32;  // of the constants
};

template <class Options>
schema::BuiltinOptionsUnion options_of(Options options) {
  schema::BuiltinOptionsUnion any;
  any.Set(std::move(options));
  return any;
}

schema::BuiltinOptionsUnion slice_options(int32_t ellipsis, int32_t new_axis, bool offset = false) {
  schema::StridedSliceOptionsT options;
  options.ellipsis_mask = ellipsis;
  options.new_axis_mask = new_axis;
  options.offset = offset;
  return options_of(options);
}

std::vector<Foreign> foreign_operators() {
  using schema::BuiltinOperator;
  std::vector<Foreign> all;
  const auto add = [&](const char* name, BuiltinOperator builtin, schema::BuiltinOptionsUnion options,
                       std::vector<std::vector<int32_t>> constants, Shape input, Shape output) {
    all.push_back(
        {name, builtin, std::move(options), std::move(constants), std::move(input), std::move(output)});
  };
  add("slice", BuiltinOperator::SLICE, options_of(schema::SliceOptionsT()), {{0, 1, 2}, {1, -1, 3}},
      {1, 4, 6}, {1, 3, 3});
  add("slice_int64", BuiltinOperator::SLICE, options_of(schema::SliceOptionsT()), {{0, 1, 2}, {-1, 2, -1}},
      {1, 4, 6}, {1, 2, 4});
  all.back().type = schema::TensorType::INT64;
  add("ellipsis", BuiltinOperator::STRIDED_SLICE, slice_options(0b010, 0), {{0, 0, 1}, {1, 0, 5}, {1, 1, 2}},
      {1, 2, 3, 6}, {1, 2, 3, 2});
  add("new_axis", BuiltinOperator::STRIDED_SLICE, slice_options(0, 0b0100),
      {{0, 1, 0, 3}, {1, 3, 0, 0}, {1, 1, 1, -1}}, {1, 4, 6}, {1, 2, 1, 3});
  add("new_axis_and_ellipsis", BuiltinOperator::STRIDED_SLICE, slice_options(0b010, 0b100),
      {{0, 0, 0}, {1, 0, 0}, {1, 1, 1}}, {1, 4, 6}, {1, 4, 6, 1});
  add("short", BuiltinOperator::STRIDED_SLICE, slice_options(0, 0), {{0, 1}, {1, 3}, {1, 1}}, {1, 4, 6},
      {1, 2, 6});
  add("offset", BuiltinOperator::STRIDED_SLICE, slice_options(0, 0, true), {{0, 1, -4}, {1, 2, 3}, {1, 1, 1}},
      {1, 4, 6}, {1, 2, 3});
  add("transpose_six", BuiltinOperator::TRANSPOSE, options_of(schema::TransposeOptionsT()),
      {{-1, 1, 4, 2, 3, 0}}, {1, 2, 3, 2, 4, 2}, {2, 2, 4, 3, 2, 1});
  schema::SqueezeOptionsT squeeze;
  squeeze.squeeze_dims = {2};
  add("squeeze", BuiltinOperator::SQUEEZE, options_of(squeeze), {}, {1, 4, 1, 3}, {1, 4, 3});
  add("expand_dims", BuiltinOperator::EXPAND_DIMS, options_of(schema::ExpandDimsOptionsT()), {{-1}},
      {1, 4, 3}, {1, 4, 3, 1});
  return all;
}

/// All of them, each from an input to an output of its own.
Bytes file_of(const std::vector<Foreign>& operators) {
  Graph graph;
  for (const Foreign& foreign : operators) {
    const std::string name = foreign.name;
    graph.inputs.push_back(graph.add({name + "/x", DType::float32, foreign.input, {}, nullptr}));
    graph.outputs.push_back(graph.add({name + "/y", DType::float32, foreign.output, {}, nullptr}));
    graph.nodes.push_back({SpaceToDepth{}, {graph.inputs.back()}, {graph.outputs.back()}});
  }
  const Bytes written = formats::write_tflite(graph);
  const std::unique_ptr<schema::ModelT> model(schema::GetModel(written.data())->UnPack());
  schema::SubGraphT& subgraph = *model->subgraphs[0];
  for (size_t i = 0; i < operators.size(); ++i) {
    const Foreign& foreign = operators[i];
    schema::OperatorT& op = *subgraph.operators[i];
    op.opcode_index = static_cast<uint32_t>(model->operator_codes.size());
    op.builtin_options = foreign.options;
    auto code = std::make_unique<schema::OperatorCodeT>();
    code->builtin_code = foreign.builtin;
    code->deprecated_builtin_code = static_cast<int8_t>(foreign.builtin);
    code->version = 1;
    model->operator_codes.push_back(std::move(code));
    for (const std::vector<int32_t>& values : foreign.constants) {
      auto buffer = std::make_unique<schema::BufferT>();
      const bool wide = foreign.type == schema::TensorType::INT64;
      for (const int64_t value : values) {
        const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
        buffer->data.insert(buffer->data.end(), bytes, bytes + (wide ? sizeof value : sizeof(int32_t)));
      }
      auto tensor = std::make_unique<schema::TensorT>();
      tensor->name = std::string(foreign.name) + std::to_string(op.inputs.size());
      tensor->type = foreign.type;
      tensor->shape = {static_cast<int32_t>(values.size())};
      tensor->buffer = static_cast<uint32_t>(model->buffers.size());
      model->buffers.push_back(std::move(buffer));
      op.inputs.push_back(static_cast<int32_t>(subgraph.tensors.size()));
      subgraph.tensors.push_back(std::move(tensor));
    }
  }
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Model::Pack(builder, model.get()), schema::ModelIdentifier());
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes floats(int64_t count, uint64_t seed) {
  Random random(seed);
  Bytes bytes;
  for (int64_t i = 0; i < count; ++i) {
    const auto value = static_cast<float>(random.normal());
    const auto* first = reinterpret_cast<const uint8_t*>(&value);
    bytes.insert(bytes.end(), first, first + sizeof value);
  }
  return bytes;
}

/// What our engine and LiteRT's reference kernels answer: the bytes of each output, and of all.
std::pair<std::vector<Bytes>, Bytes> answers(const Graph& graph, const Bytes& file) {
  std::vector<Bytes> inputs;
  for (const TensorId id : graph.inputs)
    inputs.push_back(floats(elements(graph[id].shape), 5 + inputs.size()));
  return {run::Engine(graph).run(inputs), oracle::run_litert(file, std::vector<Bytes>{joined(inputs)})[0]};
}

TEST(DataMovement, FormsOfOtherWritersAgreeWithLiteRT) {
  TINYML_NEEDS_ORACLE("ai_edge_litert");
  const Bytes file = file_of(foreign_operators());
  const Graph read = formats::read_tflite(file);
  const auto [ours, expected] = answers(read, file);
  size_t at = 0;
  for (size_t i = 0; i < ours.size(); at += ours[i++].size()) {
    ASSERT_LE(at + ours[i].size(), expected.size());
    const auto first = expected.begin() + static_cast<ptrdiff_t>(at);
    EXPECT_EQ(ours[i], Bytes(first, first + static_cast<ptrdiff_t>(ours[i].size())))
        << read[read.outputs[i]].name;
  }
  EXPECT_EQ(at, expected.size());
  const Bytes again = formats::write_tflite(read);
  EXPECT_EQ(formats::write_tflite(formats::read_tflite(again)), again);
}

TEST(DataMovement, FloatImagesAgreeWithLiteRT) {
  TINYML_NEEDS_ORACLE("ai_edge_litert");
  std::vector<OperatorCase> cases;
  for (const auto& some : {tests::resize_cases(), tests::transpose_conv_cases()}) {
    for (const OperatorCase& one : some) {
      if (one.graph[one.graph.inputs[0]].dtype != DType::int16) cases.push_back(one);
    }
  }
  Graph graph = tests::merged(cases).graph;
  for (Tensor& tensor : graph.tensors) {
    tensor.dtype = DType::float32;
    tensor.quantization = {};
    if (!tensor.is_constant()) continue;
    tensor.data = std::make_shared<const Bytes>(floats(elements(tensor.shape), 3));
  }
  const auto [outputs, expected] = answers(graph, formats::write_tflite(graph));
  const Bytes ours = joined(outputs);
  ASSERT_EQ(ours.size(), expected.size());
  std::vector<float> a(ours.size() / sizeof(float)), b(a.size());
  std::memcpy(a.data(), ours.data(), ours.size());
  std::memcpy(b.data(), expected.data(), ours.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5f * std::max(1.0f, std::abs(b[i]))) << i;
}

TEST(DataMovement, IndicesOutsideAreTheNearestInside) {
  CaseBuilder builder("gather", 1);
  const TensorId x = builder.input({1, 3}, DType::int8), indices = builder.input({1, 4}, DType::int32);
  const OperatorCase one = builder.finish(Gather{1, 0}, {x, indices}, builder.output_like(x));
  const std::vector<int32_t> outside{INT32_MIN, -1, 3, INT32_MAX};
  const auto bytes = to_constant(std::span<const int32_t>(outside));
  EXPECT_EQ(run::Engine(one.graph).run(std::vector<Bytes>{{7, 8, 9}, *bytes})[0], (Bytes{7, 7, 9, 9}));
}

// TFLM reads beyond the image here.
TEST(DataMovement, BilinearStaysInsideTheImage) {
  CaseBuilder builder("resize", 1);
  const TensorId x = builder.input({1, 1, 1, 1}, DType::int8);
  const Resize op{Interpolation::bilinear, 1, 1500, false, false};
  const OperatorCase one = builder.finish(op, {x}, builder.output_like(x));
  EXPECT_EQ(run::Engine(one.graph).run(std::vector<Bytes>{{100}})[0], Bytes(1500, 100));
}

TEST(DataMovement, ReshapesConstants) {
  CaseBuilder builder("reshape", 1);
  const TensorId constant = builder.constant({2, 3}, 0.1f, 3);
  const TensorId row = builder.tensor_like(constant, "row", {1, 6});
  builder.node(Reshape{{1, 6}}, {constant}, {row});
  const TensorId x = builder.input({1, 2}, DType::int8);
  const OperatorCase one = builder.finish(Concatenation{1}, {row, x}, builder.output_like(x));
  Bytes expected = *one.graph[constant].data;
  expected.insert(expected.end(), one.inputs[0].begin(), one.inputs[0].end());
  EXPECT_EQ(run::Engine(one.graph).run(one.inputs)[0], expected);
}

TEST(DataMovement, RefusesWhatDoesNotFit) {
  const auto error_of = [](const Operator& op, const Shape& input) -> std::string {
    CaseBuilder builder("refused", 1);
    const TensorId x = builder.input(input, DType::int8);
    try {
      builder.finish(op, {x}, builder.output_like(x));
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  const auto slice = [](int32_t begin, int32_t end, int32_t stride, int32_t shrink = 0) {
    return StridedSlice{{0, begin}, {0, end}, {1, stride}, 1, 1, 0, shrink};
  };
  EXPECT_EQ(error_of(slice(0, 3, 0), {1, 4}), "op 0: a stride of 0");
  EXPECT_EQ(error_of(slice(3, 3, 1), {1, 4}), "op 0: no element between 3 and 3");
  EXPECT_EQ(error_of(slice(1, 3, -1), {1, 4}), "op 0: no element between 1 and 3");
  EXPECT_EQ(error_of(slice(4, 0, 1, 2), {1, 4}), "op 0: element 4 of 4");
  EXPECT_EQ(error_of(slice(0, 3, 1), {1, 4, 2}), "op 0: a slice of 1x4x2 of 2 axes");
  EXPECT_EQ(error_of(Transpose{{0, 1, 1}}, {1, 4, 2}), "op 0: a transpose of 1x4x2 to the axes 0, 1, 1");
  EXPECT_EQ(error_of(Transpose{{0, 3, 1}}, {1, 4, 2}), "op 0: a transpose of 1x4x2 to the axes 0, 3, 1");
  EXPECT_EQ(error_of(SpaceToDepth{3}, {1, 6, 4, 1}), "op 0: 1x6x4x1 does not divide into blocks of 3 by 3");
  EXPECT_EQ(error_of(SpaceToDepth{-2}, {1, 6, 4, 1}),
            "op 0: 1x6x4x1 does not divide into blocks of -2 by -2");
  EXPECT_EQ(error_of(Pad{{0, -1}, {0, 0}}, {1, 4}), "op 0: axis 1 padded by -1, not 0 to 1048576");
  EXPECT_EQ(error_of(Pad{{0, 4}, {0, 0}, PadMode::reflect}, {1, 4}), "op 0: axis 1 padded by 4, not 0 to 3");
  EXPECT_EQ(error_of(Pad{{0, 0}, {0, 5}, PadMode::symmetric}, {1, 4}),
            "op 0: axis 1 padded by 5, not 0 to 4");
  EXPECT_EQ(error_of(Resize{Interpolation::nearest, 0, 3}, {1, 6, 4, 1}), "op 0: an image resized to 0 by 3");
}

}  // namespace
}  // namespace tinyml
