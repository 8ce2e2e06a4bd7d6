// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs of our models in the programs that they must agree with. A Python package that is missing skips the
// test, or fails it where TINYML_REQUIRE_ORACLES=1.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/base/subprocess.h"

namespace tinyml::oracle {

/// Its interpreter: TINYML_PYTHON, else the one of the source folder's .venv.
inline std::string python() {
  const char* named = std::getenv("TINYML_PYTHON");
  return named && *named ? named : TINYML_SOURCE_DIR "/.venv/bin/python";
}

/// Why the Python package cannot be used; empty when it can.
inline std::string missing(const std::string& package) {
  static std::map<std::string, std::string> known;
  const auto [entry, fresh] = known.try_emplace(package);
  if (!fresh) return entry->second;
  if (!std::filesystem::exists(python())) {
    entry->second = "there is no " + python() + " (TINYML_PYTHON names another)";
  } else {
    const std::string look =
        "import importlib.util as u, sys; sys.exit(u.find_spec('" + package + "') is None)";
    if (run_process({python(), "-c", look}).exit_code != 0) {
      entry->second = "the Python package " + package + " is missing in " + python();
    }
  }
  return entry->second;
}

inline bool required() {
  const char* value = std::getenv("TINYML_REQUIRE_ORACLES");
  return value && std::string(value) == "1";
}

/// Runs tests/oracle/<script> with arguments. Errors: io, with what the script said.
inline void run_script(const std::string& script, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {python(), TINYML_SOURCE_DIR "/tests/oracle/" + script});
  const ProcessResult result = run_process(arguments);
  if (result.exit_code != 0) throw Error(ErrorKind::io, script + ": " + result.error + result.output);
}

/// One call's inputs or outputs: the bytes of every tensor of the model, in order.
using Call = Bytes;

inline std::vector<Call> run_model(const std::string& script, std::span<const uint8_t> model,
                                   std::span<const Call> inputs) {
  const TemporaryFolder folder;
  const auto path = [&](const char* name) { return (folder.path() / name).string(); };
  Bytes joined;
  for (const Call& call : inputs) joined.insert(joined.end(), call.begin(), call.end());
  write_bytes(path("model.tflite"), model);
  write_bytes(path("in.bin"), joined);
  run_script(script, {path("model.tflite"), path("in.bin"), path("out.bin")});
  const Bytes all = read_bytes(path("out.bin"));
  TINYML_CHECK(!inputs.empty() && all.size() % inputs.size() == 0);
  const auto size = static_cast<std::ptrdiff_t>(all.size() / inputs.size());
  std::vector<Call> outputs;
  for (auto at = all.begin(); at != all.end(); at += size) outputs.emplace_back(at, at + size);
  return outputs;
}

/// The outputs of every call in TensorFlow Lite Micro, the standard. Needs the package tflite_micro.
inline std::vector<Call> run_tflite_micro(std::span<const uint8_t> model, std::span<const Call> inputs) {
  return run_model("tflite_micro_run.py", model, inputs);
}

/// The same in LiteRT's reference kernels. Needs the package ai_edge_litert.
inline std::vector<Call> run_litert(std::span<const uint8_t> model, std::span<const Call> inputs) {
  return run_model("litert_run.py", model, inputs);
}

}  // namespace tinyml::oracle

/// First line of a test that needs a Python package.
#define TINYML_NEEDS_ORACLE(package)                                             \
  if (const std::string why = ::tinyml::oracle::missing(package); why.empty()) { \
  } else if (::tinyml::oracle::required())                                       \
    FAIL() << why;                                                               \
  else                                                                           \
    GTEST_SKIP() << "skipped: " << why
