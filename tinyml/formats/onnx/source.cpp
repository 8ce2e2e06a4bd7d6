// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "tinyml/formats/onnx/import.h"
#include "tinyml/formats/text.h"
#include "tinyml/formats/tflite/checks.h"
#include "tinyml/schema/onnx.pb.h"

namespace tinyml::formats::onnx {

using schema::onnx::AttributeProto;
using tflite::refuse;
using tflite::reject;

Source::Source(const schema::onnx::NodeProto& proto, std::unordered_map<std::string, Value>& values,
               const std::unordered_map<std::string, int>& uses)
    : proto_(proto), values_(values), uses_(uses) {}

std::string Source::op() const { return proto_.op_type(); }
size_t Source::input_count() const { return static_cast<size_t>(proto_.input_size()); }
size_t Source::output_count() const { return static_cast<size_t>(proto_.output_size()); }

bool Source::has(size_t index) const {
  return index < input_count() && !proto_.input(static_cast<int>(index)).empty();
}

const Value& Source::input(size_t index) const {
  if (!has(index)) reject(fmt::format("its input {} is missing", index));
  const std::string& name = proto_.input(static_cast<int>(index));
  const auto found = values_.find(name);
  if (found == values_.end()) reject(fmt::format("it reads {} before it is computed", clean(name)));
  return found->second;
}

const Constant& Source::constant(size_t index, std::string_view what) const {
  const Value& value = input(index);
  if (!value.constant) refuse(fmt::format("{} that is computed while the model runs", what));
  return *value.constant;
}

bool Source::all_constant() const {
  for (size_t i = 0; i < input_count(); ++i) {
    if (has(i) && !is_constant(i)) return false;
  }
  return true;
}

int Source::uses_of_input(size_t index) const {
  const auto found = uses_.find(proto_.input(static_cast<int>(index)));
  return found == uses_.end() ? 0 : found->second;
}

bool Source::is_used(size_t output) const {
  return output < output_count() && uses_.count(proto_.output(static_cast<int>(output))) > 0;
}

std::string Source::output_name(size_t index) const {
  if (index >= output_count()) reject("it has no output");
  return clean(proto_.output(static_cast<int>(index)));
}

void Source::set_output(size_t index, Value value) {
  if (index >= output_count()) reject("it has no output");
  const std::string& name = proto_.output(static_cast<int>(index));
  if (name.empty()) return;
  if (!values_.try_emplace(name, std::move(value)).second) {
    reject(fmt::format("it writes {}, which is there already", clean(name)));
  }
}

const AttributeProto* Source::find(std::string_view name) const {
  for (const AttributeProto& attribute : proto_.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

bool Source::has_attribute(std::string_view name) const { return find(name) != nullptr; }

int64_t Source::integer(std::string_view name, int64_t otherwise) const {
  const AttributeProto* found = find(name);
  return found ? found->i() : otherwise;
}

float Source::number(std::string_view name, float otherwise) const {
  const AttributeProto* found = find(name);
  return found ? found->f() : otherwise;
}

std::string Source::text(std::string_view name, const std::string& otherwise) const {
  const AttributeProto* found = find(name);
  return found ? found->s() : otherwise;
}

std::vector<int64_t> Source::integers(std::string_view name) const {
  const AttributeProto* found = find(name);
  if (!found) return {};
  return {found->ints().begin(), found->ints().end()};
}

std::vector<float> Source::numbers(std::string_view name) const {
  const AttributeProto* found = find(name);
  if (!found) return {};
  return {found->floats().begin(), found->floats().end()};
}

std::vector<std::string> Source::texts(std::string_view name) const {
  const AttributeProto* found = find(name);
  if (!found) return {};
  return {found->strings().begin(), found->strings().end()};
}

std::optional<Constant> Source::tensor(std::string_view name, Budget& budget) const {
  const AttributeProto* found = find(name);
  if (!found || !found->has_t()) return std::nullopt;
  return read_constant(found->t(), budget);
}

std::optional<std::vector<int64_t>> Source::integers(std::string_view name, size_t index) const {
  if (has(index)) return onnx::integers(constant(index, fmt::format("an input {}", name)));
  if (has_attribute(name)) return integers(name);
  return std::nullopt;
}

}  // namespace tinyml::formats::onnx
