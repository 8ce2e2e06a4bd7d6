// SPDX-License-Identifier: Apache-2.0
#include "tinyml/codegen/reserved_names.h"

#include <algorithm>
#include <iterator>

namespace tinyml::codegen {
namespace {

constexpr std::string_view kSorted[] = {
    "abort",       "abs",          "accept",    "alarm",      "alignas",   "alignof",
    "and",         "and_eq",       "arduino",   "arm",        "asm",       "assert",
    "atoi",        "auto",         "avr",       "bind",       "bit",       "bitand",
    "bitor",       "bool",         "break",     "byte",       "case",      "catch",
    "ceil",        "char",         "char16_t",  "char32_t",   "char8_t",   "class",
    "close",       "co_await",     "co_return", "co_yield",   "compl",     "complex",
    "concept",     "connect",      "const",     "const_cast", "consteval", "constexpr",
    "constinit",   "continue",     "cos",       "ctype",      "decltype",  "default",
    "delay",       "delete",       "div",       "do",         "double",    "dynamic_cast",
    "else",        "enum",         "erf",       "errno",      "esp32",     "exit",
    "exp",         "explicit",     "export",    "extern",     "false",     "fenv",
    "float",       "floor",        "fma",       "for",        "free",      "friend",
    "gamma",       "goto",         "i386",      "if",         "index",     "inline",
    "int",         "int16_t",      "int32_t",   "int64_t",    "int8_t",    "inttypes",
    "iso646",      "j0",           "j1",        "jn",         "limits",    "link",
    "linux",       "listen",       "locale",    "log",        "log2",      "long",
    "loop",        "main",         "malloc",    "map",        "math",      "max",
    "memory",      "min",          "mutable",   "namespace",  "new",       "noexcept",
    "not",         "not_eq",       "nullptr",   "open",       "operator",  "or",
    "or_eq",       "pause",        "pdm",       "pipe",       "pow",       "printf",
    "private",     "protected",    "public",    "putc",       "puts",      "raise",
    "rand",        "random",       "read",      "recv",       "register",  "reinterpret_cast",
    "remove",      "rename",       "requires",  "return",     "rindex",    "rint",
    "round",       "sched",        "select",    "send",       "serial",    "setjmp",
    "setup",       "short",        "signal",    "signed",     "sin",       "size_t",
    "sizeof",      "sleep",        "spi",       "sqrt",       "static",    "static_assert",
    "static_cast", "std",          "stdarg",    "stdatomic",  "stdbool",   "stddef",
    "stdint",      "stdio",        "stdlib",    "string",     "strings",   "struct",
    "switch",      "sync",         "system",    "tan",        "template",  "tgmath",
    "this",        "thread_local", "threads",   "throw",      "time",      "tinyml",
    "tone",        "true",         "trunc",     "try",        "typedef",   "typeid",
    "typename",    "uchar",        "uint16_t",  "uint32_t",   "uint64_t",  "uint8_t",
    "union",       "unistd",       "unix",      "unlink",     "unsigned",  "using",
    "virtual",     "void",         "volatile",  "wait",       "wchar",     "wchar_t",
    "wctype",      "while",        "wire",      "word",       "write",     "xor",
    "xor_eq",      "y0",           "y1",        "yield",      "yn"};
static_assert(std::is_sorted(std::begin(kSorted), std::end(kSorted)));

}  // namespace

bool is_reserved(std::string_view name) {
  return std::binary_search(std::begin(kSorted), std::end(kSorted), name);
}

}  // namespace tinyml::codegen
