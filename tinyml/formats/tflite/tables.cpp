// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/tflite/tables.h"

#include <fmt/core.h>

#include "tinyml/formats/text.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::tflite {
const schema::Model& root_of(std::span<const uint8_t> bytes) {
  constexpr size_t kMostBytes = size_t{1} << 28;
  constexpr flatbuffers::uoffset_t kDepth = 16, kTables = 1 << 22;
  if (bytes.empty()) reject("the file is empty");
  if (bytes.size() < 8 || !schema::ModelBufferHasIdentifier(bytes.data())) {
    reject("this is not a .tflite file (it has no TFL3 identifier)");
  }
  if (bytes.size() > kMostBytes) refuse("a .tflite file above 256 MB");
  flatbuffers::Verifier verifier(bytes.data(), bytes.size(), kDepth, kTables);
  if (!schema::VerifyModelBuffer(verifier)) reject("the .tflite file is damaged or truncated");
  return *schema::GetModel(bytes.data());
}

std::string clean(const flatbuffers::String* text) {
  return formats::clean(text ? text->str() : std::string());
}

std::string name_of(const schema::OperatorCode& code) {
  const schema::BuiltinOperator builtin = builtin_of(code);
  if (builtin == schema::BuiltinOperator::CUSTOM) return "CUSTOM " + clean(code.custom_code());
  const std::string name = schema::EnumNameBuiltinOperator(builtin);
  return name.empty() ? fmt::format("builtin {}", static_cast<int32_t>(builtin)) : name;
}

}  // namespace tinyml::formats::tflite
