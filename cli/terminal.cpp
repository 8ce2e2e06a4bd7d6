// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <memory>

#include "cli/commands.h"

namespace tinyml::cli {
namespace {

bool unfinished_bar = false;

/// Draws one line over and over on a terminal; elsewhere prints a line every few seconds.
class ProgressLine {
 public:
  explicit ProgressLine(bool terminal) : terminal_(terminal) {}

  void show(const Progress& progress) {
    const auto now = std::chrono::steady_clock::now();
    const bool finished = progress.done >= progress.total;
    const double since = std::chrono::duration<double>(now - last_).count();
    if (!finished && progress.stage == stage_ && since < (terminal_ ? 0.1 : 5.0)) return;
    last_ = now;
    stage_ = progress.stage;
    const double share =
        progress.total > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.total) : 1;
    std::string text = fmt::format("{:<9} {:>5}/{}", progress.stage, progress.done, progress.total);
    if (terminal_) {
      constexpr int kWidth = 24;
      const int full = static_cast<int>(share * kWidth);
      text = fmt::format("{:<9} [{}{}] {:>3.0f} %", progress.stage, std::string(full, '#'),
                         std::string(kWidth - full, '.'), 100 * share);
    }
    if (progress.seconds_left >= 0 && !finished)
      text += fmt::format("  {:.0f} s left", progress.seconds_left);
    if (!progress.detail.empty()) text += "  " + progress.detail;
    if (terminal_) {
      std::fprintf(stderr, "\r\033[K%s%s", text.c_str(), finished ? "\n" : "");
      unfinished_bar = !finished;
    } else {
      std::fprintf(stderr, "%s\n", text.c_str());
    }
    std::fflush(stderr);
  }

 private:
  bool terminal_;
  std::string stage_;
  std::chrono::steady_clock::time_point last_{};
};

bool numeric(const std::string& cell) {
  return !cell.empty() && std::isdigit(static_cast<unsigned char>(cell[0]));
}

}  // namespace

ProgressHook Context::progress() const {
  if (json) return {};
  const auto line = std::make_shared<ProgressLine>(::isatty(STDERR_FILENO) != 0);
  return [line](const Progress& progress) { line->show(progress); };
}

void end_progress() {
  if (unfinished_bar) std::fputc('\n', stderr);
  unfinished_bar = false;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const bool right = rows.size() > 1 && i < rows[1].size() && numeric(rows[1][i]);
      line += right ? fmt::format("{:>{}}  ", row[i], widths[i]) : fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string kilobytes(int64_t bytes) { return fmt::format("{:.1f} KB", static_cast<double>(bytes) / 1024); }
std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > (number < 0 ? 1 : 0); i -= 3) {
    digits.insert(static_cast<size_t>(i), ",");
  }
  return digits;
}

}  // namespace tinyml::cli
