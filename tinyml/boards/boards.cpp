// SPDX-License-Identifier: Apache-2.0
#include "tinyml/boards/boards.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

#include "tinyml/base/embedded.h"
#include "tinyml/base/error.h"

namespace tinyml::boards {

std::span<const EmbeddedFile> board_files();

namespace {

/// The fields of one table of a board file.
class Fields {
 public:
  Fields(const toml::table& table, std::string file, std::string prefix = "")
      : table_(table), file_(std::move(file)), prefix_(std::move(prefix)) {}

  template <class Value>
  Value get(std::string_view key) const {
    const std::optional<Value> value = table_[key].value<Value>();
    if (!value) fail(key, "is missing or has the wrong type");
    return *value;
  }
  int64_t positive(std::string_view key) const {
    const int64_t value = get<int64_t>(key);
    if (value <= 0) fail(key, "must be positive");
    return value;
  }
  std::vector<std::string> strings(std::string_view key) const {
    std::vector<std::string> result;
    const toml::array* array = table_[key].as_array();
    if (!array) fail(key, "must be an array of strings");
    for (const toml::node& node : *array) {
      const std::optional<std::string> text = node.value<std::string>();
      if (!text) fail(key, "must be an array of strings");
      result.push_back(*text);
    }
    return result;
  }
  Fields table(std::string_view key) const {
    const toml::table* inner = table_[key].as_table();
    if (!inner) fail(key, "must be a table");
    return Fields(*inner, file_, fmt::format("{}{}.", prefix_, key));
  }
  Figure figure(std::string_view key) const {
    const Fields inner = table(key);
    Figure result{inner.get<double>("value"), inner.get<std::string>("source")};
    if (!(result.value > 0)) inner.fail("value", "must be positive");
    if (result.source.empty()) inner.fail("source", "must say where the figure comes from");
    return result;
  }

 private:
  [[noreturn]] void fail(std::string_view key, std::string_view what) const {
    throw Error(ErrorKind::bad_file, fmt::format("{}: {}{} {}", file_, prefix_, key, what));
  }

  const toml::table& table_;
  std::string file_, prefix_;
};

}  // namespace

Board parse_board(std::string_view text, std::string_view name) {
  toml::table table;
  try {
    table = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorKind::bad_file,
                fmt::format("{}, line {}: {}", name, error.source().begin.line, error.description()));
  }
  const Fields fields(table, std::string(name));
  Board board;
  board.id = fields.get<std::string>("id");
  board.aliases = fields.strings("aliases");
  board.fqbn = fields.get<std::string>("fqbn");
  board.name = fields.get<std::string>("name");
  board.device = fields.get<std::string>("device");
  board.use_case = fields.get<std::string>("use_case");
  board.core = with_context(name, [&] { return parse_core(fields.get<std::string>("core")); });
  board.clock_hz = fields.positive("clock_hz");

  const Fields memory = fields.table("memory");
  board.flash_bytes = memory.positive("flash_bytes");
  board.ram_bytes = memory.positive("ram_bytes");
  board.application_offset_bytes = memory.get<int64_t>("application_offset_bytes");
  board.application_limit_bytes = memory.positive("application_limit_bytes");
  board.flash_wait_states = static_cast<int>(memory.get<int64_t>("flash_wait_states"));
  board.cache = memory.get<std::string>("cache");
  board.memory_source = memory.get<std::string>("source");

  const Fields power = fields.table("power");
  board.active_ma = power.figure("active_ma");
  board.sleep_ua = power.figure("sleep_ua");
  board.supply_v = power.figure("supply_v");

  const Fields build = fields.table("build");
  board.toolchain = build.get<std::string>("toolchain");
  board.flash_method = build.get<std::string>("flash_method");
  return board;
}

std::span<const Board> boards() {
  static const std::vector<Board> all = [] {
    std::vector<Board> result;
    for (const EmbeddedFile& file : board_files()) result.push_back(parse_board(file.text, file.name));
    std::sort(result.begin(), result.end(), [](const Board& a, const Board& b) { return a.id < b.id; });
    return result;
  }();
  return all;
}

const Board& find_board(std::string_view any_name) {
  std::vector<std::string> names;
  for (const Board& board : boards()) {
    names.push_back(board.id);
    names.insert(names.end(), board.aliases.begin(), board.aliases.end());
    if (!board.fqbn.empty()) names.push_back(board.fqbn);
    const bool same = board.id == any_name || (!board.fqbn.empty() && board.fqbn == any_name) ||
                      std::find(board.aliases.begin(), board.aliases.end(), any_name) != board.aliases.end();
    if (same) return board;
  }
  throw Error(ErrorKind::invalid_argument,
              fmt::format("unknown board \"{}\"; nearest: {}", any_name, nearest_names(any_name, names)));
}

}  // namespace tinyml::boards
