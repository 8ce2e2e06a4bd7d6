// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/tflite/unrolled.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "tinyml/base/file.h"
#include "tinyml/formats/tflite/checks.h"
#include "tinyml/formats/tflite/tables.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats::tflite {
namespace {

Bytes packed(const schema::OperatorT& one) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Operator::Pack(builder, &one));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

bool same(const schema::Operator& found, const schema::OperatorT& wanted) {
  if (found.builtin_options_type() != wanted.builtin_options.type) return false;
  if (wanted.builtin_options.value && !found.builtin_options()) return false;
  schema::OperatorT unpacked;
  found.UnPackTo(&unpacked);
  return packed(unpacked) == packed(wanted);
}

bool same(const Tensor& a, const Tensor& b) {
  return a.dtype == b.dtype && a.shape == b.shape && a.quantization == b.quantization &&
         a.is_constant() == b.is_constant() && (!a.is_constant() || *a.data == *b.data);
}

}  // namespace

std::string to_text(const std::vector<Unrolled>& all) {
  std::string text;
  for (const Unrolled& one : all) {
    text += fmt::format("{} {} {} {}", Gru::kName, one.first_operator, one.first_tensor, one.output);
    for (const int32_t input : one.inputs) text += fmt::format(" {}", input);
    text += '\n';
  }
  return text;
}

std::vector<Unrolled> parse_unrolled(const std::string& text) {
  std::vector<Unrolled> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    const std::vector<int32_t> numbers(std::istream_iterator<int32_t>(words), {});
    const bool negative = std::any_of(numbers.begin(), numbers.end(), [](int32_t n) { return n < 0; });
    if (name != Gru::kName || !words.eof() || negative || numbers.size() < 4) {
      reject(fmt::format("metadata {}: line {} is not a gru's", kUnrolled, all.size() + 1));
    }
    all.push_back({numbers[0], numbers[1], numbers[2], {numbers.begin() + 3, numbers.end()}});
  }
  return all;
}

std::unique_ptr<schema::OperatorT> operator_of(const ops::TfliteStep& step, uint32_t code,
                                               const std::vector<int32_t>& places) {
  auto made = std::make_unique<schema::OperatorT>();
  made->opcode_index = code;
  for (const int32_t place : step.inputs) {
    made->inputs.push_back(place < 0 ? -1 : places[static_cast<size_t>(place)]);
  }
  for (const int32_t place : step.outputs) made->outputs.push_back(places[static_cast<size_t>(place)]);
  made->builtin_options = *step.options;
  return made;
}

void expect_unrolled(const schema::Model& model, const Unrolled& unrolled, const ops::TfliteWriter& writer,
                     const std::vector<Tensor>& inside) {
  const schema::SubGraph& subgraph = *model.subgraphs()->Get(0);
  std::vector<int32_t> places = unrolled.inputs;
  places.push_back(unrolled.output);
  for (size_t i = 0; i < inside.size(); ++i) {
    places.push_back(unrolled.first_tensor + static_cast<int32_t>(i));
    const auto index = static_cast<flatbuffers::uoffset_t>(places.back());
    if (!same(inside[i], writer.step_tensors[i]) || subgraph.tensors()->Get(index)->is_variable()) {
      reject(fmt::format("tensor {} is not the gru's", index));
    }
  }
  for (size_t i = 0; i < writer.steps.size(); ++i) {
    const auto index =
        static_cast<flatbuffers::uoffset_t>(unrolled.first_operator) + static_cast<flatbuffers::uoffset_t>(i);
    const schema::Operator* found =
        index < count(subgraph.operators()) ? subgraph.operators()->Get(index) : nullptr;
    const bool coded = found && found->opcode_index() < count(model.operator_codes());
    const schema::OperatorCode* code = coded ? model.operator_codes()->Get(found->opcode_index()) : nullptr;
    const ops::TfliteStep& step = writer.steps[i];
    if (!code || builtin_of(*code) != step.builtin || code->version() != step.version ||
        !same(*found, *operator_of(step, found->opcode_index(), places))) {
      reject(fmt::format("op {} is not the gru's", index));
    }
  }
}

}  // namespace tinyml::formats::tflite
