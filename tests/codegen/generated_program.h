// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tinyml/base/file.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/codegen/codegen.h"
#include "tinyml/codegen/device_headers.h"

namespace tinyml::codegen {

/// Generated files in a folder of their own, with the device headers that they use and no others.
class GeneratedProgram {
 public:
  explicit GeneratedProgram(const GeneratedModel& model) : model_(model) {
    write_text(folder_.path() / model.header.name, model.header.text);
    write_text(folder_.path() / model.source.name, model.source.text);
    for (const DeviceHeader& header : headers_used_by(model.source.text)) {
      write_text(folder_.path() / header.path, header.text);
    }
  }

  const std::filesystem::path& folder() const { return folder_.path(); }

  /// Compiles the model alone to model.o and returns what the compiler says.
  std::string compile(std::vector<std::string> command, const std::string& standard = "c++14") const {
    for (const char* flag : {"-Wall", "-Wextra", "-Wpedantic", "-Werror", "-funsigned-char", "-c", "-I."}) {
      command.push_back(flag);
    }
    command.insert(command.end(), {"-std=" + standard, model_.source.name, "-o", "model.o"});
    return run(command);
  }

  /// Links the model with a main function of the given body, on the host with sanitizers and
  /// without optimization (which shows a constant without definition), runs it on
  /// `input` and returns what it writes.
  std::vector<uint8_t> execute(const std::string& body, std::span<const uint8_t> input) const {
    const std::string main_text = "#include <stdio.h>\n#include <string.h>\n#include \"" +
                                  model_.header.name + "\"\nusing namespace " + model_.name + R"(;
static void emit(const void* bytes, size_t count, FILE* out) { fwrite(bytes, 1, count, out); }
int main() {
  FILE* in = fopen("input.bin", "rb");
  FILE* out = fopen("output.bin", "wb");
)" + body + "\n  fclose(in);\n  fclose(out);\n  return 0;\n}\n";
    write_text(folder_.path() / "main.cpp", main_text);
    write_bytes(folder_.path() / "input.bin", input);
    const std::string log =
        run({"g++", "-std=c++14", "-O0", "-g", "-Wall", "-Wextra", "-Werror", "-funsigned-char",
             "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I.", "main.cpp",
             model_.source.name, "-o", "program"});
    EXPECT_EQ(log, "");
    EXPECT_EQ(run({(folder_.path() / "program").string()}), "");
    return read_bytes(folder_.path() / "output.bin");
  }

  std::string run(const std::vector<std::string>& command) const {
    const ProcessResult result = run_process(command, 300, folder_.path());
    return result.exit_code == 0
               ? result.error
               : result.error + result.output + "\nexit code " + std::to_string(result.exit_code);
  }

 private:
  GeneratedModel model_;
  TemporaryFolder folder_;
};

}  // namespace tinyml::codegen
