// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the reader looks at a file's tables; for .cpp files only.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats::tflite {

/// The verified tables of a file. Errors: bad_file, unsupported.
const schema::Model& root_of(std::span<const uint8_t> bytes);

template <class Vector>
size_t count(const Vector* vector) {
  return vector ? vector->size() : 0;
}

inline schema::BuiltinOperator builtin_of(const schema::OperatorCode& code) {
  return static_cast<schema::BuiltinOperator>(
      std::max<int32_t>(static_cast<int32_t>(code.builtin_code()), code.deprecated_builtin_code()));
}

/// One line of valid UTF-8; empty where there is none.
std::string clean(const flatbuffers::String* text);

std::string name_of(const schema::OperatorCode& code);

}  // namespace tinyml::formats::tflite
