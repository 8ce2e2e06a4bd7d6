// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace tinyml::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// The points of the polylines, in pixels.
std::vector<std::vector<std::pair<double, double>>> lines_of(const std::string& svg) {
  std::vector<std::vector<std::pair<double, double>>> lines;
  const std::string mark = "points='";
  for (size_t at = svg.find(mark); at != std::string::npos; at = svg.find(mark, at + 1)) {
    std::istringstream points(
        svg.substr(at + mark.size(), svg.find('\'', at + mark.size()) - at - mark.size()));
    lines.emplace_back();
    double x = 0, y = 0;
    char comma = 0;
    while (points >> x >> comma >> y) lines.back().emplace_back(x, y);
  }
  return lines;
}

TEST(Chart, TicksAreRound) {
  EXPECT_THAT(ticks(0, 1, 5), ElementsAre(0, 0.2, 0.4, 0.6000000000000001, 0.8, 1));
  EXPECT_THAT(ticks(-3, 41, 5), ElementsAre(0, 10, 20, 30, 40));
  EXPECT_EQ(ticks(0, 7e-4, 8).size(), 8u);
  EXPECT_THAT(ticks(5, 5, 8), ElementsAre());
  for (const double high : {1.0, 1.7, 3.0, 9.99, 1234.0, 1e-9}) {
    EXPECT_LE(ticks(-high, high, 6).size(), 7u) << high;
    EXPECT_GE(ticks(-high, high, 6).size(), 2u) << high;
  }
}

TEST(Chart, PointsStandWhereTheAxesSay) {
  const std::string svg = to_svg({"signal", {"time, s", 0, 4}, {"g", -1, 1}, {{"x", {-1, 0, 1}, {0, 1, 4}}}});
  const auto lines = lines_of(svg);
  ASSERT_EQ(lines.size(), 1u);
  const auto& p = lines[0];
  ASSERT_EQ(p.size(), 3u);
  EXPECT_NEAR(p[1].first - p[0].first, (p[2].first - p[0].first) / 4, 0.11);
  EXPECT_NEAR(p[1].second, (p[0].second + p[2].second) / 2, 0.11);
  EXPECT_LT(p[2].second, p[0].second);  // SVG's y falls
  EXPECT_THAT(svg, HasSubstr(">time, s<"));
  EXPECT_THAT(svg, HasSubstr(">-0.5<"));
  EXPECT_THAT(svg, Not(HasSubstr("legend")));
}

TEST(Chart, LongLinesKeepTheirPeaks) {
  Series series{"x", std::vector<double>(100000)};
  series.y[54321] = 7;
  series.y[12345] = -3;
  const auto lines = lines_of(to_svg({"long", {"sample"}, {"", -3, 7}, {series}}));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_LE(lines[0].size(), 1000u);
  double low = 1e9, high = -1e9;
  for (const auto& [x, y] : lines[0]) {
    low = std::min(low, y);
    high = std::max(high, y);
  }
  const auto ends = lines_of(to_svg({"ends", {"sample"}, {"", -3, 7}, {{"x", {-3, 7}}}}));
  EXPECT_EQ(high, ends[0][0].second);
  EXPECT_EQ(low, ends[0][1].second);
}

TEST(Chart, NothingToDrawIsNothing) {
  EXPECT_EQ(to_svg({"empty", {"x"}, {"y"}, {}}), "");
  EXPECT_EQ(to_svg({"a point", {"x"}, {"y"}, {{"x", {1}}}}), "");
  EXPECT_THAT(to_svg({"a constant", {"x"}, {"y"}, {{"x", {2, 2, 2}}}}), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace tinyml::report
