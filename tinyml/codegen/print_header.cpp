// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "tinyml/codegen/print_files.h"
#include "tinyml/codegen/text.h"

namespace tinyml::codegen {

std::string print_origin(const ModelText& text) {
  int64_t macs = 0;
  for (const PrintedLayer& layer : text.layers) macs += layer.info.macs;
  std::string origin = fmt::format("// Made by tinyml {}", TINYML_VERSION);
  const std::string command = comment_line(text.options.command_line);
  origin += command.empty() ? ".\n" : fmt::format(" with: {}\n", command);
  origin += fmt::format("// Model: {}, sha256 {}.\n", comment_line(text.net.graph.name),
                        comment_line(text.options.model_hash));
  origin += fmt::format("// Target: {}, mode {}. {} MACs an inference.\n",
                        tinyml::name_of(text.options.target.core), tinyml::name_of(text.options.target.mode),
                        with_separators(macs));
  origin += fmt::format(
      "// RAM: {} bytes arena, {} bytes state, and the stack. Flash: {} bytes tables, and code.\n",
      with_separators(text.arena_bytes), with_separators(text.state_bytes),
      with_separators(text.table_bytes));
  return origin;
}

namespace {

std::string print_units(const Framing& framing) {
  if (framing.unit.empty()) return "";
  std::vector<std::string> units;
  for (const float unit : framing.unit) units.push_back(float_literal(unit));
  return fmt::format(
      "// One count of each channel: a sample is reading / unit[channel], rounded, within -32768 and 32767.\n"
      "constexpr float unit[channels] = {{{}}};\n",
      fmt::join(units, ", "));
}

std::string print_front_end(const ModelText& text) {
  const Framing& framing = text.framing;
  const int32_t hops = (text.window_samples() + framing.hop_samples - 1) / framing.hop_samples;
  const int32_t leading = hops * framing.hop_samples - text.window_samples();
  const bool whole = framing.sample_rate_hz == std::floor(framing.sample_rate_hz);
  const double samples_per_ms = framing.sample_rate_hz * framing.channels / 1000;
  const auto length = [&](int32_t samples) {
    const std::string of_each =
        framing.channels > 1 ? fmt::format("{} of each channel: ", samples / framing.channels) : "";
    return fmt::format("{}{:.1f} ms", of_each, samples / samples_per_ms);
  };
  const std::string first = leading > 0
                                ? fmt::format("put {} zero samples before its first, after reset()", leading)
                                : std::string("start with its first, after reset()");
  const std::string moved = text.frames() == 1
                                ? fmt::format("makes its {} features\n// the window", text.row_bytes())
                                : fmt::format("shifts its {} features into\n// the window of {} frames",
                                              text.row_bytes(), text.frames());
  const std::string opening = fmt::format("Each push ends a frame of {} samples at the newest one and {}",
                                          framing.frame_samples, moved);
  return fmt::format(
      R"(
// The front end. {opening}; before the first samples, {before} is assumed. So the window always covers the
// newest window_samples samples. A clip of exactly window_samples samples takes {hops} pushes:
// {first}.
// Then the window equals the features of the whole clip, byte for byte.
constexpr {rate_type} sample_rate_hz = {rate};{rate_note}
constexpr int32_t channels = {channels};  // interleaved in samples
{units}{counts}constexpr int32_t hop_samples = {hop};  // {hop_length}
constexpr int32_t window_samples = {window};  // {window_length}

/// Fills the window with the features of {nothing}. Call it once before the first push.
void reset();
/// Takes hop_samples new samples.
void push(const int16_t* samples);
/// Runs the net on the current window. The result is overwritten by the next push, classify or reset.
const int8_t* classify();
)",
      fmt::arg("nothing", framing.unit.empty() ? "digital silence" : "samples that are 0"),
      fmt::arg("before", framing.unit.empty() ? "silence" : "0"), fmt::arg("opening", opening),
      fmt::arg("first", first), fmt::arg("hops", hops), fmt::arg("rate_type", whole ? "int32_t" : "float"),
      fmt::arg("rate", whole ? fmt::format("{}", framing.sample_rate_hz)
                             : float_literal(static_cast<float>(framing.sample_rate_hz))),
      fmt::arg("rate_note", framing.channels > 1 ? "  // of each channel" : ""),
      fmt::arg("channels", framing.channels), fmt::arg("units", print_units(framing)),
      fmt::arg("hop", framing.hop_samples), fmt::arg("hop_length", length(framing.hop_samples)),
      fmt::arg("counts", framing.channels > 1
                             ? "// Samples are counted over all channels: an instant is `channels` of them.\n"
                             : ""),
      fmt::arg("window", text.window_samples()), fmt::arg("window_length", length(text.window_samples())));
}

}  // namespace

std::string print_header(const ModelText& text) {
  const Tensor& input = text.net.graph[text.net.input()];
  const Tensor& output = text.net.graph[text.net.output()];
  const std::string& name = text.options.facade;
  const std::string facade =
      name.empty() ? "" : fmt::format("// Programs include {} instead, which calls what is here.\n", name);
  const char* const labels =
      text.labels.empty() ? ""
                          : "constexpr int32_t classes = output_bytes;\nextern const char* const labels[];\n";
  std::string header = print_origin(text);
  header += fmt::format(
      R"(#pragma once

#include <stdint.h>

{facade}namespace {name} {{

constexpr int32_t input_bytes = {input_bytes};  // int8 {input_shape}
constexpr float input_scale = {input_scale};  // real = scale * (int8 - zero_point)
constexpr int32_t input_zero_point = {input_zero};
constexpr int32_t output_bytes = {output_bytes};  // int8 {output_shape}
constexpr float output_scale = {output_scale};
constexpr int32_t output_zero_point = {output_zero};
{labels}
)",
      fmt::arg("name", text.name), fmt::arg("facade", facade), fmt::arg("labels", labels),
      fmt::arg("input_bytes", input.size_bytes()), fmt::arg("input_shape", to_string(input.shape)),
      fmt::arg("input_scale", float_literal(input.quantization.scale())),
      fmt::arg("input_zero", input.quantization.zero_point()), fmt::arg("output_bytes", output.size_bytes()),
      fmt::arg("output_shape", to_string(output.shape)),
      fmt::arg("output_scale", float_literal(output.quantization.scale())),
      fmt::arg("output_zero", output.quantization.zero_point()));
  if (text.options.input_in_arena) {
    header += R"(/// Where the input may be written before invoke(input_buffer()); invoke consumes it.
int8_t* input_buffer();
/// Runs the net; copies the input there first if it lies elsewhere. The result is valid until the next call.
)";
  } else {
    header +=
        R"(/// Runs the net on input_bytes bytes, which stay as they are. The result is valid until the next call.
)";
  }
  header += "const int8_t* invoke(const int8_t* input);\n";
  if (text.net.state_bytes > 0) {
    header += text.frame
                  ? "// The net remembers: each push continues the sequence that began after reset(), and "
                    "runs the net.\n"
                    "// classify gives the answer to the last one.\n"
                  : "// The net remembers: each invoke continues the sequence that began after reset().\n"
                    "/// Begins a new sequence.\nvoid reset();\n";
  }
  if (text.frame) header += print_front_end(text);
  if (text.frame && text.extra_bytes() > 0) {
    header += fmt::format(
        "\n/// Inputs of the net that follow the features: they hold until they are set again; 0 at first.\n"
        "constexpr int32_t extra_inputs = {};\nvoid set_extra(const int8_t* values);\n",
        text.extra_bytes());
  }
  return header + fmt::format("\n}}  // namespace {}\n", text.name);
}

}  // namespace tinyml::codegen
