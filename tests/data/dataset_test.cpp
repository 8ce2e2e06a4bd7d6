// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/dataset.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/data/clips.h"
#include "tinyml/data/split.h"

namespace tinyml::data {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class DatasetTest : public testing::Test {
 protected:
  void clip(const std::string& path, size_t count = 1600) {
    write_wav(folder_.path() / path, {random_samples(count, random_), 8000});
  }
  void clips(const std::string& label, int count) {
    for (int i = 0; i < count; ++i) clip(label + "/s" + std::to_string(i) + "_nohash_0.wav");
  }
  Dataset load(std::vector<std::string> keywords, bool unknown_and_silence = true) {
    LoadOptions options;
    options.keywords = std::move(keywords);
    options.sample_rate_hz = 8000;
    options.unknown_and_silence = unknown_and_silence;
    return load_dataset(folder_.path(), options);
  }
  void csv(const std::string& text) { write_text(folder_.path() / "labels.csv", text); }
  std::map<std::string, std::set<std::string>> words(const Dataset& dataset) {
    std::map<std::string, std::set<std::string>> result;
    for (const Recording& r : dataset.recordings) result[r.label].insert(r.word);
    return result;
  }

  TemporaryFolder folder_;
  Random random_{1};
};

TEST_F(DatasetTest, LoadsLabelFolders) {
  clips("yes", 8);
  clips("no", 8);
  clips("bed", 4);
  clips("cat", 4);
  write_text(folder_.path() / "yes/notes.txt", "no sound");
  write_text(folder_.path() / ".cache/x.wav", "no sound");
  const Dataset dataset = load({"no", "yes"});
  EXPECT_EQ(dataset.sample_rate_hz, 8000);
  EXPECT_THAT(dataset.labels, ElementsAre("no", "yes", "unknown", "silence"));
  EXPECT_THAT(words(dataset)["unknown"], ElementsAre("bed", "cat"));
  EXPECT_EQ(label_index(dataset, "yes"), 1u);
  expect_error(ErrorKind::invalid_argument, {"yse", "yes"}, [&] { label_index(dataset, "yse"); });
  size_t in_splits = 0;
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    std::set<std::string> labels;
    for (const size_t i : recordings_in(dataset, split)) labels.insert(dataset.recordings[i].label);
    EXPECT_EQ(labels.size(), 4u) << name_of(split);
    in_splits += recordings_in(dataset, split).size();
  }
  EXPECT_EQ(in_splits, dataset.recordings.size());
  EXPECT_TRUE(std::is_sorted(dataset.recordings.begin(), dataset.recordings.begin() + 24,
                             [](const Recording& a, const Recording& b) { return a.path < b.path; }));
  EXPECT_EQ(dataset.recordings[0].group, "s0");
}

TEST_F(DatasetTest, LoadsTheSameTwice) {
  clips("yes", 6);
  clips("no", 6);
  clip("background/fan.wav", 60000);
  const Dataset a = load({"yes"});
  const Dataset b = load({"yes"});
  ASSERT_EQ(a.recordings.size(), b.recordings.size());
  for (size_t i = 0; i < a.recordings.size(); ++i) {
    EXPECT_EQ(a.recordings[i].path, b.recordings[i].path);
    EXPECT_EQ(a.recordings[i].group, b.recordings[i].group);
    EXPECT_EQ(a.recordings[i].split, b.recordings[i].split);
    EXPECT_EQ(a.recordings[i].samples, b.recordings[i].samples);
  }
  EXPECT_EQ(a.background, b.background);
}

TEST_F(DatasetTest, TakesEveryWordWithoutKeywords) {
  clips("yes", 3);
  clips("no", 3);
  clips("_unknown_", 3);
  clips("_silence_", 3);
  EXPECT_THAT(load({}).labels, ElementsAre("no", "yes", "unknown", "silence"));
}

TEST_F(DatasetTest, CutsSilenceFromStretchesOfTheBackground) {
  clips("yes", 20);
  clips("no", 20);
  clip("_background_noise_/tap.wav", 100000);
  const Dataset dataset = load({"yes", "no"});
  EXPECT_THAT(dataset.labels, ElementsAre("yes", "no", "silence"));
  ASSERT_EQ(dataset.background.size(), 1u);
  EXPECT_EQ(dataset.background[0].size(), 70000u) << "what validation and test are cut from is not mixed in";
  std::map<std::string, Split> split_of;
  int silent = 0;
  for (const Recording& r : dataset.recordings) {
    if (r.label != "silence") continue;
    ++silent;
    EXPECT_EQ(r.samples.size(), 8000u);
    EXPECT_EQ(split_of.emplace(r.group, r.split).first->second, r.split);
  }
  EXPECT_NEAR(silent, 20, 2);
}

TEST_F(DatasetTest, GeneratesSilenceWithoutBackground) {
  clips("yes", 20);
  clips("no", 20);
  const Dataset dataset = load({"yes", "no"});
  for (const Recording& r : dataset.recordings) {
    if (r.label != "silence") continue;
    double sum = 0;
    for (const double s : r.samples) sum += s * s;
    EXPECT_LT(std::sqrt(sum / static_cast<double>(r.samples.size())), 32768 * 0.02);
  }
}

TEST_F(DatasetTest, KeepsSoundClassesAsTheyAre) {
  clips("dog", 3);
  clips("background", 3);
  clips("silence", 3);
  clips("_background_noise_", 1);
  const Dataset all = load({}, false);
  EXPECT_THAT(all.labels, ElementsAre("background", "dog", "silence"));
  EXPECT_EQ(all.recordings.size(), 9u);
  EXPECT_EQ(all.background.size(), 1u);
  const Dataset some = load({"silence", "dog"}, false);
  EXPECT_THAT(some.labels, ElementsAre("silence", "dog"));
  EXPECT_EQ(some.recordings.size(), 6u);
}

TEST_F(DatasetTest, ReadsSplitFolders) {
  clips("train/yes", 3);
  clips("train/no", 3);
  clips("val/yes", 2);
  clips("val/no", 2);
  clips("test/yes", 2);
  clips("test/no", 2);
  const Dataset dataset = load({"yes", "no"}, false);
  EXPECT_EQ(recordings_in(dataset, Split::train).size(), 6u);
  EXPECT_EQ(recordings_in(dataset, Split::validation).size(), 4u);
  EXPECT_EQ(recordings_in(dataset, Split::test).size(), 4u);
}

TEST_F(DatasetTest, FollowsLabelsCsv) {
  for (int i = 0; i < 6; ++i) clip(std::to_string(i) + ".wav");
  csv("path,label,word,speaker,split\r\n0.wav,yes,,a,train\r\n1.wav,yes,,b,val\r\n2.wav,yes,,c,test\r\n"
      "3.wav,unknown,bed,a,train\r\n4.wav,unknown,cat,b,validation\r\n5.wav,unknown,bed,c,test\r\n");
  const Dataset dataset = load({"yes"});
  EXPECT_EQ(dataset.recordings[1].split, Split::validation);
  EXPECT_EQ(dataset.recordings[2].split, Split::test);
  EXPECT_EQ(dataset.recordings[2].group, "c");
  EXPECT_EQ(dataset.recordings[3].word, "bed");

  const Dataset bed = load({"bed"});
  EXPECT_EQ(bed.recordings[3].label, "bed") << "the word behind \"unknown\" can be the keyword";
  EXPECT_EQ(bed.recordings[0].label, "unknown");
  EXPECT_EQ(bed.recordings[0].word, "yes");

  LoadOptions options;
  options.keywords = {"yes"};
  options.sample_rate_hz = 16000;
  const Dataset by_file = load_dataset(folder_.path() / "labels.csv", options);
  EXPECT_EQ(by_file.recordings[0].samples.size(), 3200u);
}

TEST_F(DatasetTest, TakesAMissingSplitFromTraining) {
  std::string text = "path,label,speaker,split\n";
  for (int i = 0; i < 40; ++i) {
    const std::string name = std::to_string(i) + ".wav";
    clip(name, 100);
    text += name + (i % 2 ? ",yes,s" : ",no,s") + std::to_string(i / 2) + (i < 30 ? ",train\n" : ",test\n");
  }
  csv(text);
  const Dataset dataset = load({"yes", "no"}, false);
  EXPECT_EQ(recordings_in(dataset, Split::test).size(), 10u);
  EXPECT_GE(recordings_in(dataset, Split::validation).size(), 2u);
  for (const size_t i : recordings_in(dataset, Split::test)) {
    EXPECT_GE(std::stoi(dataset.recordings[i].group.substr(1)), 15);
  }
}

TEST_F(DatasetTest, NamesWhatIsWrong) {
  expect_error(ErrorKind::not_found, {folder_.path().string()}, [&] { load({"yes"}); });
  clips("yes", 3);
  expect_error(ErrorKind::invalid_argument, {"one class only", "yes"}, [&] { load({"yes"}); });
  expect_error(ErrorKind::invalid_argument, {"one class only", "yes"}, [&] { load({}, false); });
  clips("cat", 3);
  expect_error(ErrorKind::invalid_argument,
               {"keyword \"foo\" has no clips in " + folder_.path().string(), "it has: cat, yes"}, [&] {
                 load({"yes", "foo"});
               });
  expect_error(ErrorKind::invalid_argument, {"\"foo\"", "cat, yes"}, [&] { load({"foo"}, false); });
  clips("no", 1);
  expect_error(ErrorKind::invalid_argument, {"class \"no\" has one clip"}, [&] { load({"yes", "no"}); });
  expect_error(ErrorKind::invalid_argument, {"\"unknown\""}, [&] { load({"unknown"}); });
  expect_error(ErrorKind::invalid_argument, {"yes", "twice"}, [&] { load({"yes", "yes"}); });
  expect_error(ErrorKind::invalid_argument, {"empty"}, [&] { load({""}); });

  LoadOptions options;
  for (const int32_t rate : {0, -16000, 99, 2000000}) {
    options.sample_rate_hz = rate;
    expect_error(ErrorKind::invalid_argument, {"sample rate " + std::to_string(rate)},
                 [&] { load_dataset(folder_.path(), options); });
  }
  options.sample_rate_hz = 8000;
  options.test_fraction = 1;
  expect_error(ErrorKind::invalid_argument, {"fractions"}, [&] { load_dataset(folder_.path(), options); });
  expect_error(ErrorKind::not_found, {"/nowhere/at/all"}, [&] { load_dataset("/nowhere/at/all", {}); });

  write_text(folder_.path() / "yes/broken.wav", "text");
  expect_error(ErrorKind::bad_file, {"yes/broken.wav"}, [&] { load({"yes"}); });
  csv("path,label\nyes/s0_nohash_0.wav,yes\nyes/gone.wav,yes\n");
  expect_error(ErrorKind::not_found, {"labels.csv line 3", "yes/gone.wav"}, [&] { load({"yes"}); });
}

TEST_F(DatasetTest, StopsWhenInterrupted) {
  clips("yes", 3);
  clips("no", 3);
  request_interrupt();
  expect_error(ErrorKind::interrupted, {}, [&] { load({"yes"}); });
  clear_interrupt();
  load({"yes"});
}

TEST_F(DatasetTest, TakesClipsInMemory) {
  std::vector<Recording> clips;
  for (int i = 0; i < 40; ++i) {
    Recording r;
    r.label = i % 4 == 0 ? "yes" : i % 4 == 1 ? "no" : "other" + std::to_string(i % 3);
    r.samples = random_samples(100, random_);
    clips.push_back(r);
  }
  clips.push_back(clips[0]);
  LoadOptions options;
  options.keywords = {"yes", "no"};
  const Dataset dataset = make_dataset(clips, options);
  EXPECT_THAT(dataset.labels, ElementsAre("yes", "no", "unknown", "silence"));
  EXPECT_EQ(dataset.recordings[0].group, dataset.recordings[40].group) << "equal clips stay together";
  EXPECT_EQ(dataset.recordings[0].split, dataset.recordings[40].split);

  for (size_t i = 0; i < clips.size(); ++i) clips[i].split = static_cast<Split>(i % 3);
  const Dataset kept = make_dataset(clips, options, true);
  for (size_t i = 0; i < clips.size(); ++i) EXPECT_EQ(kept.recordings[i].split, clips[i].split);

  expect_error(ErrorKind::not_found, {"my list"}, [&] { make_dataset({}, options, false, "my list"); });
  clips[5].samples.clear();
  expect_error(ErrorKind::invalid_argument, {"clip 5"}, [&] { make_dataset(clips, options); });
  clips[3].label.clear();
  expect_error(ErrorKind::invalid_argument, {"clip 3"}, [&] { make_dataset(clips, options); });
}

TEST(SharedRecordings, LoadWithTheirSpeakerSplits) {
  const fs::path folder = shared_data() / "kws-speech-commands";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "skipped: no shared recordings on this machine";
  LoadOptions options;
  options.keywords = {"yes", "no", "stop", "go"};
  const Dataset dataset = load_dataset(folder, options);
  EXPECT_THAT(dataset.labels, ElementsAre("yes", "no", "stop", "go", "unknown", "silence"));
  EXPECT_EQ(dataset.recordings.size(), 2360u);
  EXPECT_EQ(dataset.background.size(), 6u);
  EXPECT_EQ(recordings_in(dataset, Split::test).size(), 281u);
  std::map<std::string, Split> split_of;
  for (const Recording& r : dataset.recordings) {
    EXPECT_EQ(split_of.emplace(r.group, r.split).first->second, r.split) << r.group;
  }
}

}  // namespace
}  // namespace tinyml::data
