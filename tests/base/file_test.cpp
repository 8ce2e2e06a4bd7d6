// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/file.h"

#include <gtest/gtest.h>

#include "tinyml/base/error.h"

namespace tinyml {
namespace {

namespace fs = std::filesystem;

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

size_t entries(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::recursive_directory_iterator(folder), {}));
}

TEST(WriteFiles, WritesAllAndMakesFolders) {
  const TemporaryFolder folder;
  write_text(folder.path() / "a", "old");
  write_files({{folder.path() / "a", bytes("1")}, {folder.path() / "x" / "y" / "b", bytes("2")}});
  EXPECT_EQ(read_text(folder.path() / "a"), "1");
  EXPECT_EQ(read_text(folder.path() / "x" / "y" / "b"), "2");
  EXPECT_EQ(entries(folder.path()), 4u);
}

TEST(WriteFiles, WritesNoneWhereOneCannotBe) {
  const TemporaryFolder folder;
  write_text(folder.path() / "a", "old");
  const std::vector<NewFile> files{{folder.path() / "a", bytes("new")},
                                   {folder.path() / "x" / "b", bytes("new")},
                                   {folder.path() / "x" / "y" / "c", bytes("new")},
                                   {folder.path() / "a" / "under_a_file", bytes("new")}};
  try {
    write_files(files);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("under_a_file"), std::string::npos) << error.what();
  }
  EXPECT_EQ(read_text(folder.path() / "a"), "old");
  EXPECT_EQ(entries(folder.path()), 1u);
}

}  // namespace
}  // namespace tinyml
