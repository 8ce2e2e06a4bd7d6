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

/// The size of a port and, where one scale holds for it, its quantization.
std::string print_port(const Port& port, const Tensor& tensor, bool explained) {
  std::string lines = fmt::format("constexpr int32_t {}_bytes = {};  // {} {}\n", port.name, port.bytes,
                                  tinyml::name_of(tensor.dtype), to_string(tensor.shape));
  if (tensor.quantization.scales.size() != 1) return lines;
  lines +=
      fmt::format("constexpr float {}_scale = {};", port.name, float_literal(tensor.quantization.scale()));
  if (explained) {
    lines += fmt::format("  // real = scale * ({} - zero_point)", tinyml::name_of(tensor.dtype));
  }
  return lines + fmt::format("\nconstexpr int32_t {}_zero_point = {};\n", port.name,
                             tensor.quantization.zero_point());
}

std::string print_ports(const ModelText& text) {
  std::string lines;
  const Graph& net = text.net.graph;
  for (size_t i = 0; i < text.inputs.size(); ++i) {
    lines += print_port(text.inputs[i], net[net.inputs[i]], i == 0);
  }
  for (size_t i = 0; i < text.outputs.size(); ++i) {
    lines += print_port(text.outputs[i], net[net.outputs[i]], false);
  }
  if (text.single()) {
    if (text.labels.empty()) return lines;
    return lines + fmt::format("constexpr int32_t classes = {};\nextern const char* const labels[];\n",
                               text.outputs[0].type == "int8_t" ? std::string("output_bytes")
                                                                : std::to_string(text.labels.size()));
  }
  const auto print_struct = [&](const char* name, const std::vector<Port>& ports) {
    lines += fmt::format("\nstruct {} {{\n", name);
    for (const Port& port : ports) lines += fmt::format("  const {}* {};\n", port.type, port.name);
    lines += "};\n";
  };
  print_struct("Inputs", text.inputs);
  print_struct("Outputs", text.outputs);
  return lines;
}

std::string print_invoke(const ModelText& text) {
  const Port &in = text.inputs[0], &out = text.outputs[0];
  if (!text.single()) {
    return "/// Runs the net on inputs that stay as they are. The results are valid until the next call.\n"
           "Outputs invoke(const Inputs& inputs);\n";
  }
  std::string lines;
  if (text.options.input_in_arena) {
    lines =
        fmt::format(R"(/// Where the input may be written before invoke(input_buffer()); invoke consumes it.
{}* input_buffer();
/// Runs the net; copies the input there first if it lies elsewhere. The result is valid until the next call.
)",
                    in.type);
  } else {
    lines =
        "/// Runs the net on input_bytes bytes, which stay as they are. The result is valid until the next "
        "call.\n";
  }
  return lines + fmt::format("const {}* invoke(const {}* input);\n", out.type, in.type);
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
  const std::string& name = text.options.facade;
  std::string header = print_origin(text);
  header += "#pragma once\n\n#include <stdint.h>\n\n";
  if (!name.empty())
    header += fmt::format("// Programs include {} instead, which calls what is here.\n", name);
  header += fmt::format("namespace {} {{\n\n", text.name);
  header += print_ports(text) + "\n" + print_invoke(text);
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
