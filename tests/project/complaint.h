// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"

namespace tinyml {

/// What `act` complains with, one line of that kind (none: of any); empty where it has nothing against it.
template <class Act>
std::string complaint(Act act, std::optional<ErrorKind> kind = ErrorKind::invalid_argument) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind.value_or(error.kind())) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "";
}

/// What `read` says of a tinyml.toml.
template <class Read>
std::string complaint_about(const std::string& toml, Read read) {
  const TemporaryFolder folder;
  write_text(folder.path() / "tinyml.toml", toml);
  return complaint([&] { read(folder.path() / "tinyml.toml"); }, std::nullopt);
}

}  // namespace tinyml
