// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tinyml {

enum class ErrorKind {
  invalid_argument,  // what the user passed: a name, a number, a combination
  not_found,         // a file, folder, board, tool or port that is not there
  bad_file,          // a file that is there and cannot be understood
  io,                // the system refused: permission, disk full, device gone
  unsupported,       // understood, and not something that this version does
  interrupted,       // Ctrl-C
};

/// A user's mistake, a bad file or a refusing system: one line that says what is wrong, where, and what
/// to do. Bugs are TINYML_CHECK's. Python raises it as tinyml.Error, the CLI prints it and exits with 2
/// (130 when interrupted).
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

/// Runs `body`; an Error on its way up becomes "context: message".
template <class Body>
decltype(auto) with_context(std::string_view context, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Error& error) {
    throw Error(error.kind(), std::string(context) + ": " + error.what());
  }
}

/// The three of `names` nearest to `name` by edit distance, nearest first, joined by ", ".
std::string nearest_names(std::string_view name, const std::vector<std::string>& names);

namespace detail {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}

/// An invariant of this code, on in every host build: failing is a bug here, never a user's mistake.
#define TINYML_CHECK(condition) \
  ((condition) ? (void)0 : ::tinyml::detail::check_failed(#condition, __FILE__, __LINE__))

}  // namespace tinyml
