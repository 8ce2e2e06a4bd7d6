// SPDX-License-Identifier: Apache-2.0
#include "tinyml/power/power.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tinyml/base/error.h"

namespace tinyml::power {
namespace {

using ::testing::HasSubstr;

boards::Board test_board() {
  boards::Board board;
  board.name = "Test";
  board.clock_hz = 64'000'000;
  board.active_ma = {3.3, "a"};
  board.sleep_ua = {1.5, "b"};
  board.supply_v = {3.0, "c"};
  return board;
}

TEST(Power, AgreesWithHandComputedFigures) {
  Workload workload;
  workload.cycles = 960'000;  // 15 ms at 64 MHz
  workload.inferences_per_second = 4;
  workload.sensors = {mp34dt05_microphone()};
  const EnergyEstimate energy = estimate(test_board(), workload);
  EXPECT_NEAR(energy.latency_ms, 15, 1e-9);
  EXPECT_NEAR(energy.duty, 0.06, 1e-12);
  EXPECT_NEAR(energy.energy_uj, 148.5, 1e-9);       // 3300 uA * 3 V * 0.015 s
  EXPECT_NEAR(energy.average_ua, 849.41, 1e-9);     // 198 + 0.94 * 1.5 + 650
  EXPECT_NEAR(energy.average_uw, 2548.23, 1e-9);    // * 3 V
  EXPECT_NEAR(energy.processor_uw, 598.23, 1e-9);   // without the microphone
  EXPECT_NEAR(energy.battery_days, 8.27780, 1e-4);  // 168,750 uAh / 849.41 uA / 24 h
  EXPECT_EQ(energy.source, "modelled");
}

TEST(Power, ListeningAloneEmptiesAFullCr2032InFourteenDays) {
  Workload workload;
  workload.cycles = 1;
  workload.inferences_per_second = 0;
  workload.sensors = {mp34dt05_microphone()};
  workload.battery.usable = 1;
  EXPECT_NEAR(estimate(test_board(), workload).battery_days, 14.4, 0.05);
}

TEST(Power, AgreesWithMlperfTinyOnItsOwnBoard) {
  Workload workload;
  workload.cycles = 43.19e-3 * 120e6;
  EXPECT_NEAR(estimate(boards::find_board("nucleo_l4r5zi"), workload).energy_uj, 1820, 5);
}

TEST(Power, SaysWhatEachFigureRestsOn) {
  Workload workload;
  workload.cycles = 1000;
  workload.sensors = {mp34dt05_microphone()};
  const EnergyEstimate energy = estimate(test_board(), workload);
  ASSERT_EQ(energy.assumptions.size(), 6u);
  EXPECT_THAT(energy.assumptions.back(), HasSubstr("650 uA"));
}

TEST(Power, RefusesWhatCannotBe) {
  Workload workload;
  workload.cycles = 64'000'000;
  workload.inferences_per_second = 2;
  try {
    estimate(test_board(), workload);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "Test cannot run 2 inferences a second: one takes 1000.0 ms, so at most 1.00");
  }
  workload.inferences_per_second = -1;
  EXPECT_THROW(estimate(test_board(), workload), Error);
  workload.inferences_per_second = 1;
  for (const double cycles : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    workload.cycles = cycles;
    EXPECT_THROW(estimate(test_board(), workload), Error);
  }
  workload.cycles = 1;
  workload.battery.usable = 0;
  EXPECT_THROW(estimate(test_board(), workload), Error);
}

}  // namespace
}  // namespace tinyml::power
