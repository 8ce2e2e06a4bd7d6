// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tinyml/boards/boards.h"

namespace tinyml::power {

/// A part that draws current all the time that the device listens.
struct Sensor {
  std::string name;
  double current_ua = 0;
  std::string source;
};

/// The PDM microphone of the Nano 33 BLE Sense, MP34DT05: 650 uA.
Sensor mp34dt05_microphone();

/// A cell and what of its rating a pulsed load gets out of it.
struct Battery {
  std::string name;
  double capacity_mah = 0;  // rated
  double usable = 1;        // of the rating, 0 to 1
  std::string source;
};

/// CR2032: 225 mAh rated, of which 75 % is counted (pulsed loads get 50 to 100 %).
Battery cr2032();

/// What the device does with its time. `cycles` are those of one inference with its features.
struct Workload {
  double cycles = 0;
  double inferences_per_second = 1;
  std::vector<Sensor> sensors;
  Battery battery = cr2032();
};

/// Every figure is modelled, none measured; the board's current alone may be off by a factor of two.
///   latency_ms = 1000 * cycles / clock
///   duty       = inferences_per_second * latency
///   energy_uj  = active current * supply voltage * latency        (of one inference, processor alone)
///   average_ua = duty * active + (1 - duty) * sleep + sensors
///   average_uw = average_ua * supply voltage
///   battery_days = capacity * usable / average_ua / 24 h
struct EnergyEstimate {
  double latency_ms = 0;
  double duty = 0;
  double energy_uj = 0;
  double average_ua = 0;
  double average_uw = 0;
  double processor_uw = 0;  // average_uw without the sensors
  double battery_days = 0;
  std::string source = "modelled";
  std::vector<std::string> assumptions;  // each current with its source, the cell, the cycle model
};

/// Errors: invalid_argument when a number is negative or not finite, or when the board cannot keep up
/// (duty above 1); the message says how many inferences a second it can do.
EnergyEstimate estimate(const boards::Board& board, const Workload& workload);

}  // namespace tinyml::power
