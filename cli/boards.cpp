// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "tinyml/boards/boards.h"
#include "tinyml/project/doctor.h"

namespace tinyml::cli {
namespace {

void run_boards(const Context& context) {
  nlohmann::json list = nlohmann::json::array();
  std::vector<std::vector<std::string>> rows{
      {"board", "also", "device", "CPU", "MHz", "RAM KB", "flash KB", "power", "use case"}};
  for (const boards::Board& board : boards::boards()) {
    rows.push_back({board.id, fmt::format("{}", fmt::join(board.aliases, ", ")), board.device,
                    std::string(name_of(board.core)),
                    fmt::format("{:.0f}", static_cast<double>(board.clock_hz) / 1e6),
                    std::to_string(board.ram_bytes / 1024), std::to_string(board.flash_bytes / 1024),
                    fmt::format("{:.1f} mW", board.active_mw()), board.use_case});
    list.push_back({{"id", board.id},
                    {"aliases", board.aliases},
                    {"fqbn", board.fqbn},
                    {"name", board.name},
                    {"device", board.device},
                    {"core", name_of(board.core)},
                    {"clock_hz", board.clock_hz},
                    {"ram_bytes", board.ram_bytes},
                    {"flash_bytes", board.flash_bytes},
                    {"active_mw", board.active_mw()},
                    {"active_source", board.active_ma.source},
                    {"sleep_ua", board.sleep_ua.value},
                    {"memory_source", board.memory_source},
                    {"use_case", board.use_case}});
  }
  std::printf("%s", context.json ? (list.dump(2) + "\n").c_str() : table(rows).c_str());
}

void run_doctor(const Context& context) {
  nlohmann::json list = nlohmann::json::array();
  std::vector<std::vector<std::string>> rows{{"tool", "found", "needed for"}};
  for (const project::Tool& tool : project::find_tools()) {
    rows.push_back(
        {tool.program, tool.path ? tool.path->string() : "missing: " + tool.install, tool.needed_for});
    list.push_back({{"tool", tool.program},
                    {"path", tool.path ? nlohmann::json(tool.path->string()) : nlohmann::json(nullptr)},
                    {"needed_for", tool.needed_for},
                    {"install", tool.install}});
  }
  std::printf("%s", context.json ? (list.dump(2) + "\n").c_str() : table(rows).c_str());
}

}  // namespace

void add_boards(CLI::App& app, Context& context) {
  app.add_subcommand("boards", "The boards that are known")->callback([&context] { run_boards(context); });
}

void add_doctor(CLI::App& app, Context& context) {
  app.add_subcommand("doctor", "The programs that are used, and where they are")->callback([&context] {
    run_doctor(context);
  });
}

}  // namespace tinyml::cli
