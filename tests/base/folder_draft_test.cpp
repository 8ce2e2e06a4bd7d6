// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/folder_draft.h"

#include <gtest/gtest.h>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"

namespace tinyml {
namespace {

namespace fs = std::filesystem;

size_t entries(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), {}));
}

TEST(FolderDraft, ReplacesTheFolderAsAWhole) {
  const TemporaryFolder folder;
  const fs::path target = folder.path() / "x" / "target" / "";
  for (const char* name : {"a", "b"}) {
    FolderDraft draft(target);
    write_text(draft.path() / name, name);
    draft.publish();
  }
  EXPECT_FALSE(fs::exists(target / "a"));
  EXPECT_EQ(read_text(target / "b"), "b");
  EXPECT_EQ(entries(folder.path() / "x"), 1u);
}

TEST(FolderDraft, LeavesNothingUnlessPublished) {
  const TemporaryFolder folder;
  write_text(folder.path() / "target" / "a", "old");
  {
    const FolderDraft draft(folder.path() / "target");
    write_text(draft.path() / "a", "new");
  }
  EXPECT_EQ(read_text(folder.path() / "target" / "a"), "old");
  EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(FolderDraft, NamesWhatCannotBeMade) {
  const TemporaryFolder folder;
  write_text(folder.path() / "file", "");
  try {
    const FolderDraft draft(folder.path() / "file" / "target");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("file/target: Not a directory"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace tinyml
