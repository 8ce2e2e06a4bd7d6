// SPDX-License-Identifier: Apache-2.0
#include "tinyml/power/power.h"

#include <fmt/core.h>

#include <cmath>

#include "tinyml/base/error.h"

namespace tinyml::power {
namespace {

void require(bool good, const char* what) {
  if (!good) throw Error(ErrorKind::invalid_argument, fmt::format("energy estimate: {}", what));
}

}  // namespace

Sensor mp34dt05_microphone() { return {"MP34DT05 microphone", 650, "ST MP34DT05-A datasheet, 650 uA"}; }

Battery cr2032() {
  return {"CR2032", 225, 0.75, "225 mAh rated; pulsed loads get 50-100 % of it (TI SWRA349), 75 % counted"};
}

EnergyEstimate estimate(const boards::Board& board, const Workload& workload) {
  require(std::isfinite(workload.cycles) && workload.cycles > 0, "cycles must be positive");
  require(std::isfinite(workload.inferences_per_second) && workload.inferences_per_second >= 0,
          "inferences a second must not be negative");
  require(workload.battery.capacity_mah > 0 && std::isfinite(workload.battery.capacity_mah),
          "the battery's capacity must be positive");
  require(workload.battery.usable > 0 && workload.battery.usable <= 1,
          "the usable part of the battery must be above 0 and at most 1");

  EnergyEstimate result;
  const double latency_s = workload.cycles / static_cast<double>(board.clock_hz);
  result.latency_ms = 1000 * latency_s;
  result.duty = workload.inferences_per_second * latency_s;
  if (result.duty > 1) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} cannot run {:g} inferences a second: one takes {:.1f} ms, so at most {:.2f}",
                            board.name, workload.inferences_per_second, result.latency_ms, 1 / latency_s));
  }
  const double active_ua = 1000 * board.active_ma.value;
  const double volts = board.supply_v.value;
  result.energy_uj = active_ua * volts * latency_s;
  const double processor_ua = result.duty * active_ua + (1 - result.duty) * board.sleep_ua.value;
  double sensors_ua = 0;
  for (const Sensor& sensor : workload.sensors) {
    require(std::isfinite(sensor.current_ua) && sensor.current_ua >= 0,
            "a sensor's current must not be negative");
    sensors_ua += sensor.current_ua;
  }
  result.average_ua = processor_ua + sensors_ua;
  result.processor_uw = processor_ua * volts;
  result.average_uw = result.average_ua * volts;
  result.battery_days =
      1000 * workload.battery.capacity_mah * workload.battery.usable / result.average_ua / 24;

  result.assumptions = {fmt::format("active {:g} mA at {:g} MHz: {}", board.active_ma.value,
                                    static_cast<double>(board.clock_hz) / 1e6, board.active_ma.source),
                        fmt::format("asleep {:g} uA: {}", board.sleep_ua.value, board.sleep_ua.source),
                        fmt::format("supply {:g} V: {}", volts, board.supply_v.source),
                        fmt::format("battery {}: {}", workload.battery.name, workload.battery.source),
                        "cycles from the core's documented instruction timings, no flash wait states"};
  for (const Sensor& sensor : workload.sensors) {
    result.assumptions.push_back(
        fmt::format("{} {:g} uA: {}", sensor.name, sensor.current_ua, sensor.source));
  }
  return result;
}

}  // namespace tinyml::power
