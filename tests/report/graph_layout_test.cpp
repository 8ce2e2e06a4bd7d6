// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/graph_layout.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace tinyml::report {
namespace {

/// Every node lies inside, below those it reads, and beside the others; edges join the sides of boxes.
void check(const std::vector<std::vector<int32_t>>& sources, const Layout& layout, const BoxSize& box) {
  ASSERT_EQ(layout.centers.size(), sources.size());
  size_t edges = 0;
  for (size_t i = 0; i < sources.size(); ++i) {
    const Point& at = layout.centers[i];
    EXPECT_GE(at.x, box.width / 2 - 1e-6);
    EXPECT_LE(at.x, layout.width - box.width / 2 + 1e-6);
    EXPECT_LE(at.y, layout.height - box.height / 2 + 1e-6);
    for (const int32_t from : sources[i]) EXPECT_GT(at.y, layout.centers[static_cast<size_t>(from)].y);
    for (size_t j = 0; j < i; ++j) {
      const bool apart = std::fabs(at.y - layout.centers[j].y) >= box.height ||
                         std::fabs(at.x - layout.centers[j].x) >= box.width;
      EXPECT_TRUE(apart) << i << " and " << j;
    }
    edges += sources[i].size();
  }
  ASSERT_EQ(layout.edges.size(), edges);
  for (const Layout::Edge& edge : layout.edges) {
    EXPECT_DOUBLE_EQ(edge.points.front().y,
                     layout.centers[static_cast<size_t>(edge.from)].y + box.height / 2);
    EXPECT_DOUBLE_EQ(edge.points.back().y, layout.centers[static_cast<size_t>(edge.to)].y - box.height / 2);
    for (size_t i = 1; i < edge.points.size(); ++i) EXPECT_GT(edge.points[i].y, edge.points[i - 1].y);
  }
}

TEST(Layout, AChainIsStraight) {
  const std::vector<std::vector<int32_t>> chain{{}, {0}, {1}, {2}};
  const Layout layout = lay_out(chain);
  check(chain, layout, {});
  for (const Point& center : layout.centers) EXPECT_DOUBLE_EQ(center.x, layout.centers[0].x);
}

TEST(Layout, ASkipConnectionPassesBesideWhatItSkips) {
  const std::vector<std::vector<int32_t>> block{{}, {0}, {1}, {2, 0}};
  const Layout layout = lay_out(block);
  const BoxSize box;
  check(block, layout, box);
  for (const Layout::Edge& edge : layout.edges) {
    if (edge.from != 0 || edge.to != 3) continue;
    ASSERT_EQ(edge.points.size(), 4u);
    EXPECT_GE(std::fabs(edge.points[1].x - layout.centers[1].x), box.width / 2);
    EXPECT_GE(std::fabs(edge.points[2].x - layout.centers[2].x), box.width / 2);
  }
}

TEST(Layout, WhatReadsNothingStandsAboveItsReader) {
  const std::vector<std::vector<int32_t>> graph{{}, {0}, {1}, {}, {2, 3}};
  const Layout layout = lay_out(graph);
  check(graph, layout, {});
  EXPECT_DOUBLE_EQ(layout.centers[3].y, layout.centers[2].y);
}

TEST(Layout, AnyGraph) {
  std::mt19937 random(5);
  for (int round = 0; round < 40; ++round) {
    std::vector<std::vector<int32_t>> graph(1 + random() % 40);
    for (size_t i = 1; i < graph.size(); ++i) {
      for (uint32_t k = 0; k < random() % 4; ++k) graph[i].push_back(static_cast<int32_t>(random() % i));
    }
    check(graph, lay_out(graph), {});
  }
}

TEST(Layout, NothingAndVeryLargeGraphs) {
  EXPECT_EQ(lay_out({}).height, 0);
  std::vector<std::vector<int32_t>> graph(4000);
  for (size_t i = 1; i < graph.size(); ++i) graph[i] = {static_cast<int32_t>(i - 1), 0};
  EXPECT_EQ(lay_out(graph).edges.size(), 2u * 3999);
}

}  // namespace
}  // namespace tinyml::report
