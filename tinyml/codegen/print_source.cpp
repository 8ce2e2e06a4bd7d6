// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>
#include <string_view>

#include "tinyml/codegen/print_files.h"
#include "tinyml/codegen/text.h"

namespace tinyml::codegen {
namespace {

std::string print_usage(const ModelText& text) {
  const std::string& name = text.name;
  const std::string& facade = text.options.facade;
  std::string usage =
      "//\n// How to use: compile this file with the folder of tinyml/device/ on the include path, and\n";
  if (!facade.empty()) {
    usage += fmt::format("//   #include \"{}\"  // calls what is here, and says how it is called itself\n",
                         facade);
    usage += "// Without it:\n";
  }
  usage += fmt::format("//   #include \"{}.h\"\n", name);
  if (text.frame || text.net.state_bytes > 0) usage += fmt::format("//   {}::reset();  // once\n", name);
  if (!text.single()) {
    return usage +
           fmt::format(
               "//   const {0}::Outputs outputs = {0}::invoke(inputs);  // {0}::Inputs: a pointer to each\n",
               name);
  }
  const std::string answer = !text.labels.empty() ? "scores" : "answer";
  if (text.frame) {
    if (text.extra_bytes() > 0) {
      usage += fmt::format(
          "//   {0}::set_extra(extra);  // {0}::extra_inputs int8 values, before each push\n", name);
    }
    usage +=
        fmt::format("//   {0}::push(samples);  // each time {0}::hop_samples new samples are there\n", name);
    usage += fmt::format("//   const int8_t* {} = {}::classify();\n", answer, name);
  } else {
    usage += fmt::format("//   const {}* {} = {}::invoke(input);\n", text.outputs[0].type, answer, name);
  }
  if (text.net.graph[text.net.output()].quantization.scales.size() != 1) return usage;
  const std::string value =
      text.labels.empty() ? "real value: " : fmt::format("class i: {}::labels[i], real score ", name);
  return usage + fmt::format("//   // {1}{0}::output_scale * ({2}[{3}] - {0}::output_zero_point)\n", name,
                             value, answer, text.labels.empty() ? '0' : 'i');
}

std::string print_includes(const ModelText& text) {
  std::set<std::string> headers;
  for (const PrintedLayer& layer : text.layers) headers.insert(layer.header);
  if (text.features) headers.insert(text.features->header);
  std::string includes = fmt::format("#include \"{}.h\"\n\n", text.name);
  if (text.frame || text.options.input_in_arena || text.net.state_bytes > 0)
    includes += "#include <string.h>\n\n";
  for (const std::string& header : headers) includes += fmt::format("#include \"{}\"\n", header);
  return includes;
}

/// Whether the state at the start is other than zeros.
bool starts_set(const Program& net) {
  return std::any_of(net.variables.begin(), net.variables.end(), [&](const auto& variable) {
    const std::vector<uint8_t>& bytes = *net.graph[variable.first].data;
    return std::any_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte != 0; });
  });
}

/// Sets the state of layers and the variables back to the start.
std::string print_forget(const Program& net) {
  std::string code = "  memset(layer_state, 0, sizeof(layer_state));\n";
  for (const auto& [id, offset] : net.variables) {
    const std::vector<uint8_t>& bytes = *net.graph[id].data;
    const bool uniform = std::all_of(bytes.begin(), bytes.end(), [&](uint8_t b) { return b == bytes[0]; });
    if (!uniform) {
      code += fmt::format("  memcpy(layer_state + {0}, variable_{0}, {1});\n", offset, bytes.size());
    } else if (bytes[0] != 0) {
      code += fmt::format("  memset(layer_state + {}, {}, {});\n", offset, bytes[0], bytes.size());
    }
  }
  if (starts_set(net)) code += "  begun = true;\n";
  return code;
}

/// What variables hold at first where that is not one byte throughout.
std::string print_initial_variables(const Program& net) {
  std::string code = "bool begun = false;  // whether the variables are set\n";
  for (const auto& [id, offset] : net.variables) {
    const std::vector<uint8_t>& bytes = *net.graph[id].data;
    if (std::all_of(bytes.begin(), bytes.end(), [&](uint8_t b) { return b == bytes[0]; })) continue;
    const ops::Table table{"", "uint8_t", bytes};
    code +=
        fmt::format("const uint8_t variable_{}[{}] = {{\n{}}};\n", offset, bytes.size(), table_rows(table));
  }
  return code;
}

std::string print_memory(const ModelText& text) {
  std::string memory = fmt::format(R"(
#ifndef TINYML_NOINLINE
#define TINYML_NOINLINE __attribute__((noinline))
#endif
#ifdef __clang__  // not every kernel needs every parameter
#pragma clang diagnostic ignored "-Wunused-const-variable"
#endif

namespace {} {{
namespace {{

alignas(8) uint8_t arena[{}];

// The compiler is not told where the address comes from: GCC 12 loses a layer's stores when it derives two
// pointers into one array, of element types that differ in size, from each other.
template <class T>
inline T* at(int32_t offset) {{
  uint8_t* address = arena + offset;
  __asm__("" : "+r"(address));
  return static_cast<T*>(__builtin_assume_aligned(address, 4));
}}
)",
                                   text.name, text.arena_bytes);
  if (text.net.state_bytes > 0) {
    memory += fmt::format("\nalignas(4) uint8_t layer_state[{}];  // kept from one inference to the next\n",
                          text.net.state_bytes);
  }
  if (starts_set(text.net)) memory += print_initial_variables(text.net);
  if (!text.frame) return memory;
  if (text.framing.overlap_samples() > 0) {
    memory += fmt::format("\nint16_t past_samples[{}];\n", text.framing.overlap_samples());
  }
  std::string rows = fmt::format("{} frames of {} features, oldest first", text.frames(), text.row_bytes());
  if (text.frames() == 1) rows = fmt::format("{} features", text.row_bytes());
  if (text.extra_bytes() > 0) rows += ", then the extra inputs";
  return memory + fmt::format("alignas(4) int8_t feature_window[{}];  // {}\n",
                              text.net.graph[text.net.input()].size_bytes(), rows);
}

std::string print_invoke(const ModelText& text) {
  const Port& in = text.inputs[0];
  const std::string input = pointer_to(text.net, text.net.input(), false);
  const std::string given = text.single() ? "" : "inputs.";
  std::string invoke;
  if (text.options.input_in_arena) {
    invoke += fmt::format("\n{}* input_buffer() {{ return {}; }}\n", in.type, input);
  }
  invoke += text.single()
                ? fmt::format("\nconst {}* invoke(const {}* input) {{\n", text.outputs[0].type, in.type)
                : "\nOutputs invoke(const Inputs& inputs) {\n";
  if (text.options.input_in_arena) {
    invoke += fmt::format("  if (input != {0}) memcpy({0}, input, input_bytes);\n", input);
  }
  if (starts_set(text.net)) invoke += "  if (!begun) reset();\n";
  for (const PrintedLayer& layer : text.layers) {
    std::vector<std::string> arguments;
    for (const std::string& parameter : layer.parameters) arguments.push_back(given + parameter);
    invoke += fmt::format("  {}({});\n", layer.info.symbol, fmt::join(arguments, ", "));
  }
  std::vector<std::string> results;
  for (const TensorId id : text.net.graph.outputs) {
    const bool in_arena = text.net.plan.offset[static_cast<size_t>(id)] >= 0;
    results.push_back((in_arena ? "" : given) + pointer_to(text.net, id, true));
  }
  const std::string list = fmt::format("{}", fmt::join(results, ", "));
  return invoke + "  return " + (text.single() ? list : "{" + list + "}") + ";\n}\n";
}

std::string print_front_end(const ModelText& text) {
  const Framing& framing = text.framing;
  const int32_t overlap = framing.overlap_samples();
  const int64_t last_row = (text.frames() - 1) * text.row_bytes();
  const std::string frame = pointer_to(*text.frame, text.frame->input(), false);
  std::string code = "\nvoid reset() {\n";
  if (text.net.state_bytes > 0) code += print_forget(text.net);
  if (overlap > 0) code += "  memset(past_samples, 0, sizeof(past_samples));\n";
  code += fmt::format("  memset({}, 0, {});\n", frame, 2 * framing.frame_samples);
  code += fmt::format("  {}(feature_window);\n", text.features->info.symbol);
  if (last_row > 0) {
    code += fmt::format(
        "  for (int32_t row = {0}; row <= {1}; row += {0}) memcpy(feature_window + row, feature_window, "
        "{0});\n",
        text.row_bytes(), last_row);
  }
  code += "}\n";

  if (text.extra_bytes() > 0) {
    code +=
        fmt::format("\nvoid set_extra(const int8_t* values) {{ memcpy(feature_window + {}, values, {}); }}\n",
                    text.row_bytes(), text.extra_bytes());
  }
  code += fmt::format("\nvoid push(const int16_t* samples) {{\n  int16_t* frame = {};\n", frame);
  if (overlap > 0) {
    code += fmt::format("  memcpy(frame, past_samples, {});\n  memcpy(frame + {}, samples, {});\n",
                        2 * overlap, overlap, 2 * framing.hop_samples);
    code += fmt::format("  memcpy(past_samples, frame + {}, {});\n", framing.hop_samples, 2 * overlap);
  } else {
    code += fmt::format("  memcpy(frame, samples + {}, {});\n", framing.hop_samples - framing.frame_samples,
                        2 * framing.frame_samples);
  }
  if (last_row > 0)
    code += fmt::format("  memmove(feature_window, feature_window + {}, {});\n", text.row_bytes(), last_row);
  code += fmt::format("  {}(feature_window + {});\n", text.features->info.symbol, last_row);
  if (text.net.state_bytes == 0) {
    return code + "}\n\nconst int8_t* classify() { return invoke(feature_window); }\n";
  }
  return code + fmt::format("  invoke(feature_window);\n}}\n\nconst int8_t* classify() {{ return {}; }}\n",
                            pointer_to(text.net, text.net.output(), true));
}

}  // namespace

std::string print_source(const ModelText& text) {
  std::string source = print_origin(text) + print_usage(text) + print_includes(text) + print_memory(text);
  if (text.features) source += "\n" + text.features->definition;
  for (const PrintedLayer& layer : text.layers) source += "\n" + layer.definition;
  source += "\n}  // namespace\n";
  if (!text.labels.empty()) {
    source += "\nconst char* const labels[] = {\n";
    for (const std::string& label : text.labels) source += fmt::format("    {},\n", string_literal(label));
    source += "};\n";
  }
  source += print_invoke(text);
  if (text.frame) {
    source += print_front_end(text);
  } else if (text.net.state_bytes > 0) {
    source += fmt::format("\nvoid reset() {{\n{}}}\n", print_forget(text.net));
  }
  return source + fmt::format("\n}}  // namespace {}\n", text.name);
}

}  // namespace tinyml::codegen
