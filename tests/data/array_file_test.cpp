// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/array_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tinyml/base/error.h"

namespace tinyml::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Bytes npy(const std::string& header, size_t content, int version = 1) {
  std::string text = "\x93NUMPY";
  text += static_cast<char>(version);
  text += '\0';
  text += static_cast<char>(header.size() & 255);
  text += static_cast<char>(header.size() >> 8);
  if (version > 1) text += std::string(2, '\0');
  text += header;
  for (size_t i = 0; i < content; ++i) text += static_cast<char>(i);
  return Bytes(text.begin(), text.end());
}

std::string header(const std::string& descr, const std::string& shape, const std::string& order = "False") {
  return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

std::string complaint(const Bytes& file) {
  try {
    parse_npy(file, "x.npy");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(ArrayFile, ReadsNpy) {
  for (const int version : {1, 2, 3}) {
    const Array array = parse_npy(npy(header("'|i1'", "(2, 3)"), 6, version), "x.npy");
    EXPECT_THAT(array.shape, ElementsAre(2, 3));
    EXPECT_EQ(array.size(), 6);
    EXPECT_EQ(array.at(5), 5);
  }
  EXPECT_EQ(parse_npy(npy(header("'<u2'", "(1,)"), 2), "x.npy").at(0), 256);
  EXPECT_TRUE(parse_npy(npy(header("'<f8'", "()"), 8), "x.npy").shape.empty());
}

TEST(ArrayFile, TurnsColumnsIntoRows) {
  const Array array = parse_npy(npy(header("'|u1'", "(2, 3)", "True"), 6), "x.npy");
  std::vector<double> values;
  for (int64_t i = 0; i < array.size(); ++i) values.push_back(array.at(i));
  EXPECT_THAT(values, ElementsAre(0, 2, 4, 1, 3, 5));
}

TEST(ArrayFile, RefusesWhatIsNoArrayOfNumbers) {
  const std::pair<Bytes, const char*> cases[] = {
      {npy(header("'<f4'", "(2, 3)"), 20), "20 bytes of numbers, not the 6 elements"},
      {npy(header("'<f4'", "(4294967296, 4294967296, 2)"), 8), "out of all proportion"},
      {npy(header("'<f4'", "(-1,)"), 8), "shape is not understood"},
      {npy(header("'>f4'", "(1,)"), 4), "big endian"},
      {npy(header("'|O'", "(1,)"), 8), "records or objects"},
      {npy(header("'<c8'", "(1,)"), 8), "of the type '<c8'"},
      {npy("{'descr': '<f4'", 4), "its header ends early"},
      {npy("{'descr': '<f4', }", 4), "no 'shape'"},
      {npy(header("'<f4'", "1"), 4), "shape is not understood"},
      {npy(header("'<f4'", ""), 4), "shape is not understood"},
      {npy("{", 4, 9), "version 9"},
      {Bytes{'n', 'o'}, "no file of numpy.save"}};
  for (const auto& [file, what] : cases) {
    EXPECT_THAT(complaint(file), HasSubstr(what));
    EXPECT_THAT(complaint(file), HasSubstr("x.npy: "));
  }
}

TEST(ArrayFile, RefusesEveryTruncation) {
  const Bytes whole = npy(header("'<f4'", "(2, 3)"), 24);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(complaint(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), "") << size;
  }
}

TEST(ArrayFile, ReadsRowsOfNumbers) {
  for (const char* text : {"a,b\n1,2\n3,-4.5\n", "1,2\n3,-4.5\n"}) {
    const Array array = parse_number_rows(text, "x.csv");
    EXPECT_THAT(array.shape, ElementsAre(2, 2));
    EXPECT_EQ(array.at(3), -4.5);
  }
  EXPECT_THROW(parse_number_rows("1,2\n3\n", "x.csv"), Error);
  EXPECT_THROW(parse_number_rows("1,2\n3,x\n", "x.csv"), Error);
  EXPECT_THROW(parse_number_rows("a,b\n", "x.csv"), Error);
}

/// A zip file of one member, stored.
Bytes zip(const std::string& name, const Bytes& content) {
  const auto number = [](Bytes& to, size_t value, int bytes) {
    for (int i = 0; i < bytes; ++i, value >>= 8) to.push_back(static_cast<uint8_t>(value));
  };
  uint32_t crc = ~uint32_t{0};
  for (const uint8_t byte : content) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  const auto entry = [&](Bytes& to) {
    number(to, 20, 2);
    number(to, 0, 8);  // stored, no time
    number(to, ~crc, 4);
    number(to, content.size(), 4);
    number(to, content.size(), 4);
    number(to, name.size(), 2);
    number(to, 0, 2);
  };
  Bytes file;
  number(file, 0x04034b50, 4);
  entry(file);
  file.insert(file.end(), name.begin(), name.end());
  file.insert(file.end(), content.begin(), content.end());
  const size_t directory = file.size();
  number(file, 0x02014b50, 4);
  number(file, 20, 2);
  entry(file);
  number(file, 0, 14);  // no comment, attributes, at the beginning
  file.insert(file.end(), name.begin(), name.end());
  const size_t end = file.size();
  number(file, 0x06054b50, 4);
  number(file, 0, 4);
  number(file, 1, 2);
  number(file, 1, 2);
  number(file, end - directory, 4);
  number(file, directory, 4);
  number(file, 0, 2);
  return file;
}

TEST(ArrayFile, ReadsArchives) {
  const std::vector<Array> arrays = parse_npz(zip("x.npy", npy(header("'|i1'", "(2, 3)"), 6)), "a.npz");
  ASSERT_EQ(arrays.size(), 1u);
  EXPECT_EQ(arrays[0].name, "x");
  EXPECT_THAT(arrays[0].shape, ElementsAre(2, 3));
}

TEST(ArrayFile, RefusesInOneLineWhateverTheNames) {
  EXPECT_EQ(complaint(npy(header("'<\n4'", "(1,)"), 4)).find('\n'), std::string::npos);
  try {
    parse_npz(zip("a\nb.npy", npy(header("'<f4'", "(2,)"), 4)), "a.npz");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

TEST(ArrayFile, RefusesDamagedArchives) {
  EXPECT_THROW(parse_npz(Bytes{'P', 'K', 3, 4, 20, 0, 0, 0}, "x.npz"), Error);
  const Bytes whole = zip("x.npy", npy(header("'|i1'", "(2, 3)"), 6));
  constexpr size_t kEndBytes = 22;  // of the last record, of which not all is needed
  for (size_t size = 0; size <= whole.size() - kEndBytes; ++size) {
    EXPECT_THROW(parse_npz(std::span(whole).first(size), "x.npz"), Error) << size;
  }
}

}  // namespace
}  // namespace tinyml::data
