// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/synth.h"

#include <stdlib.h>

#include <map>
#include <set>

#include "tests/data/clips.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/data/dataset.h"
#include "tinyml/data/labels_csv.h"
#include "tinyml/data/voices.h"

namespace tinyml::data {
namespace {

namespace fs = std::filesystem;

class SynthTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("espeak-ng")) GTEST_SKIP() << "skipped: espeak-ng is not installed";
    options_.keywords = {"no", "hey robot"};
    options_.clips_per_keyword = 20;
    options_.unknown_clips = 30;
    options_.silence_clips = 10;
  }

  TemporaryFolder folder_;
  SynthOptions options_;
};

TEST_F(SynthTest, SpeaksASetThatLoads) {
  const fs::path out = folder_.path() / "new" / "set";
  synthesize(out, options_);
  LoadOptions load;
  load.keywords = options_.keywords;
  const Dataset dataset = load_dataset(out, load);
  EXPECT_THAT(dataset.labels, testing::ElementsAre("no", "hey robot", "unknown", "silence"));
  EXPECT_EQ(dataset.recordings.size(), 80u);
  std::map<std::string, std::map<Split, int>> count;
  std::set<std::vector<int16_t>> different;
  for (const Recording& r : dataset.recordings) {
    ++count[r.label][r.split];
    different.insert(r.samples);
    EXPECT_GE(r.samples.size(), 16000u);
    EXPECT_EQ(read_audio(r.path).sample_rate_hz, 16000);
  }
  EXPECT_EQ(different.size(), dataset.recordings.size());
  EXPECT_EQ(count["no"][Split::train], 14);
  EXPECT_EQ(count["no"][Split::validation], 3);
  EXPECT_EQ(count["no"][Split::test], 3);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path() / "new"), {}), 1) << "nothing left behind";
}

TEST_F(SynthTest, NoVoiceOrAccentIsInTwoSplits) {
  std::map<std::string, size_t> accent_in, variant_in;
  const auto voices = find_voices();
  for (size_t s = 0; s < 3; ++s) {
    for (const Voice& voice : voices[s]) {
      const size_t plus = voice.espeak.find('+');
      EXPECT_EQ(accent_in.emplace(voice.espeak.substr(0, plus), s).first->second, s) << voice.espeak;
      const std::string variant = plus == std::string::npos ? "" : voice.espeak.substr(plus);
      EXPECT_EQ(variant_in.emplace(variant, s).first->second, s) << voice.espeak;
    }
  }
  EXPECT_GE(voices[0].size(), 100u);
  EXPECT_GE(voices[1].size(), 8u);
  EXPECT_GE(voices[2].size(), 16u);
}

TEST_F(SynthTest, HoldsWordsBackAndLeavesHomophonesOut) {
  options_.unknown_clips = 200;
  options_.unknown_words = {"know",  "no",    "apple",  "bread", "chair", "dance", "eagle", "fence",
                            "grape", "heavy", "island", "jump",  "knife", "lemon", "mouse", "night"};
  synthesize(folder_.path() / "set", options_);
  std::set<std::string> trained, tested;
  const std::string name = (folder_.path() / "set/labels.csv").string();
  for (const LabelRow& row : parse_labels_csv(read_text(name), name)) {
    if (row.label != "unknown") continue;
    (row.split == Split::train ? trained : tested).insert(row.word);
  }
  EXPECT_EQ(trained.count("know") + tested.count("know") + trained.count("no"), 0u);
  EXPECT_EQ(tested.size(), 14u);
  EXPECT_LT(trained.size(), 14u);
  EXPECT_GE(trained.size(), 6u);
}

TEST_F(SynthTest, GivesTheSameFilesForASeed) {
  for (const char* name : {"a", "b"}) synthesize(folder_.path() / name, options_);
  options_.seed = 2;
  synthesize(folder_.path() / "c", options_);
  bool differs = false;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_.path() / "a")) {
    if (!entry.is_regular_file()) continue;
    const fs::path relative = fs::relative(entry.path(), folder_.path() / "a");
    EXPECT_EQ(read_bytes(entry.path()), read_bytes(folder_.path() / "b" / relative)) << relative;
    const fs::path other = folder_.path() / "c" / relative;
    differs |= !fs::exists(other) || read_bytes(entry.path()) != read_bytes(other);
  }
  EXPECT_TRUE(differs);
}

TEST_F(SynthTest, LeavesNothingWhenInterruptedOrRefused) {
  options_.progress = [](const Progress& progress) {
    if (progress.done > 3) request_interrupt();
  };
  expect_error(ErrorKind::interrupted, {}, [&] { synthesize(folder_.path() / "set", options_); });
  clear_interrupt();
  EXPECT_TRUE(fs::is_empty(folder_.path()));
  write_text(folder_.path() / "old/keep.txt", "mine");
  expect_error(ErrorKind::invalid_argument, {"old", "not empty"},
               [&] { synthesize(folder_.path() / "old", options_); });
  EXPECT_EQ(read_text(folder_.path() / "old/keep.txt"), "mine");
}

TEST_F(SynthTest, RefusesWhatCannotBeSpoken) {
  const auto refused = [&](const std::string& keyword, const std::string& part) {
    options_.keywords = {"no", keyword};
    expect_error(ErrorKind::invalid_argument, {part}, [&] { synthesize(folder_.path() / "set", options_); });
    EXPECT_TRUE(fs::is_empty(folder_.path()));
  };
  for (const char* keyword : {"", " ", "../evil", "a/b", ".hidden", "two\nlines"})
    refused(keyword, "keyword");
  refused("unknown", "reserved");
  refused("no", "twice");
  refused("\xE2\x80\x8B", "says nothing");
  options_.keywords = {};
  expect_error(ErrorKind::invalid_argument, {"no keywords"}, [&] { synthesize("set", options_); });
  options_.keywords = {"no"};
  options_.clips_per_keyword = 2;
  expect_error(ErrorKind::invalid_argument, {"2 clips"}, [&] { synthesize("set", options_); });
  options_.clips_per_keyword = 3;
  options_.sample_rate_hz = 0;
  expect_error(ErrorKind::invalid_argument, {"0 Hz"}, [&] { synthesize("set", options_); });
}

TEST_F(SynthTest, TreatsAKeywordAsTextNotAsOptions) {
  options_.keywords = {"--help", "$(touch pwned); rm x"};
  options_.clips_per_keyword = 3;
  options_.unknown_clips = 3;
  options_.silence_clips = 3;
  synthesize(folder_.path() / "set", options_);
  EXPECT_TRUE(fs::exists(folder_.path() / "set/--help"));
  EXPECT_FALSE(fs::exists("pwned"));
}

TEST(Synth, SaysHowToInstallEspeak) {
  const char* path = ::getenv("PATH");
  const std::string old = path ? path : "";
  ::setenv("PATH", "/nonexistent", 1);
  SynthOptions options;
  options.keywords = {"no"};
  expect_error(ErrorKind::not_found, {"espeak-ng is not installed", "apt-get install espeak-ng"},
               [&] { synthesize("never", options); });
  ::setenv("PATH", old.c_str(), 1);
  EXPECT_FALSE(fs::exists("never"));
}

}  // namespace
}  // namespace tinyml::data
