// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "tinyml/base/error.h"
#include "tinyml/base/thread_pool.h"

namespace {

std::string joined(int argc, char** argv) {
  std::string line = "tinyml";
  for (int i = 1; i < argc; ++i) line += std::string(" ") + argv[i];
  return line;
}

/// One line on standard error, below a progress bar that may be there.
int fail(std::string message, int code = 2) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  tinyml::cli::end_progress();
  std::fprintf(stderr, "tinyml: %s\n", message.c_str());
  return code;
}

/// What was wrong with the command line; names a verb that does not exist.
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* verb = &app;
  while (!verb->get_subcommands().empty()) verb = verb->get_subcommands().front();
  if (verb->get_require_subcommand_min() == 0) return error.what();
  std::vector<std::string> verbs;
  for (const CLI::App* each : verb->get_subcommands([](const CLI::App*) { return true; })) {
    verbs.push_back(each->get_name());
  }
  for (const std::string& word : app.remaining(true)) {
    if (word.starts_with('-')) continue;
    return "unknown verb \"" + word + "\"; nearest: " + tinyml::nearest_names(word, verbs);
  }
  return error.what();
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
  std::signal(SIGXFSZ, SIG_IGN);

  tinyml::cli::Context context;
  context.command_line = joined(argc, argv);
  CLI::App app("tinyml: from recordings to a running microcontroller, offline", "tinyml");
  app.set_version_flag("--version", TINYML_VERSION);
  app.require_subcommand(1);
  app.add_flag("--json", context.json, "Print one JSON document");
  const auto set_threads = [&context](int threads) {
    tinyml::ThreadPool::check_threads(threads);
    context.threads = threads;
  };
  app.add_option_function<int>("--threads", set_threads,
                               "Threads to compute with (default: all logical CPUs)");
  app.fallthrough();
  using namespace tinyml::cli;
  add_init(app, context);
  add_data(app, context);
  add_train(app, context);
  add_evaluate(app, context);
  add_compare(app, context);
  add_quantize(app, context);
  add_import(app, context);
  add_inspect(app, context);
  add_compile(app, context);
  add_profile(app, context);
  add_export(app, context);
  add_deploy(app, context);
  add_boards(app, context);
  add_doctor(app, context);

  try {
    app.parse(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return fail("cannot write the output");
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return fail(explain(app, error) + " (see tinyml --help)");
  } catch (const tinyml::Error& error) {
    return fail(error.what(), error.kind() == tinyml::ErrorKind::interrupted ? 130 : 2);
  } catch (const std::bad_alloc&) {
    return fail("not enough memory");
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}
