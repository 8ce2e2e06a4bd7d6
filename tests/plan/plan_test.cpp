// SPDX-License-Identifier: Apache-2.0
#include "tinyml/plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/plan/toy_graph.h"
#include "tinyml/plan/packing.h"

namespace tinyml::plan {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

TEST(PlanMemory, ChainNeedsItsLargestPair) {
  ToyGraph toy;
  const TensorId in = toy.input(100), a = toy.node({in}, 400), b = toy.node({a}, 200);
  toy.output(toy.node({b}, 8));
  const Plan plan = toy.plan();
  EXPECT_EQ(plan.arena_bytes, 600);
  EXPECT_EQ(plan.lower_bound_bytes, 600);
  EXPECT_EQ(plan.lifetime[static_cast<size_t>(a)], (Lifetime{0, 1}));
}

TEST(PlanMemory, ElementwiseRunsInPlace) {
  ToyGraph toy;
  const TensorId in = toy.input(64), a = toy.node({in}, 64, {.overlap_lead = 0});
  toy.output(toy.node({a}, 64, {.overlap_lead = 0}));
  EXPECT_EQ(toy.plan().arena_bytes, 64);
  EXPECT_EQ(toy.plan({.external = {}, .allow_overlap = false}).arena_bytes, 128);
}

TEST(PlanMemory, OutputTrailsItsInputByTheLead) {
  ToyGraph toy;
  const TensorId in = toy.input(1000), out = toy.node({in}, 900, {.overlap_lead = 50});
  toy.output(out);
  const Plan plan = toy.plan();
  EXPECT_EQ(plan.arena_bytes, 1052);
  EXPECT_EQ(plan.offset[static_cast<size_t>(in)] - plan.offset[static_cast<size_t>(out)], 52);
}

TEST(PlanMemory, NoOverlapWithAnInputThatIsReadAgain) {
  ToyGraph toy;
  const TensorId in = toy.input(64), a = toy.node({in}, 64, {.overlap_lead = 0});
  toy.output(toy.node({a, in}, 64, {.overlap_lead = 0}));
  EXPECT_THAT(check_plan(toy.graph, toy.calls, toy.plan()), IsEmpty());
  EXPECT_EQ(toy.plan().arena_bytes, 128);
}

TEST(PlanMemory, NoOverlapWithAnInputThatIsAGraphOutput) {
  ToyGraph toy;
  const TensorId in = toy.input(64), a = toy.node({in}, 64);
  toy.output(a);
  toy.output(toy.node({a}, 64, {.overlap_lead = 0}));
  EXPECT_THAT(check_plan(toy.graph, toy.calls, toy.plan()), IsEmpty());
  EXPECT_EQ(toy.plan().arena_bytes, 128);
}

TEST(PlanMemory, ReshapeIsAnAlias) {
  ToyGraph toy;
  const TensorId in = toy.input(64), flat = toy.reshape(in), out = toy.node({flat}, 64, {.overlap_lead = 0});
  toy.output(out);
  const Plan plan = toy.plan();
  EXPECT_EQ(plan.arena_bytes, 64);
  EXPECT_EQ(plan.storage[static_cast<size_t>(flat)], in);
}

TEST(PlanMemory, ExternalTensorsAndTheirAliasesTakeNoArena) {
  ToyGraph toy;
  const TensorId in = toy.input(1000), flat = toy.reshape(in),
                 out = toy.node({flat}, 10, {.overlap_lead = 0});
  toy.output(out);
  const Plan plan = toy.plan({.external = {in}});
  EXPECT_EQ(plan.arena_bytes, 12);
  EXPECT_EQ(plan.offset[static_cast<size_t>(flat)], -1);
}

TEST(PlanMemory, ScratchLivesForItsNodeOnly) {
  ToyGraph toy;
  const TensorId in = toy.input(16), a = toy.node({in}, 16, {.scratch_bytes = 100});
  toy.output(toy.node({a}, 16, {.scratch_bytes = 90}));
  const Plan plan = toy.plan();
  EXPECT_EQ(plan.arena_bytes, 132);
  EXPECT_THAT(plan.scratch_offset, Not(testing::Contains(-1)));
}

/// The KWS reference net (DS-CNN of MLPerf Tiny): depthwise kernels that keep the rows they still need in
/// scratch and pointwise kernels that run row by row go below the largest pair of activations, 16,000.
TEST(PlanMemory, DsCnnInPlace) {
  ToyGraph toy;
  TensorId x = toy.node({toy.input(490)}, 8000);
  for (int block = 0; block < 4; ++block) {
    x = toy.node({x}, 8000, {.overlap_lead = 0, .scratch_bytes = 488});
    x = toy.node({x}, 8000, {.overlap_lead = 0, .scratch_bytes = 64});
  }
  toy.output(toy.node({x}, 64));
  const Plan plan = toy.plan();
  EXPECT_EQ(plan.arena_bytes, 8492);
  EXPECT_EQ(plan.arena_bytes, plan.lower_bound_bytes);
}

TEST(PlanMemory, LeadsAccumulateDownAChain) {
  ToyGraph toy;
  TensorId x = toy.input(8000);
  for (int i = 0; i < 4; ++i) x = toy.node({x}, 8000, {.overlap_lead = 512});
  toy.output(x);
  EXPECT_EQ(toy.plan().arena_bytes, 8000 + 4 * 512);
}

TEST(CheckPlan, FindsWhatIsIllegal) {
  ToyGraph toy;
  const TensorId in = toy.input(64), a = toy.node({in}, 64, {.overlap_lead = 16, .scratch_bytes = 8});
  toy.output(toy.node({a, in}, 32));
  const Plan legal = toy.plan();
  const auto offset = [](Plan& plan, TensorId id) -> int64_t& {
    return plan.offset[static_cast<size_t>(id)];
  };
  const auto findings = [&](const Plan& plan) { return check_plan(toy.graph, toy.calls, plan); };
  EXPECT_THAT(findings(legal), IsEmpty());

  Plan clobbered = legal;
  offset(clobbered, a) = offset(clobbered, in);
  EXPECT_THAT(findings(clobbered), Not(IsEmpty()));
  Plan outside = legal;
  outside.arena_bytes -= 4;
  EXPECT_THAT(findings(outside), Not(IsEmpty()));
  Plan scratch = legal;
  scratch.scratch_offset[0] = offset(scratch, in);
  EXPECT_THAT(findings(scratch), Not(IsEmpty()));
  Plan unaligned = legal;
  unaligned.arena_bytes += 8;
  offset(unaligned, in) += 1;
  EXPECT_THAT(findings(unaligned), Not(IsEmpty()));
}

}  // namespace
}  // namespace tinyml::plan
