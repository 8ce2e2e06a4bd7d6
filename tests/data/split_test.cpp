// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/split.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/data/clips.h"

namespace tinyml::data {
namespace {

std::vector<Recording> random_recordings(Random& random, size_t clips, size_t labels, size_t groups) {
  std::vector<Recording> recordings(clips);
  for (Recording& r : recordings) {
    r.label = "label" + std::to_string(random.below(labels));
    r.group = "group" + std::to_string(random.below(groups));
  }
  return recordings;
}

using GroupsOfLabel = std::map<std::string, std::map<Split, std::set<std::string>>>;

GroupsOfLabel groups_of_labels(const std::vector<Recording>& recordings) {
  GroupsOfLabel groups;
  for (const Recording& r : recordings) groups[r.label][r.split].insert(r.group);
  return groups;
}

void expect_no_group_in_two_splits(const std::vector<Recording>& recordings) {
  std::map<std::string, Split> seen;
  for (const Recording& r : recordings) {
    EXPECT_EQ(seen.emplace(r.group, r.split).first->second, r.split) << r.group;
  }
}

TEST(Split, HashIsTheSameEverywhere) {
  EXPECT_EQ(stable_hash("03401e93"), 0x2F5D3F6D8F1F2ADFu);
  EXPECT_NE(stable_hash("03401e93", 1), stable_hash("03401e93"));
}

TEST(Split, NamesTheGroupOfAFile) {
  EXPECT_EQ(group_of_file("a/yes/03401e93_nohash_0.flac", "yes"), "03401e93");
  EXPECT_EQ(group_of_file("03401e93_nohash_12.wav", "yes"), "03401e93");
  EXPECT_EQ(group_of_file("a/b/clip7.wav", "yes"), "yes/clip7.wav");
  EXPECT_EQ(group_of_file("_nohash_1.wav", "yes"), "yes/_nohash_1.wav");
}

TEST(Split, FollowsTheFractions) {
  std::map<Split, int> count;
  for (int i = 0; i < 20000; ++i) ++count[split_of_group("speaker" + std::to_string(i), 0.15, 0.25)];
  EXPECT_NEAR(count[Split::validation], 3000, 200);
  EXPECT_NEAR(count[Split::test], 5000, 250);
}

TEST(Split, KeepsGroupsTogetherAndFillsEveryLabel) {
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<Recording> recordings =
        random_recordings(random, 1 + random.below(150), 1 + random.below(6), 1 + random.below(60));
    assign_splits(recordings, 0.15, 0.15);
    expect_no_group_in_two_splits(recordings);
    for (auto& [label, splits] : groups_of_labels(recordings)) {
      EXPECT_FALSE(splits[Split::train].empty()) << label;
    }
  }
}

TEST(Split, FillsValidationAndTestWhereLabelsShareNoGroup) {
  Random random(12);
  for (int round = 0; round < 200; ++round) {
    std::vector<Recording> recordings = random_recordings(random, 1 + random.below(60), 4, 12);
    for (Recording& r : recordings) r.group += r.label;
    assign_splits(recordings, 0.15, 0.15);
    for (auto& [label, splits] : groups_of_labels(recordings)) {
      const size_t groups =
          splits[Split::train].size() + splits[Split::validation].size() + splits[Split::test].size();
      EXPECT_FALSE(splits[Split::train].empty());
      EXPECT_EQ(splits[Split::test].empty(), groups < 2) << label;
      EXPECT_TRUE(groups < 3 || !splits[Split::validation].empty()) << label;
    }
  }
}

TEST(Split, DoesNotDependOnOrder) {
  Random random(13);
  for (int round = 0; round < 50; ++round) {
    std::vector<Recording> recordings = random_recordings(random, 80, 4, 20);
    std::vector<Recording> mixed = recordings;
    shuffle(mixed, random);
    assign_splits(recordings, 0.15, 0.15);
    assign_splits(mixed, 0.15, 0.15);
    std::map<std::string, Split> split_of;
    for (const Recording& r : recordings) split_of[r.group] = r.split;
    for (const Recording& r : mixed) EXPECT_EQ(r.split, split_of[r.group]);
  }
}

TEST(Split, NewGroupsMoveNoOldOnes) {
  Random random(14);
  std::vector<Recording> recordings = random_recordings(random, 400, 3, 100);
  std::vector<Recording> more = recordings;
  for (int i = 0; i < 200; ++i) more.push_back({"", "label0", "", "new" + std::to_string(i), {}, {}});
  assign_splits(recordings, 0.15, 0.15);
  assign_splits(more, 0.15, 0.15);
  for (size_t i = 0; i < recordings.size(); ++i) EXPECT_EQ(recordings[i].split, more[i].split);
}

TEST(Split, KeepsWhatIsFixed) {
  Random random(15);
  std::vector<Recording> recordings = random_recordings(random, 100, 3, 40);
  std::vector<bool> fixed(100, false);
  for (size_t i = 0; i < 30; ++i) {
    fixed[i] = true;
    recordings[i].split = i % 2 ? Split::test : Split::train;
  }
  assign_splits(recordings, 0.2, 0.2, fixed);
  for (size_t i = 0; i < 30; ++i) EXPECT_EQ(recordings[i].split, i % 2 ? Split::test : Split::train);
}

TEST(Split, RefusesFractionsThatLeaveNoTraining) {
  std::vector<Recording> recordings(3);
  for (const auto& [v, t] : {std::pair{0.5, 0.5}, {-0.1, 0.1}, {0.0, 1.5}}) {
    expect_error(ErrorKind::invalid_argument, {"fractions"},
                 [&, v = v, t = t] { assign_splits(recordings, v, t); });
  }
}

TEST(Folds, CoverEveryLabelEvenlyAndKeepGroupsTogether) {
  Random random(16);
  for (int round = 0; round < 30; ++round) {
    Dataset dataset;
    dataset.recordings = random_recordings(random, 600, 4, 150);
    const std::vector<int32_t> fold = folds(dataset, 5, static_cast<uint64_t>(round));
    EXPECT_EQ(fold, folds(dataset, 5, static_cast<uint64_t>(round)));
    std::map<std::string, int32_t> of_group;
    std::map<std::string, std::map<int32_t, int>> count;
    std::map<std::string, int> total;
    for (size_t i = 0; i < fold.size(); ++i) {
      const Recording& r = dataset.recordings[i];
      ASSERT_TRUE(fold[i] >= 0 && fold[i] < 5);
      EXPECT_EQ(of_group.emplace(r.group, fold[i]).first->second, fold[i]);
      ++count[r.label][fold[i]];
      ++total[r.label];
    }
    for (auto& [label, folds_of] : count) {
      for (int32_t f = 0; f < 5; ++f) EXPECT_NEAR(folds_of[f], total[label] / 5.0, total[label] * 0.06);
    }
  }
  Dataset dataset;
  dataset.recordings = random_recordings(random, 600, 4, 150);
  EXPECT_NE(folds(dataset, 5, 1), folds(dataset, 5, 2));
}

TEST(Folds, RefuseTooFewGroups) {
  Dataset dataset;
  dataset.recordings = {{"", "a", "", "g1", {}, {}}, {"", "a", "", "g2", {}, {}}};
  expect_error(ErrorKind::invalid_argument, {"3 folds", "has 2"}, [&] { folds(dataset, 3, 1); });
  expect_error(ErrorKind::invalid_argument, {"1 folds"}, [&] { folds(dataset, 1, 1); });
}

}  // namespace
}  // namespace tinyml::data
