// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tinyml/base/file.h"
#include "tinyml/base/target.h"

namespace tinyml::emulate {

/// What is counted of one function and all it calls.
struct LayerCost {
  std::string name;  // "layer_03_conv_2d"; "other" for what belongs to no layer
  int64_t instructions = 0;
  int64_t cycles = 0;
};

/// One measured run, from the call of a function (its call instruction included) to its return.
/// `instructions` are those retired, predicated-off ones included. `cycles` are modelled, without flash wait
/// states: Cortex-M4 and Cortex-M0+ by the timing tables of their technical reference manuals (see
/// plugin/count.c); Cortex-M7, for which Arm publishes none, as 0.61 of the M4's, the ratio of the best
/// published MLPerf Tiny results of the same engines on both cores (0.58 to 0.63 on four models); Xtensa LX6
/// by plugin/xtensa_cost.h on lx106 code, an upper estimate: an LX6 has sign extension, 64-bit products,
/// division, hardware loops and floating point besides.
struct Cost {
  int64_t instructions = 0;
  int64_t cycles = 0;
  std::vector<LayerCost> layers;  // by number, then "other"; the sums are the totals above
};

/// How cycles are modelled, for a report: "modelled: Cortex-M4 timing table". Errors: unsupported.
std::string cycle_source(Core core);

/// How the records of a run are fed.
enum class Feed {
  net,     // a record is the net's int8 input: invoke()
  stream,  // a record is whole hops of little-endian int16 samples: reset(), push() each, classify()
};

struct RunRequest {
  std::filesystem::path elf;  // made by build_firmware
  Core core = Core::cortex_m4;
  Feed feed = Feed::net;
  std::span<const Bytes> records;  // at least one, all of one length
  /// Counts the first record; without it all records run, some five times faster, and the costs are zero.
  bool count = true;
  double timeout_seconds = 600;
};

struct RunResult {
  Cost net;                 // invoke(), or classify() of the feature window
  Cost features;            // stream: the last push(), so the features of one hop
  int64_t stack_bytes = 0;  // the most that a run took, by painting; 0 on the host
  Bytes output;             // the output bytes of each record, one after another
  std::string elf_sha256;
};

/// Runs an ELF on QEMU's model of `core`: mps2-an386 for the M4, mps2-an500 for the M7, for the M0+
/// microbit's Cortex-M0, whose instruction set it shares, and for the Xtensa LX6 the sim machine's lx106,
/// whose instruction set the LX6 has too, with 4 MB of flash and of RAM. An access or an instruction that the
/// core lacks is a fault. A program for the host runs as it is. The same request gives the same result.
/// Errors: not_found when QEMU or the counter is missing; unsupported for a core without a machine, and for
/// counting on the host; bad_file when the program stops with a fault or refuses its input; invalid_argument
/// for records of different lengths.
RunResult run_elf(const RunRequest& request);

}  // namespace tinyml::emulate
