// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "cli/commands.h"
#include "tinyml/base/error.h"

namespace {

std::string joined(int argc, char** argv) {
  std::string line = "tinyml";
  for (int i = 1; i < argc; ++i) line += std::string(" ") + argv[i];
  return line;
}

/// Ctrl-C: the first asks the work to stop at its next safe point, the second ends at once.
void on_interrupt(int signal) {
  if (tinyml::interrupt_requested()) std::_Exit(128 + signal);
  tinyml::request_interrupt();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGPIPE, SIG_IGN);

  tinyml::cli::Context context;
  context.command_line = joined(argc, argv);
  CLI::App app("tinyml: from recordings to a running microcontroller, offline", "tinyml");
  app.set_version_flag("--version", TINYML_VERSION);
  app.require_subcommand(1);
  app.add_flag("--json", context.json, "Print one JSON document");
  app.add_option("--threads", context.threads, "Threads to compute with (default: physical cores)")
      ->check(CLI::Range(1, 256));
  app.fallthrough();
  using namespace tinyml::cli;
  add_init(app, context);
  add_data(app, context);
  add_train(app, context);
  add_evaluate(app, context);
  add_compare(app, context);
  add_quantize(app, context);
  add_compile(app, context);
  add_profile(app, context);
  add_export(app, context);
  add_deploy(app, context);
  add_boards(app, context);
  add_doctor(app, context);

  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::fprintf(stderr, "tinyml: %s (see tinyml --help)\n", error.what());
    return 2;
  } catch (const tinyml::Error& error) {
    std::fprintf(stderr, "tinyml: %s\n", error.what());
    return error.kind() == tinyml::ErrorKind::interrupted ? 130 : 2;
  }
}
