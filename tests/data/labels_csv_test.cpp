// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/labels_csv.h"

#include "tests/data/clips.h"

namespace tinyml::data {
namespace {

TEST(Csv, ReadsQuotesLineEndsAndByteOrderMark) {
  const std::vector<CsvRow> rows = parse_csv(
      "\xEF\xBB\xBF"
      "a,\"b,\"\"c\"\"\n2\",\r\n\r\n,x\n\"last\"",
      "t.csv");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0].fields, testing::ElementsAre("a", "b,\"c\"\n2", ""));
  EXPECT_THAT(rows[1].fields, testing::ElementsAre("", "x"));
  EXPECT_THAT(rows[2].fields, testing::ElementsAre("last"));
  EXPECT_EQ(rows[1].line, 4u);
  EXPECT_EQ(rows[2].line, 5u);
  EXPECT_TRUE(parse_csv("", "t.csv").empty());
  EXPECT_TRUE(parse_csv("\r\n\n", "t.csv").empty());
}

TEST(Csv, ReadsBackWhatItQuotes) {
  Random random(3);
  const std::string alphabet = "ab,\"\r\n ";
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> fields(2 + random.below(3));
    std::string text;
    for (std::string& field : fields) {
      for (uint64_t n = random.below(6); n > 0; --n) field += alphabet[random.below(alphabet.size())];
      if (&field != &fields[0]) text += ',';
      text += csv_field(field);
    }
    const std::vector<CsvRow> rows = parse_csv(text + (round % 2 ? "\n" : "\r\n"), "t.csv");
    ASSERT_EQ(rows.size(), 1u) << text;
    EXPECT_EQ(rows[0].fields, fields) << text;
  }
}

TEST(Csv, NamesTheLineOfAMistake) {
  expect_error(ErrorKind::bad_file, {"t.csv line 2", "not closed"},
               [] { parse_csv("a\n\"b\nc\n", "t.csv"); });
  expect_error(ErrorKind::bad_file, {"t.csv line 1", "follows"}, [] { parse_csv("\"b\"c\n", "t.csv"); });
  expect_error(ErrorKind::bad_file, {"t.csv line 2", "NUL"},
               [] { parse_csv(std::string_view("a\nb\0", 4), "t.csv"); });
}

TEST(PlainText, IsUtf8WithoutControlCharacters) {
  for (const char* text :
       {"", "yes", "\x7E", "\u00FC", "\u20AC", "\uD7FF", "\uE000", "\U0001F3A4", "\U0010FFFF"}) {
    EXPECT_TRUE(is_plain_text(text)) << text;
  }
  for (const char* text :
       {"a\nb", "\x1F", "\x7F", "\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xE2\x82", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_FALSE(is_plain_text(text)) << one_line(text);
  }
}

TEST(LabelsCsv, ReadsTheColumnsItKnows) {
  const auto rows = parse_labels_csv(
      "extra,label,path,split,speaker,word\n1,yes,a b.wav,val,s1,\n2,unknown,\"c,d.wav\",,-,bed\n", "l.csv");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].path, "a b.wav");
  EXPECT_EQ(rows[0].label, "yes");
  EXPECT_EQ(rows[0].group, "s1");
  EXPECT_EQ(rows[0].split, Split::validation);
  EXPECT_EQ(rows[1].path, "c,d.wav");
  EXPECT_EQ(rows[1].word, "bed");
  EXPECT_EQ(rows[1].group, "");
  EXPECT_FALSE(rows[1].split.has_value());
  EXPECT_EQ(parse_labels_csv("path,label,group\r\nx.wav,y,g\r\n", "l.csv")[0].group, "g");
  for (const char* name : {"train", "training", "val", "validation", "test", "testing"}) {
    EXPECT_TRUE(parse_split(name)) << name;
  }
}

TEST(LabelsCsv, NamesWhatIsWrong) {
  const auto bad = [](std::string_view text, const std::vector<std::string>& parts) {
    expect_error(ErrorKind::bad_file, parts, [&] { parse_labels_csv(text, "l.csv"); });
  };
  bad("", {"l.csv line 1", "empty"});
  bad("path,word\na,b\n", {"l.csv line 1", "\"label\""});
  bad("label\nb\n", {"\"path\""});
  bad("path,label\n", {"no rows"});
  bad("path,label\na.wav\n", {"line 2", "1 fields", "2"});
  bad("path,label\n,yes\n", {"line 2", "no path"});
  bad("path,label\na.wav, \n", {"line 2", "no label"});
  bad("path,label\na.wav,\"b\nc\"\n", {"line 2", "b c", "control"});
  bad("path,label,split\na.wav,b,tset\n", {"line 2", "tset"});
}

}  // namespace
}  // namespace tinyml::data
