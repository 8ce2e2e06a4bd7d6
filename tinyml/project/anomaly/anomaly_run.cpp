// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "tinyml/base/error.h"
#include "tinyml/codegen/device_headers.h"
#include "tinyml/emulate/emulator.h"
#include "tinyml/emulate/firmware_build.h"
#include "tinyml/emulate/memory_report.h"
#include "tinyml/project/anomaly/anomaly_program.h"
#include "tinyml/project/profile.h"

namespace tinyml::project {
namespace {

constexpr int32_t kAnswerBytes = 5;  // the answer, the sum in three bytes, the alarm

/// NAME_check: the Detector behind the interface that the emulator's harness feeds. A push is the samples,
/// then the contexts' float32 bits; classify() gives what each window of the record gave.
std::vector<codegen::SourceFile> check_files(const std::string& name, const AnomalyProgram& program,
                                             int64_t pushes) {
  const size_t contexts = program.inputs.contexts.size();
  const int32_t values = program.config.hop_samples() * program.inputs.sensed();
  std::string given = "samples", reads;
  for (size_t c = 0; c < contexts; ++c) given += fmt::format(", context[{}]", c);
  if (contexts > 0) {
    reads = fmt::format("  float context[{}];\n  memcpy(context, samples + {}, sizeof context);\n", contexts,
                        values);
  }
  const std::string header = fmt::format(
      R"(#pragma once
#include <stdint.h>
namespace {0}_check {{
constexpr int32_t input_bytes = 1, hop_samples = {1}, windows = {2}, output_bytes = {3} * windows;
void reset();
void push(const int16_t* samples);
const int8_t* classify();
const int8_t* invoke(const int8_t* input);
}}  // namespace {0}_check
)",
      name, values + 2 * static_cast<int32_t>(contexts), pushes - program.config.window_hops() + 1,
      kAnswerBytes);
  const std::string source = fmt::format(
      R"(#include "{0}_check.h"
#include "{0}_score.h"
namespace {0}_check {{
static {0}::Detector detector;
static int8_t answers[output_bytes];
static int32_t filled;
void reset() {{
  detector.reset();
  filled = 0;
}}
void push(const int16_t* samples) {{
{2}  if (!detector.push({3})) return;
  const int32_t sum = detector.sum();
  int8_t* at = answers + {1} * filled++;
  at[0] = detector.answer();
  for (int32_t i = 0; i < 3; ++i) at[1 + i] = static_cast<int8_t>(static_cast<uint8_t>(sum >> (8 * i)));
  at[4] = detector.anomalous();
}}
const int8_t* classify() {{ return answers; }}
const int8_t* invoke(const int8_t*) {{ return answers; }}
}}  // namespace {0}_check
)",
      name, kAnswerBytes, reads, given);
  return {{name + "_check.h", header}, {name + "_check.cpp", source}};
}

void build_detector(const AnomalyProgram& program, Core core, int64_t pushes,
                    const std::filesystem::path& elf) {
  const codegen::GeneratedModel model = program.generate({core, Mode::balanced}, "tinyml");
  const TemporaryFolder folder;
  std::vector<codegen::SourceFile> files = check_files(model.name, program, pushes);
  files.insert(files.end(), {model.header, model.source, program.score_header()});
  std::string includes;
  for (const codegen::SourceFile& file : files) {
    write_text(folder.path() / file.name, file.text);
    includes += file.text;
  }
  for (const codegen::DeviceHeader& header : codegen::headers_used_by(includes)) {
    write_text(folder.path() / header.path, header.text);
  }
  emulate::build_firmware(
      {.name = model.name + "_check",
       .streaming = true,
       .input_in_arena = false,
       .sources = {folder.path() / model.source.name, folder.path() / (model.name + "_check.cpp")},
       .include_folders = {folder.path()},
       .flags = {"-O2"},
       .core = core},
      elf);
}

int64_t flash_of(const codegen::GeneratedModel& model, Core core) {
  const TemporaryFolder folder;
  const auto elf = folder.path() / "model.elf";
  emulate::build_firmware(model, core, {"-O2"}, elf);
  return emulate::report_memory(elf).flash_bytes;
}

}  // namespace

void append_push(std::vector<uint8_t>& record, std::span<const int16_t> samples,
                 std::span<const float> contexts) {
  const auto append = [&](const void* data, size_t bytes) {
    const auto* first = static_cast<const uint8_t*>(data);
    record.insert(record.end(), first, first + bytes);
  };
  append(samples.data(), samples.size_bytes());
  append(contexts.data(), contexts.size_bytes());
}

std::vector<std::vector<AnomalyAnswer>> run_detector(const AnomalyProgram& program, Core core,
                                                     const std::vector<Bytes>& records) {
  TINYML_CHECK(!records.empty());
  const size_t push = static_cast<size_t>(program.config.hop_samples() * program.inputs.sensed()) * 2 +
                      program.inputs.contexts.size() * sizeof(float);
  const auto pushes = static_cast<int64_t>(records[0].size() / push);
  TINYML_CHECK(pushes >= program.config.window_hops());
  const TemporaryFolder folder;
  emulate::RunRequest request;
  request.elf = folder.path() / "detector.elf";
  request.core = core;
  request.feed = emulate::Feed::stream;
  request.records = records;
  request.count = false;
  build_detector(program, core, pushes, request.elf);
  const Bytes output = emulate::run_elf(request).output;
  const auto windows = static_cast<size_t>(pushes - program.config.window_hops() + 1);
  TINYML_CHECK(output.size() == records.size() * windows * kAnswerBytes);
  std::vector<std::vector<AnomalyAnswer>> answers(records.size());
  for (size_t i = 0; i < records.size() * windows; ++i) {
    const uint8_t* at = &output[i * kAnswerBytes];
    answers[i / windows].push_back(
        {static_cast<int8_t>(at[0]), at[1] | at[2] << 8 | at[3] << 16, at[4] != 0});
  }
  return answers;
}

int64_t measure_net_flash(const Graph& net, Core core) {
  return flash_of(project::generate(net, {}, {core, Mode::balanced}, "tinyml"), core);
}

AnomalyFlash measure_flash(const AnomalyProgram& program, Core core) {
  AnomalyFlash flash;
  flash.net = measure_net_flash(program.net, core);
  const int64_t streaming = flash_of(program.generate({core, Mode::balanced}, "tinyml"), core);
  flash.features = streaming - flash.net;
  const TemporaryFolder folder;
  const auto elf = folder.path() / "detector.elf";
  build_detector(program, core, program.config.window_hops(), elf);
  flash.score = emulate::report_memory(elf).flash_bytes - streaming;
  return flash;
}

}  // namespace tinyml::project
