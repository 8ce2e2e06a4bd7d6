// SPDX-License-Identifier: Apache-2.0
#include "tinyml/emulate/firmware_build.h"

#include <fmt/core.h>

#include <span>

#include "tinyml/base/embedded.h"
#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/boards/toolchain.h"
#include "tinyml/codegen/device_headers.h"

namespace tinyml::emulate {
namespace fs = std::filesystem;

std::span<const EmbeddedFile> firmware_files();

namespace {

std::string_view firmware_text(std::string_view name) {
  for (const EmbeddedFile& file : firmware_files()) {
    if (file.name == name) return file.text;
  }
  TINYML_CHECK(!"an embedded firmware file is missing");
  return {};
}

/// X(type, name, bytes) for each port.
std::string each_port(const std::vector<codegen::Port>& ports) {
  std::string list;
  for (const codegen::Port& port : ports)
    list += fmt::format(" X({}, {}, {})", port.type, port.name, port.bytes);
  return list;
}

/// What the harness must know of the model, as macros.
std::string harness_macros(const FirmwareSpec& spec) {
  std::string text = fmt::format(
      "#include \"{0}.h\"\n#define TINYML_MODEL {0}\n#define TINYML_STREAMING {1:d}\n"
      "#define TINYML_INPUT_IN_ARENA {2:d}\n",
      spec.name, spec.streaming, spec.input_in_arena);
  const bool single = spec.inputs.size() <= 1 && spec.outputs.size() <= 1;
  text += fmt::format("#define TINYML_SINGLE {:d}\n", single);
  if (single) {
    const auto type = [](const std::vector<codegen::Port>& ports) {
      return ports.empty() ? std::string("int8_t") : ports[0].type;
    };
    return text + fmt::format("#define TINYML_INPUT {}\n#define TINYML_OUTPUT {}\n", type(spec.inputs),
                              type(spec.outputs));
  }
  return text + fmt::format("#define TINYML_INPUTS{}\n#define TINYML_OUTPUTS{}\n", each_port(spec.inputs),
                            each_port(spec.outputs));
}

}  // namespace

void build_firmware(const FirmwareSpec& spec, const fs::path& elf) {
  const TemporaryFolder folder;
  const bool host = spec.core == Core::host;
  write_text(folder.path() / "harness_main.cpp",
             harness_macros(spec) + std::string(firmware_text("firmware/ports.h")) +
                 std::string(firmware_text(host ? "firmware/host.cpp" : "firmware/harness.cpp")));
  boards::CompileRequest request;
  request.core = spec.core;
  request.sources = spec.sources;
  request.sources.push_back(folder.path() / "harness_main.cpp");
  if (!host) {
    const bool xtensa = spec.core == Core::xtensa_lx6;
    const std::string family = xtensa ? "firmware/xtensa" : "firmware/cortex_m";
    const auto add_source = [&](const std::string& name, const std::string& file) {
      write_text(folder.path() / name, firmware_text(file));
      request.sources.push_back(folder.path() / name);
    };
    write_text(folder.path() / "machine.h", firmware_text(family + ".h"));
    add_source("harness_startup.cpp", family + "_startup.cpp");
    if (xtensa) add_source("xtensa_runtime.cpp", "firmware/xtensa_runtime.cpp");
    request.linker_script = firmware_text(family + ".ld");
  }
  request.include_folders = spec.include_folders;
  request.include_folders.push_back(folder.path());
  request.flags = spec.flags;
  request.output = elf;
  boards::compile(request);
}

void build_firmware(const codegen::GeneratedModel& model, Core core, const std::vector<std::string>& flags,
                    const fs::path& elf) {
  const TemporaryFolder folder;
  write_text(folder.path() / model.header.name, model.header.text);
  write_text(folder.path() / model.source.name, model.source.text);
  for (const codegen::DeviceHeader& header :
       codegen::headers_used_by(model.header.text + model.source.text)) {
    write_text(folder.path() / header.path, header.text);
  }
  build_firmware({.name = model.name,
                  .streaming = model.features.has_value(),
                  .input_in_arena = model.header.text.find("input_buffer()") != std::string::npos,
                  .inputs = model.inputs,
                  .outputs = model.outputs,
                  .sources = {folder.path() / model.source.name},
                  .include_folders = {folder.path()},
                  .flags = flags,
                  .core = core},
                 elf);
}

}  // namespace tinyml::emulate
