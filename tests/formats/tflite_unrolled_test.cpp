// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <sstream>

#include "tinyml/formats/tflite.h"
#include "tinyml/graph/builder.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats {
namespace {

/// Two float GRUs of two units over three steps. Tensors 0 to 22 are the graph's: the input, ten parameters
/// and the output of the first, then those of the second.
Graph gru_net() {
  GraphBuilder net("gru_net", 5);
  return net.finish(net.gru(net.gru(net.input("x", {1, 3, 2}), 2), 2));
}

constexpr size_t kParameters = 10, kOutput = 11, kFirstInside = 23;

/// What a mutation changes: the file, and the numbers of the first line of its metadata: operator, inner
/// tensor, output, inputs.
struct File {
  schema::ModelT model;
  std::string first_line, second_line;
  std::vector<int32_t> numbers;

  schema::SubGraphT& graph() { return *model.subgraphs[0]; }
  schema::OperatorT& op(size_t index) { return *graph().operators[index]; }
  schema::TensorT& tensor(size_t index) { return *graph().tensors[index]; }
  schema::BuiltinOperator builtin(size_t index) {
    return model.operator_codes[op(index).opcode_index]->builtin_code;
  }
  /// The first operator of the kind.
  schema::OperatorT& first(schema::BuiltinOperator kind) {
    for (size_t i = 0;; ++i) {
      if (builtin(i) == kind) return op(i);
    }
  }
  Bytes& metadata() {
    for (const auto& entry : model.metadata) {
      if (entry->name == "tinyml.unrolled") return model.buffers[entry->buffer]->data;
    }
    throw std::runtime_error("no metadata");
  }
  Bytes& data(size_t tensor_index) { return model.buffers[tensor(tensor_index).buffer]->data; }
  /// The first tensor inside that is a constant of the type.
  size_t constant(schema::TensorType type) {
    for (size_t i = kFirstInside;; ++i) {
      if (tensor(i).type == type && tensor(i).buffer != 0) return i;
    }
  }
};

File unpacked(const Graph& graph) {
  File file;
  const Bytes bytes = write_tflite(graph);
  schema::GetModel(bytes.data())->UnPackTo(&file.model);
  const std::string text(file.metadata().begin(), file.metadata().end());
  const size_t end = text.find('\n');
  file.first_line = text.substr(0, end);
  file.second_line = text.substr(end + 1);
  std::istringstream words(file.first_line.substr(4));
  file.numbers.assign(std::istream_iterator<int32_t>(words), {});
  return file;
}

std::string error_of(File& file, bool numbers_count) {
  if (numbers_count) {
    std::string text = "gru";
    for (const int32_t number : file.numbers) text += " " + std::to_string(number);
    text += "\n" + file.second_line;
    file.metadata().assign(text.begin(), text.end());
  }
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Model::Pack(builder, &file.model), schema::ModelIdentifier());
  try {
    read_tflite({builder.GetBufferPointer(), builder.GetSize()});
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

struct Mutation {
  const char* name;
  std::function<void(File&)> apply;
  const char* error;
  bool of_text = false;
};

void PrintTo(const Mutation& mutation, std::ostream* out) { *out << mutation.name; }

void set_text(File& file, const std::string& text) { file.metadata().assign(text.begin(), text.end()); }

template <class Options>
Options& options(schema::OperatorT& op) {
  return *static_cast<Options*>(op.builtin_options.value);
}

using Builtin = schema::BuiltinOperator;

const Mutation kMutations[] = {
    {"None", [](File&) {}, ""},
    // The metadata.
    {"NoMetadata", [](File& f) { f.model.metadata.clear(); },
     "op 7 FULLY_CONNECTED: not supported: the constant input gru1/17", true},
    {"Empty", [](File& f) { set_text(f, ""); },
     "op 7 FULLY_CONNECTED: not supported: the constant input gru1/17", true},
    {"OtherName", [](File& f) { set_text(f, "lstm" + f.first_line.substr(3) + "\n" + f.second_line); },
     "metadata tinyml.unrolled: line 1 is not a gru's", true},
    {"NotANumber", [](File& f) { set_text(f, f.first_line + "\n" + "gru 1 2 x\n"); },
     "metadata tinyml.unrolled: line 2 is not a gru's", true},
    {"FewNumbers", [](File& f) { set_text(f, "gru 0 1 2\n"); },
     "metadata tinyml.unrolled: line 1 is not a gru's", true},
    {"LargeNumber", [](File& f) { set_text(f, "gru 0 1 2 99999999999\n"); },
     "metadata tinyml.unrolled: line 1 is not a gru's", true},
    {"ControlCharacters", [](File& f) { set_text(f, std::string("\0\r\x1b", 3)); },
     "metadata tinyml.unrolled: line 1 is not a gru's", true},
    {"NegativeNumber", [](File& f) { f.numbers[3] = -1; }, "metadata tinyml.unrolled: line 1 is not a gru's"},
    {"SecondMissing", [](File& f) { set_text(f, f.first_line); },
     "op 55 FULLY_CONNECTED: not supported: the constant input gru2/17", true},
    {"FirstMissing", [](File& f) { set_text(f, f.second_line); },
     "op 7 FULLY_CONNECTED: not supported: the constant input gru1/17", true},
    {"Twice", [](File& f) { set_text(f, f.first_line + "\n" + f.first_line + "\n" + f.second_line); },
     "op 55 FULLY_CONNECTED: not supported: the constant input gru2/17", true},
    {"Swapped", [](File& f) { set_text(f, f.second_line + f.first_line); },
     "op 7 FULLY_CONNECTED: not supported: the constant input gru1/17", true},
    {"OtherOperator", [](File& f) { f.numbers[0] = 1; }, "op 1 unrolled gru: tensor 23 is used elsewhere"},
    {"OperatorOutOfRange", [](File& f) { f.numbers[0] = 10000; },
     "op 7 FULLY_CONNECTED: not supported: the constant input gru1/17"},
    {"OtherTensors", [](File& f) { f.numbers[1] += 1; }, "op 0 unrolled gru: tensor 24 is not the gru's"},
    {"TensorsOfTheGraph", [](File& f) { f.numbers[1] = 5; }, "op 0 unrolled gru: tensor 5 is used elsewhere"},
    {"TensorsOutOfRange", [](File& f) { f.numbers[1] = INT32_MAX; },
     "op 0 unrolled gru: there is no tensor 2147483647"},
    {"OtherOutput", [](File& f) { f.numbers[2] = f.graph().outputs[0]; },
     "op 0 unrolled gru: op 47 is not the gru's"},
    {"OutputOutOfRange", [](File& f) { f.numbers[2] = 5000; }, "op 0 unrolled gru: there is no tensor 5000"},
    {"OutputInside", [](File& f) { f.numbers[2] = kFirstInside; },
     "op 0 unrolled gru: not supported: gru1/0 of int32 (int8, int16 and float32 are)"},
    {"ConstantOutput", [](File& f) { f.numbers[2] = 1; },
     "op 0 unrolled gru: its output is 2x2 in the file and 1x3x2 by its inputs and options"},
    {"InputMissing", [](File& f) { f.numbers.pop_back(); }, "op 0 unrolled gru: gru needs 11 inputs, not 10"},
    {"InputTooMany", [](File& f) { f.numbers.push_back(1); },
     "op 0 unrolled gru: gru needs 11 inputs, not 12"},
    {"InputOutOfRange", [](File& f) { f.numbers[4] = 5000; }, "op 0 unrolled gru: there is no tensor 5000"},
    {"ComputedWeights", [](File& f) { f.numbers[4] = 0; },
     "op 0 unrolled gru: gru: its input 1 does not have the shape 1x2"},
    {"SwappedWeights", [](File& f) { std::swap(f.numbers[4], f.numbers[5]); },
     "op 0 unrolled gru: op 1 is not the gru's"},
    {"SwappedRecurrentWeights", [](File& f) { std::swap(f.numbers[7], f.numbers[8]); },
     "op 0 unrolled gru: op 7 is not the gru's"},
    {"SwappedBiases", [](File& f) { std::swap(f.numbers[10], f.numbers[13]); },
     "op 0 unrolled gru: op 1 is not the gru's"},
    {"ParametersOfTheOther",
     [](File& f) {
       for (size_t i = 4; i < 4 + kParameters; ++i) f.numbers[i] += static_cast<int32_t>(kParameters) + 1;
     },
     "op 0 unrolled gru: op 1 is not the gru's"},
    // The operators.
    {"OperatorMissing", [](File& f) { f.graph().operators.erase(f.graph().operators.begin() + 7); },
     "op 0 unrolled gru: op 7 is not the gru's"},
    {"OperatorsSwapped", [](File& f) { std::swap(f.graph().operators[6], f.graph().operators[7]); },
     "op 0 unrolled gru: op 6 is not the gru's"},
    {"LastOperatorsMissing", [](File& f) { f.graph().operators.resize(f.graph().operators.size() - 1); },
     "op 48 unrolled gru: op 95 is not the gru's"},
    {"TooFewOperators", [](File& f) { f.graph().operators.resize(2); },
     "op 0 unrolled gru: the file has too few operators for its steps"},
    {"OtherBuiltin",
     [](File& f) { f.first(Builtin::TANH).opcode_index = f.first(Builtin::LOGISTIC).opcode_index; },
     "op 0 unrolled gru: op 16 is not the gru's"},
    {"OtherVersion", [](File& f) { f.model.operator_codes[f.first(Builtin::MUL).opcode_index]->version = 9; },
     "op 0 unrolled gru: op 14 is not the gru's"},
    {"CodeOutOfRange", [](File& f) { f.first(Builtin::MUL).opcode_index = 77; },
     "op 0 unrolled gru: op 14 is not the gru's"},
    {"OtherInput",
     [](File& f) { std::swap(f.first(Builtin::SUB).inputs[0], f.first(Builtin::SUB).inputs[1]); },
     "op 0 unrolled gru: op 17 is not the gru's"},
    {"OtherOutputTensor", [](File& f) { f.first(Builtin::SUB).outputs = f.first(Builtin::MUL).outputs; },
     "op 0 unrolled gru: op 17 is not the gru's"},
    {"Activation",
     [](File& f) {
       options<schema::AddOptionsT>(f.first(Builtin::ADD)).fused_activation_function =
           schema::ActivationFunctionType::RELU;
     },
     "op 0 unrolled gru: op 8 is not the gru's"},
    {"OtherAxis",
     [](File& f) { options<schema::ConcatenationOptionsT>(f.first(Builtin::CONCATENATION)).axis = 1; },
     "op 0 unrolled gru: op 46 is not the gru's"},
    {"OptionsMissing", [](File& f) { f.first(Builtin::SPLIT).builtin_options.Reset(); },
     "op 0 unrolled gru: op 2 is not the gru's"},
    {"OtherOptions", [](File& f) { f.first(Builtin::MUL).builtin_options.Set(schema::SubOptionsT()); },
     "op 0 unrolled gru: op 14 is not the gru's"},
    {"Intermediates", [](File& f) { f.first(Builtin::MUL).intermediates = {1}; },
     "op 0 unrolled gru: op 14 is not the gru's"},
    // The tensors inside.
    {"FirstStateNotZero", [](File& f) { f.data(f.constant(schema::TensorType::FLOAT32))[3] = 64; },
     "op 0 unrolled gru: tensor 40 is not the gru's"},
    {"FirstStateComputed", [](File& f) { f.tensor(f.constant(schema::TensorType::FLOAT32)).buffer = 0; },
     "op 0 unrolled gru: tensor 40 is not the gru's"},
    {"OtherShape",
     [](File& f) {
       f.tensor(f.op(5).outputs[0]).shape = {2, 1};
     },
     "op 0 unrolled gru: tensor 35 is not the gru's"},
    {"OtherType", [](File& f) { f.tensor(f.op(5).outputs[0]).type = schema::TensorType::INT16; },
     "op 0 unrolled gru: tensor 35 is not the gru's"},
    {"Variable", [](File& f) { f.tensor(f.op(5).outputs[0]).is_variable = true; },
     "op 0 unrolled gru: tensor 35 is not the gru's"},
    {"ConstantInside",
     [](File& f) {
       f.tensor(f.op(7).outputs[0]).buffer = f.tensor(f.constant(schema::TensorType::FLOAT32)).buffer;
     },
     "op 0 unrolled gru: tensor 41 is not the gru's"},
    // The tensors outside.
    {"OutputShape",
     [](File& f) {
       f.tensor(kOutput).shape = {1, 2, 3};
     },
     "op 0 unrolled gru: its output is 1x2x3 in the file and 1x3x2 by its inputs and options"},
    {"OutputVariable", [](File& f) { f.tensor(kOutput).is_variable = true; },
     "op 0 unrolled gru: not supported: gru1, a variable (state that the model keeps)"},
    {"WeightsVariable", [](File& f) { f.tensor(1).is_variable = true; },
     "op 0 unrolled gru: not supported: gru1/update_weights, a variable (state that the model keeps)"},
    {"BiasType", [](File& f) { f.tensor(7).type = schema::TensorType::INT32; },
     "op 0 unrolled gru: not supported: the parameter gru1/update_bias, which is not a constant of float32"},
    {"ModelOutputInside", [](File& f) { f.graph().outputs[0] = f.op(5).outputs[0]; },
     "op 0 unrolled gru: tensor 35 is used elsewhere"},
    {"ModelInputInside", [](File& f) { f.graph().inputs.push_back(f.op(7).outputs[0]); },
     "op 0 unrolled gru: tensor 41 is used elsewhere"},
    {"ReadOutside",
     [](File& f) {
       auto more = std::make_unique<schema::OperatorT>(f.first(Builtin::ADD));
       more->inputs[0] = f.op(f.graph().operators.size() / 2).outputs[0];
       more->outputs = {static_cast<int32_t>(f.graph().tensors.size())};
       f.graph().tensors.push_back(std::make_unique<schema::TensorT>(f.tensor(f.op(5).outputs[0])));
       f.graph().operators.push_back(std::move(more));
     },
     "op 96 ADD: tensor 83 is inside of an unrolled gru"},
};

class Unrolled : public testing::TestWithParam<Mutation> {};

TEST_P(Unrolled, IsReadOrRefused) {
  File file = unpacked(gru_net());
  ASSERT_EQ(file.numbers.size(), 14u);
  ASSERT_EQ(file.numbers[1], static_cast<int32_t>(kFirstInside));
  ASSERT_EQ(file.numbers[2], static_cast<int32_t>(kOutput));
  GetParam().apply(file);
  EXPECT_EQ(error_of(file, !GetParam().of_text), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Models, Unrolled, testing::ValuesIn(kMutations),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Unrolled, LongWindowsAreRead) {
  GraphBuilder net("long", 5);
  const Bytes file = write_tflite(net.finish(net.gru(net.input("x", {1, 4096, 1}), 1)));
  EXPECT_EQ(write_tflite(read_tflite(file)), file);
}

// No byte of the metadata may be another: what is read is written as the file was, or refused.
TEST(Unrolled, ChangedMetadataNeverReadsAsAnotherNet) {
  const Graph net = gru_net();
  const Bytes good = write_tflite(net);
  const std::string line = unpacked(net).first_line;
  const auto begin = std::search(good.begin(), good.end(), line.begin(), line.end()) - good.begin();
  size_t refused = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    for (const char c : std::string("0123456789 \n-x")) {
      Bytes changed = good;
      changed[static_cast<size_t>(begin) + i] = static_cast<uint8_t>(c);
      try {
        EXPECT_EQ(write_tflite(read_tflite(changed)), good);
      } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 12 * line.size());
}

}  // namespace
}  // namespace tinyml::formats
