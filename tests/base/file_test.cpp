// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/file.h"
#include "tinyml/base/output_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "tinyml/base/error.h"

namespace tinyml {
namespace {

namespace fs = std::filesystem;

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

size_t entries(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::recursive_directory_iterator(folder), {}));
}

/// The error's kind and one line.
std::pair<ErrorKind, std::string> refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return {error.kind(), error.what()};
  }
  return {};
}

#define EXPECT_REFUSED(work, expected_kind, text)                \
  do {                                                           \
    const auto [kind, message] = refusal([&] { work; });         \
    EXPECT_EQ(kind, expected_kind) << message;                   \
    EXPECT_NE(message.find(text), std::string::npos) << message; \
  } while (false)

TEST(ReadBytes, RefusesWhatIsNoRegularFile) {
  const TemporaryFolder folder;
  const fs::path pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_REFUSED(read_bytes(pipe), ErrorKind::bad_file, "pipe is a device or pipe");
  EXPECT_REFUSED(read_bytes("/dev/zero"), ErrorKind::bad_file, "/dev/zero is a device");
  EXPECT_REFUSED(read_bytes(folder.path()), ErrorKind::bad_file, "is a folder");
  EXPECT_REFUSED(read_bytes(folder.path() / "gone"), ErrorKind::not_found, "gone");
  EXPECT_FALSE(read_bytes("/proc/self/stat").empty());
}

TEST(ReadBytes, RefusesAHugeFile) {
  const TemporaryFolder folder;
  write_text(folder.path() / "huge", "");
  ASSERT_EQ(::truncate((folder.path() / "huge").c_str(), (int64_t{1} << 31) + 1), 0);
  EXPECT_REFUSED(read_bytes(folder.path() / "huge"), ErrorKind::bad_file, "huge is larger than 2 GB");
}

TEST(WriteBytes, TellsWhyAFolderCannotBeMade) {
  const TemporaryFolder folder;
  write_text(folder.path() / "file", "");
  EXPECT_REFUSED(write_text(folder.path() / "file" / "x" / "a", ""), ErrorKind::io,
                 "file/x/a: Not a directory");
  EXPECT_REFUSED(write_text(folder.path(), ""), ErrorKind::io, "Is a directory");
}

TEST(WriteBytes, TakesANameWithoutAFolder) {
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  write_bytes("plain.txt", bytes("new"));
  const Bytes content = read_bytes("plain.txt");
  fs::current_path(before);
  EXPECT_EQ(content, bytes("new"));
}

TEST(CheckWritable, LeavesEverythingAsItWas) {
  const TemporaryFolder folder;
  write_text(folder.path() / "file", "old");
  check_writable(folder.path() / "x" / "y" / "new");
  check_writable(folder.path() / "file");
  EXPECT_EQ(entries(folder.path()), 1u);
  EXPECT_EQ(read_text(folder.path() / "file"), "old");
  EXPECT_REFUSED(check_writable(folder.path() / "file" / "a"), ErrorKind::io, "file/a: Not a directory");
  EXPECT_REFUSED(check_writable(folder.path()), ErrorKind::io, "Is a directory");
  EXPECT_REFUSED(check_writable("/proc/no_such_folder/a"), ErrorKind::not_found, "/proc/no_such_folder/a");
}

TEST(CheckOutput, RefusesOtherNamesAndWhatIsRead) {
  const TemporaryFolder folder;
  const fs::path model = folder.path() / "a.html";
  write_text(model, "model");
  check_output(folder.path() / "b.html", ".html", {model, {}});
  EXPECT_EQ(entries(folder.path()), 1u);
  EXPECT_REFUSED(check_output(folder.path() / "b.tflite", ".html", {}), ErrorKind::invalid_argument,
                 ".html file");
  EXPECT_REFUSED(check_output(folder.path() / "." / "a.html", ".html", {model}), ErrorKind::invalid_argument,
                 "what is read");
}

TEST(TemporaryFolders, NameTmpdir) {
  const char* const set = std::getenv("TMPDIR");
  const std::string before = set ? set : "";
  ::setenv("TMPDIR", "/nonexistent", 1);
  EXPECT_REFUSED(const TemporaryFolder folder, ErrorKind::not_found, "TMPDIR");
  EXPECT_REFUSED(const TemporaryFolder folder, ErrorKind::not_found, "/nonexistent");
  if (set) {
    ::setenv("TMPDIR", before.c_str(), 1);
  } else {
    ::unsetenv("TMPDIR");
  }
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
