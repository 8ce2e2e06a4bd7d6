// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "tests/plan/toy_graph.h"
#include "tinyml/plan/packing.h"

namespace tinyml::plan {
namespace {

/// The same cases in every run, unless RC_PARAMS asks for others.
const int kSeeded = setenv("RC_PARAMS", "seed=20 max_success=300", 0);

ToyGraph random_graph(int max_nodes) {
  const auto pick = [](int low, int high) { return *rc::gen::inRange(low, high + 1); };
  ToyGraph toy;
  std::vector<TensorId> values = {toy.input(pick(1, 300))};
  if (pick(0, 3) == 0) values.push_back(toy.input(pick(1, 300)));
  const int nodes = pick(1, max_nodes);
  for (int i = 0; i < nodes; ++i) {
    const auto recent = [&] {
      const int last = static_cast<int>(values.size()) - 1;
      return values[static_cast<size_t>(pick(std::max(0, last - 3), last))];
    };
    if (pick(0, 7) == 0) {
      values.push_back(toy.reshape(recent()));
      continue;
    }
    std::vector<TensorId> inputs = {recent()};
    if (pick(0, 2) == 0) inputs.push_back(recent());
    const ToyGraph::Call call{.overlap_lead = pick(0, 1) ? pick(0, 80) : -1,
                              .scratch_bytes = pick(0, 3) ? 0 : pick(1, 200)};
    values.push_back(toy.node(inputs, pick(1, 300), call));
  }
  toy.output(values.back());
  if (pick(0, 3) == 0) toy.output(values[static_cast<size_t>(pick(0, static_cast<int>(values.size()) - 1))]);
  return toy;
}

Packing random_packing(int max_buffers) {
  const auto pick = [](int low, int high) { return *rc::gen::inRange(low, high + 1); };
  std::vector<Buffer> buffers;
  const int count = pick(1, max_buffers);
  for (int i = 0; i < count; ++i) {
    const int first = pick(0, 6);
    buffers.push_back({4 * pick(1, 30), first, first + pick(0, 3)});
  }
  return Packing(buffers);
}

TEST(PlanProperties, RandomGraphsAreLegalAndWithinBounds) {
  EXPECT_TRUE(rc::check("legal", [] {
    const ToyGraph toy = random_graph(25);
    PlanOptions options;
    if (*rc::gen::inRange(0, 3) == 0) options.external = {toy.graph.inputs[0]};
    const Plan plan = toy.plan(options);
    const auto findings = check_plan(toy.graph, toy.calls, plan, options);
    RC_ASSERT(findings == std::vector<std::string>{});
    RC_ASSERT(plan.arena_bytes >= plan.lower_bound_bytes);
    options.allow_overlap = false;
    RC_ASSERT(plan.lower_bound_bytes <= toy.plan(options).lower_bound_bytes);
    RC_ASSERT(toy.plan().offset == toy.plan().offset);
  }));
}

TEST(PlanProperties, FewBuffersAreOptimal) {
  EXPECT_TRUE(rc::check("as good as every order tried", [] {
    const Packing packing = random_packing(6);
    std::vector<size_t> order(packing.size());
    std::iota(order.begin(), order.end(), size_t{0});
    int64_t best = first_fit(packing, order).bytes;
    while (std::next_permutation(order.begin(), order.end())) {
      best = std::min(best, first_fit(packing, order).bytes);
    }
    RC_ASSERT(pack(packing).bytes == best);
  }));
}

TEST(PlanProperties, NeverWorseThanFirstFitBySize) {
  EXPECT_TRUE(rc::check("greedy is a floor", [] {
    const Packing packing = random_packing(40);
    std::vector<size_t> order(packing.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return packing[a].bytes > packing[b].bytes; });
    RC_ASSERT(pack(packing).bytes <= first_fit(packing, order).bytes);
    RC_ASSERT(pack(packing).bytes >= packing.lower_bound());
  }));
}

}  // namespace
}  // namespace tinyml::plan
