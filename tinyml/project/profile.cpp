// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/profile.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tinyml/base/file.h"
#include "tinyml/base/sha256.h"
#include "tinyml/boards/boards.h"
#include "tinyml/boards/toolchain.h"
#include "tinyml/codegen/device_headers.h"
#include "tinyml/emulate/emulator.h"
#include "tinyml/emulate/firmware_build.h"
#include "tinyml/emulate/memory_report.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/ops/front_end.h"
#include "tinyml/power/power.h"
#include "tinyml/project/models/int8_net.h"
#include "tinyml/report/html.h"
#include "tinyml/report/layer_labels.h"
#include "tinyml/report/text_table.h"

namespace tinyml::project {
namespace {

std::vector<std::string> flags_of(Mode mode) { return {mode == Mode::size ? "-Os" : "-O2"}; }

void check_emulated(const boards::Board& board) {
  if (boards::has_toolchain(board.core)) return;
  std::string emulated;
  for (const boards::Board& other : boards::boards()) {
    if (boards::has_toolchain(other.core)) emulated += (emulated.empty() ? "" : ", ") + other.id;
  }
  throw Error(ErrorKind::unsupported,
              fmt::format("{} cannot be profiled: its core {} is not emulated; choose one of {}", board.id,
                          name_of(board.core), emulated));
}

Cost cost_of(const emulate::Cost& counted, const boards::Board& board) {
  power::Workload once;
  once.cycles = static_cast<double>(counted.cycles);
  once.inferences_per_second = 0;
  const power::EnergyEstimate estimate = power::estimate(board, once);
  return {counted.instructions, counted.cycles, estimate.latency_ms, estimate.energy_uj / 1000};
}

/// A record for a measured run: what the counts depend on at most slightly. Samples fill the feature window.
Bytes measured_input(const codegen::GeneratedModel& model, const Graph& net,
                     const std::optional<Operator>& features) {
  int64_t bytes = net[net.inputs.at(0)].size_bytes();
  if (features) {
    const ops::FrontEndFrame frame = ops::frame_of(*features).value();
    const int64_t samples =
        int64_t{net[net.inputs[0]].shape.at(1) - 1} * frame.hop_values + frame.frame_values;
    bytes = (samples + frame.hop_values - 1) / frame.hop_values * frame.hop_values * 2;
  }
  TINYML_CHECK(!model.layers.empty());
  Bytes input(static_cast<size_t>(bytes));
  uint32_t noise = 1;
  for (uint8_t& value : input) {
    noise = noise * 1664525u + 1013904223u;
    value = static_cast<uint8_t>(noise >> 24);
  }
  return input;
}

}  // namespace

bool takes_frames(const Graph& net) {
  return !net.nodes.empty() && std::holds_alternative<CameraFrame>(net.nodes.front().op);
}

Bytes deployed_tflite(const Graph& net) {
  if (!takes_frames(net)) return formats::write_tflite(net);
  Graph behind = net;
  behind.inputs = behind.nodes.front().outputs;
  behind.nodes.erase(behind.nodes.begin());
  return formats::write_tflite(without_unused_tensors(behind));
}

codegen::GeneratedModel generate(const Graph& net, const std::optional<Operator>& features,
                                 const ops::Target& target, const std::string& command_line,
                                 const std::string& facade) {
  codegen::GenerateOptions options;
  options.target = target;
  options.command_line = command_line;
  options.model_hash = sha256_hex(deployed_tflite(net));
  options.input_in_arena = !features && !takes_frames(net);
  options.facade = facade;
  return codegen::generate(net, features, options);
}

Profile profile(const Graph& given, const std::optional<Operator>& features, const std::string& board_name,
                Mode mode) {
  const boards::Board& board = boards::find_board(board_name);
  const Graph net = int8_net(given);
  check_emulated(board);
  const codegen::GeneratedModel model = generate(net, features, {board.core, mode}, "tinyml profile");
  const TemporaryFolder folder;
  const auto elf = folder.path() / "model.elf";
  emulate::build_firmware(model, board.core, flags_of(mode), elf);
  const std::vector<Bytes> records{measured_input(model, net, features)};
  emulate::RunRequest request;
  request.elf = elf;
  request.core = board.core;
  request.feed = features ? emulate::Feed::stream : emulate::Feed::net;
  request.records = records;
  const emulate::RunResult run = emulate::run_elf(request);
  const emulate::MemoryReport memory = emulate::report_memory(elf);

  Profile result;
  result.board = board.id;
  result.core = name_of(board.core);
  result.mode = name_of(mode);
  result.compiler = boards::find_toolchain(board.core).version;
  result.cycles_source = emulate::cycle_source(board.core);
  result.net = cost_of(run.net, board);
  if (features) result.features = cost_of(run.features, board);
  result.flash_bytes = memory.flash_bytes;
  result.stack_bytes = run.stack_bytes;
  result.ram_bytes = memory.static_ram_bytes + run.stack_bytes;
  result.arena_bytes = model.arena_bytes;
  result.state_bytes = model.state_bytes;
  result.model_bytes = static_cast<int64_t>(deployed_tflite(net).size());
  result.elf_sha256 = run.elf_sha256;
  for (const codegen::LayerInfo& layer : model.layers) {
    LayerProfile row{layer.name, layer.op, layer.macs, 0, 0, 0};
    for (const emulate::LayerCost& cost : run.net.layers) {
      if (cost.name != layer.symbol) continue;
      row.instructions = cost.instructions;
      row.cycles = cost.cycles;
    }
    for (const emulate::LayerBytes& bytes : memory.layers) {
      if (bytes.name == layer.symbol) row.flash_bytes = bytes.code_bytes + bytes.table_bytes;
    }
    result.layers.push_back(row);
  }
  return result;
}

std::string to_json(const Profile& p) {
  nlohmann::json layers = nlohmann::json::array();
  for (const LayerProfile& layer : p.layers) {
    layers.push_back({{"name", layer.name},
                      {"op", layer.op},
                      {"macs", layer.macs},
                      {"instructions", layer.instructions},
                      {"cycles", layer.cycles},
                      {"flash_bytes", layer.flash_bytes}});
  }
  nlohmann::json document{{"board", p.board},
                          {"core", p.core},
                          {"mode", p.mode},
                          {"compiler", p.compiler},
                          {"source", p.source},
                          {"instructions", p.net.instructions},
                          {"cycles", p.net.cycles},
                          {"cycles_source", p.cycles_source},
                          {"latency_ms", p.net.latency_ms},
                          {"energy_mj", p.net.energy_mj},
                          {"energy_source", "modelled"},
                          {"flash_bytes", p.flash_bytes},
                          {"ram_bytes", p.ram_bytes},
                          {"stack_bytes", p.stack_bytes},
                          {"arena_bytes", p.arena_bytes},
                          {"state_bytes", p.state_bytes},
                          {"model_bytes", p.model_bytes},
                          {"layers", layers},
                          {"elf_sha256", p.elf_sha256}};
  if (p.features) {
    document["features"] = {{"source", p.source},
                            {"instructions", p.features->instructions},
                            {"cycles", p.features->cycles},
                            {"cycles_source", p.cycles_source},
                            {"latency_ms", p.features->latency_ms},
                            {"energy_mj", p.features->energy_mj},
                            {"energy_source", "modelled"}};
  }
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string to_text(const Profile& p) {
  const auto kb = [](int64_t bytes) { return static_cast<double>(bytes) / 1024; };
  std::string text = fmt::format(
      "{} ({}, {} mode), {} in the emulator; cycles, ms and mJ modelled\n"
      "  net       {:>13} instructions {:>13} cycles {:>8.2f} ms {:>7.3f} mJ\n",
      p.board, p.core, p.mode, p.source, report::grouped(p.net.instructions), report::grouped(p.net.cycles),
      p.net.latency_ms, p.net.energy_mj);
  if (p.core == name_of(Core::xtensa_lx6)) {
    text += "  compiled for the lx106, soft float: an upper estimate for the ESP32's LX6\n";
  }
  if (p.features) {
    text +=
        fmt::format("  features  {:>13} instructions {:>13} cycles {:>8.2f} ms {:>7.3f} mJ  (one stride)\n",
                    report::grouped(p.features->instructions), report::grouped(p.features->cycles),
                    p.features->latency_ms, p.features->energy_mj);
  }
  const std::string state = p.state_bytes > 0 ? fmt::format("state {:.1f}, ", kb(p.state_bytes)) : "";
  text += fmt::format("  RAM       {:.1f} KB (arena {:.1f}, {}stack {:.1f})   flash {:.1f} KB\n\n",
                      kb(p.ram_bytes), kb(p.arena_bytes), state, kb(p.stack_bytes), kb(p.flash_bytes));
  std::vector<std::vector<std::string>> rows{
      {"layer", "operator", "MACs", "instructions", "cycles", "", "flash B"}};
  const auto row = [&](const std::string& name, const std::string& op, const LayerProfile& cost) {
    const double share = static_cast<double>(cost.cycles) / std::max(1.0, static_cast<double>(p.net.cycles));
    rows.push_back({name, op, report::grouped(cost.macs), report::grouped(cost.instructions),
                    report::grouped(cost.cycles), fmt::format("{:.1f} %", 100 * share),
                    report::grouped(cost.flash_bytes)});
  };
  std::vector<std::string> names;
  for (const LayerProfile& layer : p.layers) names.push_back(layer.name);
  const std::vector<std::string> labels = report::short_labels(names);
  LayerProfile all;
  for (size_t i = 0; i < p.layers.size(); ++i) {
    const LayerProfile& layer = p.layers[i];
    row(labels[i], layer.op, layer);
    all.macs += layer.macs;
    all.instructions += layer.instructions;
    all.cycles += layer.cycles;
    all.flash_bytes += layer.flash_bytes;
  }
  row("all layers", "", all);
  text += report::text_table(rows, {false, false, true, true, true, true, true});
  text.pop_back();
  return text;
}

codegen::GeneratedModel compile(const Graph& net, const std::optional<Operator>& features,
                                const std::string& board, Mode mode, const std::filesystem::path& folder,
                                const std::string& command_line,
                                const std::optional<codegen::SourceFile>& facade) {
  codegen::GeneratedModel model = generate(int8_net(net), features, {boards::find_board(board).core, mode},
                                           command_line, facade ? facade->name : "");
  const auto bytes_of = [](std::string_view text) { return Bytes(text.begin(), text.end()); };
  std::vector<NewFile> files{{folder / model.header.name, bytes_of(model.header.text)},
                             {folder / model.source.name, bytes_of(model.source.text)}};
  std::string includes = model.source.text;
  if (facade) {
    files.push_back({folder / facade->name, bytes_of(facade->text)});
    includes += facade->text;
  }
  for (const codegen::DeviceHeader& header : codegen::headers_used_by(includes)) {
    files.push_back({folder / header.path, bytes_of(header.text)});
  }
  write_files(files);
  return model;
}

int64_t count_equal_on_core(const Graph& net, const std::optional<Operator>& features, Core core,
                            const std::vector<std::vector<uint8_t>>& inputs,
                            const std::vector<std::vector<int8_t>>& expected) {
  TINYML_CHECK(inputs.size() == expected.size() && !inputs.empty());
  const codegen::GeneratedModel model = generate(net, features, {core, Mode::balanced}, "tinyml");
  const TemporaryFolder folder;
  const auto elf = folder.path() / "model.elf";
  emulate::build_firmware(model, core, flags_of(Mode::balanced), elf);
  emulate::RunRequest request;
  request.elf = elf;
  request.core = core;
  request.feed = features ? emulate::Feed::stream : emulate::Feed::net;
  request.records = inputs;
  request.count = false;
  const Bytes output = emulate::run_elf(request).output;
  const size_t each = expected[0].size();
  TINYML_CHECK(output.size() == each * expected.size());
  int64_t equal = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    const auto* first = reinterpret_cast<const int8_t*>(output.data() + i * each);
    equal += std::equal(first, first + each, expected[i].begin());
  }
  return equal;
}

}  // namespace tinyml::project
