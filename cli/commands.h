// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/base/progress.h"

namespace CLI {
class App;
}

namespace tinyml::cli {

/// What every verb shares.
struct Context {
  bool json = false;         // one JSON document on standard output, nothing else
  int threads = 0;           // 0: one for every logical CPU
  std::string command_line;  // as typed, for the first lines of generated files
  /// A bar on a terminal, plain lines elsewhere, nothing with --json.
  ProgressHook progress() const;
};

void add_init(CLI::App& app, Context& context);
void add_data(CLI::App& app, Context& context);
void add_train(CLI::App& app, Context& context);
void add_evaluate(CLI::App& app, Context& context);
void add_compare(CLI::App& app, Context& context);
void add_quantize(CLI::App& app, Context& context);
void add_import(CLI::App& app, Context& context);
void add_inspect(CLI::App& app, Context& context);
void add_compile(CLI::App& app, Context& context);
void add_profile(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);
void add_deploy(CLI::App& app, Context& context);
void add_boards(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);

}  // namespace tinyml::cli
