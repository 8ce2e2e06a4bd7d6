// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/graph_layout.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "tinyml/base/error.h"

namespace tinyml::report {
namespace {

constexpr size_t kMostBends = 20000;
constexpr int kSweeps = 8;

/// Nodes, then the bends of edges that pass ranks; `up` and `down` join neighbouring ranks alone.
struct Ranked {
  std::vector<int32_t> rank;
  std::vector<std::vector<size_t>> up, down, rows;
  std::vector<double> width, x;
  std::vector<std::vector<size_t>> chains;  // of each edge: from, bends, to

  size_t add(int32_t of_rank, double wide) {
    rank.push_back(of_rank);
    up.emplace_back();
    down.emplace_back();
    width.push_back(wide);
    if (static_cast<size_t>(of_rank) >= rows.size()) rows.resize(static_cast<size_t>(of_rank) + 1);
    rows[static_cast<size_t>(of_rank)].push_back(rank.size() - 1);
    return rank.size() - 1;
  }
  void join(size_t above, size_t below) {
    down[above].push_back(below);
    up[below].push_back(above);
  }
};

/// Each node one below the lowest that it reads; one that reads nothing just above its first reader.
std::vector<int32_t> find_ranks(const std::vector<std::vector<int32_t>>& sources) {
  std::vector<int32_t> rank(sources.size(), 0),
      first_reader(sources.size(), std::numeric_limits<int32_t>::max());
  for (size_t i = 0; i < sources.size(); ++i) {
    for (const int32_t from : sources[i]) {
      TINYML_CHECK(from >= 0 && static_cast<size_t>(from) < i);
      rank[i] = std::max(rank[i], rank[static_cast<size_t>(from)] + 1);
    }
    for (const int32_t from : sources[i]) {
      int32_t& first = first_reader[static_cast<size_t>(from)];
      first = std::min(first, rank[i]);
    }
  }
  for (size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].empty() && first_reader[i] != std::numeric_limits<int32_t>::max())
      rank[i] = first_reader[i] - 1;
  }
  return rank;
}

Ranked make_ranked(const std::vector<std::vector<int32_t>>& sources, const BoxSize& box) {
  const std::vector<int32_t> ranks = find_ranks(sources);
  Ranked graph;
  for (const int32_t rank : ranks) graph.add(rank, box.width);
  size_t bends = 0;
  for (size_t i = 0; i < sources.size(); ++i) {
    for (const int32_t from : sources[i])
      bends += static_cast<size_t>(ranks[i] - ranks[static_cast<size_t>(from)] - 1);
  }
  for (size_t i = 0; i < sources.size(); ++i) {
    for (const int32_t from : sources[i]) {
      std::vector<size_t> chain{static_cast<size_t>(from)};
      for (int32_t r = ranks[chain[0]] + 1; r < ranks[i] && bends <= kMostBends; ++r) {
        chain.push_back(graph.add(r, box.gap_x));
        graph.join(chain[chain.size() - 2], chain.back());
      }
      if (ranks[i] - graph.rank[chain.back()] == 1) graph.join(chain.back(), i);
      chain.push_back(i);
      graph.chains.push_back(std::move(chain));
    }
  }
  return graph;
}

double mean_of(const std::vector<size_t>& nodes, const std::vector<double>& x) {
  double sum = 0;
  for (const size_t node : nodes) sum += x[node];
  return sum / static_cast<double>(nodes.size());
}

/// Orders each row by where its neighbours above and below stand, so that few edges cross.
void order_rows(Ranked& graph) {
  std::vector<double> place(graph.rank.size());
  const auto number = [&](const std::vector<size_t>& row) {
    for (size_t i = 0; i < row.size(); ++i)
      place[row[i]] = static_cast<double>(i) - static_cast<double>(row.size()) / 2;
  };
  for (const auto& row : graph.rows) number(row);
  const auto sort_by = [&](std::vector<size_t>& row, const std::vector<std::vector<size_t>>& neighbours) {
    std::vector<double> key(row.size());
    for (size_t i = 0; i < row.size(); ++i)
      key[i] = neighbours[row[i]].empty() ? place[row[i]] : mean_of(neighbours[row[i]], place);
    std::vector<size_t> order(row.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key[a] < key[b]; });
    std::vector<size_t> sorted;
    for (const size_t i : order) sorted.push_back(row[i]);
    row = sorted;
    number(row);
  };
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    for (size_t r = 1; r < graph.rows.size(); ++r) sort_by(graph.rows[r], graph.up);
    for (size_t r = graph.rows.size() - 1; r-- > 0;) sort_by(graph.rows[r], graph.down);
  }
}

/// Moves the nodes of a row towards `wanted` without changing their order or letting them touch.
void place_row(Ranked& graph, const std::vector<size_t>& row, const std::vector<double>& wanted, double gap) {
  if (row.empty()) return;
  double shift = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    double x = wanted[i];
    if (i > 0) {
      const double least = graph.x[row[i - 1]] + (graph.width[row[i - 1]] + graph.width[row[i]]) / 2 + gap;
      x = std::max(x, least);
    }
    graph.x[row[i]] = x;
    shift += wanted[i] - x;
  }
  for (const size_t node : row) graph.x[node] += shift / static_cast<double>(row.size());
}

void place(Ranked& graph, double gap) {
  graph.x.assign(graph.rank.size(), 0);
  for (int sweep = 0; sweep <= kSweeps; ++sweep) {
    const bool downwards = sweep % 2 == 0;
    for (size_t k = 0; k < graph.rows.size(); ++k) {
      const std::vector<size_t>& row = graph.rows[downwards ? k : graph.rows.size() - 1 - k];
      std::vector<double> wanted;
      for (const size_t node : row) {
        const auto& neighbours = downwards ? graph.up[node] : graph.down[node];
        wanted.push_back(neighbours.empty() ? graph.x[node] : mean_of(neighbours, graph.x));
      }
      place_row(graph, row, wanted, gap);
    }
  }
}

}  // namespace

Layout lay_out(const std::vector<std::vector<int32_t>>& sources, const BoxSize& box) {
  Layout layout;
  if (sources.empty()) return layout;
  Ranked graph = make_ranked(sources, box);
  order_rows(graph);
  place(graph, box.gap_x);

  double left = std::numeric_limits<double>::infinity(), right = -left;
  for (size_t i = 0; i < graph.x.size(); ++i) {
    left = std::min(left, graph.x[i] - graph.width[i] / 2);
    right = std::max(right, graph.x[i] + graph.width[i] / 2);
  }
  const double step = box.height + box.gap_y;
  const auto center = [&](size_t node) {
    return Point{graph.x[node] - left, box.height / 2 + step * graph.rank[node]};
  };
  for (size_t i = 0; i < sources.size(); ++i) layout.centers.push_back(center(i));
  for (const auto& chain : graph.chains) {
    Layout::Edge edge{static_cast<int32_t>(chain.front()), static_cast<int32_t>(chain.back()), {}};
    for (size_t i = 0; i < chain.size(); ++i) {
      Point point = center(chain[i]);
      if (i == 0) point.y += box.height / 2;
      if (i + 1 == chain.size()) point.y -= box.height / 2;
      edge.points.push_back(point);
    }
    layout.edges.push_back(std::move(edge));
  }
  layout.width = right - left;
  layout.height = step * static_cast<double>(graph.rows.size()) - box.gap_y;
  return layout;
}

}  // namespace tinyml::report
