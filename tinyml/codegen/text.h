// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tinyml/ops/kernel_call.h"

namespace tinyml::codegen {

/// A C++ identifier made from any name: lower case, never a keyword, nor the name of a C header.
std::string to_identifier(std::string_view name);
/// Whether generated code may use `name` unchanged as namespace and file name.
bool is_identifier(std::string_view name);

/// `text` on one line of a comment: control characters become blanks, no line continuation.
std::string comment_line(std::string_view text);

/// A C string literal with quotes; bytes outside ASCII as octal escapes.
std::string string_literal(std::string_view text);

/// A float literal that gives the same value back.
std::string float_literal(float value);

/// "2,656,768"
std::string with_separators(int64_t value);

/// The elements of a table between the braces of its definition, in rows.
std::string table_rows(const ops::Table& table);
/// The number of elements of a table.
int64_t table_size(const ops::Table& table);

}  // namespace tinyml::codegen
