// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace tinyml::report {

struct Point {
  double x = 0, y = 0;
};

/// Where the nodes of a graph are drawn, from top to bottom: every node below those it reads, edges around
/// the nodes between their ends (Sugiyama, Tagawa and Toda 1981).
struct Layout {
  struct Edge {
    int32_t from = 0, to = 0;
    std::vector<Point> points;  // from the lower side of `from` to the upper side of `to`
  };
  std::vector<Point> centers;  // of the nodes
  std::vector<Edge> edges;
  double width = 0, height = 0;
};

struct BoxSize {
  double width = 190, height = 40, gap_x = 22, gap_y = 26;
};

/// `sources`: of each node those that it reads, all before it. Of very large graphs long edges are straight.
Layout lay_out(const std::vector<std::vector<int32_t>>& sources, const BoxSize& box = {});

}  // namespace tinyml::report
