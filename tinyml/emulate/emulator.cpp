// SPDX-License-Identifier: Apache-2.0
#include "tinyml/emulate/emulator.h"

#include <fmt/core.h>

#include <cmath>
#include <map>
#include <sstream>

#include "tinyml/base/error.h"
#include "tinyml/base/sha256.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/boards/elf.h"
#include "tinyml/emulate/layer_name.h"
#include "tinyml/emulate/plugin_path.h"

namespace tinyml::emulate {
namespace fs = std::filesystem;
namespace {

constexpr double kM7CyclesPerM4Cycle = 0.61;

struct Machine {
  std::string qemu, package;
  uint16_t elf_machine = 0;
  std::vector<std::string> options;
};

/// A machine with the instruction set of `core` and the memories of the core's linker script.
Machine machine_for(Core core) {
  const auto arm = [](std::vector<std::string> options) {
    return Machine{"qemu-system-arm", "qemu-system-arm", boards::kElfArm, std::move(options)};
  };
  switch (core) {
    case Core::cortex_m0plus:  // a Cortex-M0: it faults on unaligned access and on what Armv6-M lacks
      return arm({"-M", "microbit", "-global", "nrf51-soc.flash-size=4194304", "-global",
                  "nrf51-soc.sram-size=4194304"});
    case Core::cortex_m4:
      return arm({"-M", "mps2-an386"});
    case Core::cortex_m7:
      return arm({"-M", "mps2-an500"});
    case Core::xtensa_lx6:
      return {"qemu-system-xtensa", "qemu-system-misc", boards::kElfXtensa, {"-M", "sim", "-cpu", "lx106"}};
    default:
      throw Error(ErrorKind::unsupported, fmt::format("no emulated machine is set up for {}", name_of(core)));
  }
}

/// What the counter is told, and the names of its regions.
struct CountPlan {
  std::string config;
  std::map<int, std::string> layers;  // by region, which is the layer's number and one
};

CountPlan plan_counting(const boards::Elf& elf, Core core, const std::string& elf_name) {
  CountPlan plan;
  plan.config = fmt::format("core {}\n", core == Core::cortex_m0plus ? "m0plus"
                                         : core == Core::xtensa_lx6  ? "xtensa"
                                                                     : "m4");
  bool begin = false, end = false;
  for (const boards::ElfSymbol& symbol : elf.symbols) {
    if (symbol.name == "harness_run_begin") {
      plan.config += fmt::format("begin {:x}\n", symbol.address);
      begin = true;
    } else if (symbol.name == "harness_run_end") {
      plan.config += fmt::format("end {:x}\n", symbol.address);
      end = true;
    }
    if (symbol.kind != boards::SymbolKind::function || symbol.size_bytes == 0) continue;
    if (symbol.name.find(".cold") != std::string::npos) continue;
    if (const auto layer = layer_of_symbol(symbol.name)) {
      const int region = layer->number + 1;
      plan.layers.emplace(region, layer->name);
      plan.config += fmt::format("layer {} {:x}\n", region, symbol.address);
      continue;
    }
    const std::vector<std::string> names = names_in_symbol(symbol.name);
    const bool drives_layers = names.size() == 2 && names[0] != "tinyml" && names[0] != "harness" &&
                               (names[1] == "invoke" || names[1] == "push" || names[1] == "classify");
    if (drives_layers) {
      plan.config += fmt::format("root {:x} {:x}\n", symbol.address, symbol.address + symbol.size_bytes);
    }
  }
  if (!begin || !end) {
    throw Error(ErrorKind::bad_file, fmt::format("{}: has no harness that marks what to count", elf_name));
  }
  return plan;
}

std::vector<Cost> read_counts(const std::string& text, const CountPlan& plan, Core core) {
  const auto cycles_of = [core](int64_t cycles) {
    return core == Core::cortex_m7 ? std::llround(kM7CyclesPerM4Cycle * static_cast<double>(cycles)) : cycles;
  };
  std::vector<Cost> runs;
  std::istringstream lines(text);
  std::string word;
  bool closed = false;
  LayerCost other;
  const auto finish_run = [&] {
    if (!runs.empty()) runs.back().layers.push_back(other);
  };
  while (lines >> word) {
    if (word == "run") {
      finish_run();
      int64_t instructions = 0, cycles = 0;
      lines >> instructions >> cycles;
      runs.push_back({});
    } else if (word == "region") {
      int region = 0;
      LayerCost layer;
      lines >> region >> layer.instructions >> layer.cycles;
      TINYML_CHECK(!runs.empty());
      layer.cycles = cycles_of(layer.cycles);
      runs.back().instructions += layer.instructions;
      runs.back().cycles += layer.cycles;
      if (region == 0) {
        layer.name = "other";
        other = layer;
      } else if (layer.instructions > 0) {
        layer.name = plan.layers.at(region);
        runs.back().layers.push_back(layer);
      }
    } else {
      closed = word == "closed";
    }
  }
  finish_run();
  TINYML_CHECK(closed);
  return runs;
}

uint32_t read_u32(const Bytes& bytes, size_t at) {
  return bytes[at] | uint32_t{bytes[at + 1]} << 8 | uint32_t{bytes[at + 2]} << 16 |
         uint32_t{bytes[at + 3]} << 24;
}

Bytes input_file(const RunRequest& request, size_t records) {
  const size_t record_bytes = request.records[0].size();
  Bytes bytes;
  for (const size_t field : {static_cast<size_t>(request.feed == Feed::stream), records, record_bytes}) {
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<uint8_t>(field >> shift));
  }
  for (size_t i = 0; i < records; ++i) {
    const Bytes& record = request.records[i];
    if (record.size() != record_bytes) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("record {} has {} bytes, the first {}", i, record.size(), record_bytes));
    }
    bytes.insert(bytes.end(), record.begin(), record.end());
  }
  return bytes;
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const size_t at = text.rfind('\n');
  return at == std::string::npos ? text : text.substr(at + 1);
}

/// QEMU's option syntax takes a comma in a value doubled.
std::string escape_commas(const std::string& text) {
  std::string result;
  for (const char c : text) result.append(c == ',' ? 2 : 1, c);
  return result;
}

std::vector<std::string> qemu_command(Core core, bool count) {
  const Machine machine = machine_for(core);
  if (!find_program(machine.qemu)) {
    throw Error(ErrorKind::not_found,
                fmt::format("{} is not installed: apt install {}", machine.qemu, machine.package));
  }
  std::vector<std::string> arguments = machine.options;
  arguments.insert(arguments.begin(), machine.qemu);
  for (const char* option : {"-nographic", "-monitor", "none", "-serial", "none", "-semihosting-config",
                             "enable=on,target=native", "-icount", "shift=0", "-kernel", "program.elf"}) {
    arguments.push_back(option);
  }
  if (count) {
    arguments.insert(arguments.end(),
                     {"-plugin", fmt::format("file={},config=count.config,result=count.result",
                                             escape_commas(count_plugin_path().string()))});
  }
  return arguments;
}

Bytes run_program(const RunRequest& request, const fs::path& folder, bool count) {
  const fs::path program = folder / "program.elf";
  const bool host = request.core == Core::host;
  if (host) {
    fs::permissions(program, fs::perms::owner_exec, fs::perm_options::add);
  } else {
    write_bytes(folder / "output.bin", {});
  }
  const std::vector<std::string> command =
      host ? std::vector{program.string()} : qemu_command(request.core, count);
  const ProcessResult result = run_process(command, request.timeout_seconds, folder);
  if (result.signal != 0) {
    throw Error(ErrorKind::io, fmt::format("{} {}: {} {}", host ? "running" : "emulating",
                                           request.elf.filename().string(), command[0], result.ending()));
  }
  if (result.exit_code != 0) {
    throw Error(ErrorKind::bad_file,
                fmt::format("{} {}: {}", host ? "running" : "emulating", request.elf.filename().string(),
                            last_line(result.error + result.output)));
  }
  return read_bytes(folder / "output.bin");
}

}  // namespace

std::string cycle_source(Core core) {
  switch (core) {
    case Core::cortex_m0plus:
      return "modelled: Cortex-M0+ timing table";
    case Core::cortex_m4:
      return "modelled: Cortex-M4 timing table";
    case Core::cortex_m7:
      return fmt::format("modelled: {} x the Cortex-M4 timing table", kM7CyclesPerM4Cycle);
    case Core::xtensa_lx6:
      return "modelled: seven-stage Xtensa pipeline on lx106 code, soft float; an upper estimate for the LX6";
    default:
      throw Error(ErrorKind::unsupported, fmt::format("the cycles of {} are not modelled", name_of(core)));
  }
}

RunResult run_elf(const RunRequest& request) {
  if (request.records.empty()) throw Error(ErrorKind::invalid_argument, "nothing to run: no records");
  const Bytes program = read_bytes(request.elf);
  RunResult result;
  result.elf_sha256 = sha256_hex(program);
  const bool host = request.core == Core::host;
  if (host && request.count) {
    throw Error(ErrorKind::unsupported, "instructions are counted on emulated cores only");
  }
  boards::Elf elf;
  if (!host) {
    const std::string name = request.elf.filename().string();
    const uint16_t machine = machine_for(request.core).elf_machine;
    elf = boards::parse_elf(program, name);
    if (elf.machine != machine) {
      throw Error(ErrorKind::bad_file,
                  fmt::format("{}: is not a program for {}", name, name_of(request.core)));
    }
  }

  const TemporaryFolder folder;
  write_bytes(folder.path() / "program.elf", program);
  const size_t stacks = host ? 0 : request.feed == Feed::stream ? 2 : 1;
  const auto take_output = [&](Bytes bytes) {
    if (bytes.size() < 4 * stacks) {
      throw Error(ErrorKind::bad_file,
                  fmt::format("emulating {}: it wrote no output", request.elf.filename().string()));
    }
    const size_t end = bytes.size() - 4 * stacks;
    for (size_t i = 0; i < stacks; ++i) {
      result.stack_bytes = std::max<int64_t>(result.stack_bytes, read_u32(bytes, end + 4 * i));
    }
    bytes.resize(end);
    result.output = std::move(bytes);
  };
  if (request.count) {
    const CountPlan plan = plan_counting(elf, request.core, request.elf.filename().string());
    write_text(folder.path() / "count.config", plan.config);
    write_bytes(folder.path() / "input.bin", input_file(request, 1));
    take_output(run_program(request, folder.path(), true));
    std::vector<Cost> runs = read_counts(read_text(folder.path() / "count.result"), plan, request.core);
    TINYML_CHECK(runs.size() == stacks);
    result.net = std::move(runs.back());
    if (stacks == 2) result.features = std::move(runs.front());
  }
  if (!request.count || request.records.size() > 1) {
    write_bytes(folder.path() / "input.bin", input_file(request, request.records.size()));
    take_output(run_program(request, folder.path(), false));
  }
  return result;
}

}  // namespace tinyml::emulate
