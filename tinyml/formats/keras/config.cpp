// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/keras/config.h"

#include <fmt/core.h>

#include <cctype>
#include <map>

#include "tinyml/formats/keras/names.h"
#include "tinyml/formats/text.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::keras {
namespace {

using tflite::refuse;
using tflite::reject;

constexpr int kMostNesting = 16;
constexpr size_t kMostLayers = 1 << 12, kMostName = 256;

const Json& member(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (!object.is_object() || found == object.end()) reject(fmt::format("the config has no \"{}\"", name));
  return *found;
}

std::string text_of(const Json& json, const char* what) {
  if (!json.is_string()) reject(fmt::format("the {} is no text", what));
  const auto& text = json.get_ref<const std::string&>();
  if (text.empty() || text.size() > kMostName) reject(fmt::format("a {} of {} bytes", what, text.size()));
  return clean(text);
}

int index_of(const Json& json, const char* what) {
  if (!json.is_number_integer() || json < 0 || json > 1 << 20) reject(fmt::format("a wrong {}", what));
  return json.get<int>();
}

bool is_model(const std::string& class_name) {
  return class_name == "Sequential" || class_name == "Functional" || class_name == "Model";
}

class Parser {
 public:
  explicit Parser(Config& config) : config_(config) {}

  /// `source`: an object with class_name and config.
  void model(const Json& source, const std::string& checkpoint, int depth, ModelConfig& model) {
    if (depth > kMostNesting) refuse(fmt::format("models in models {} deep", depth));
    const std::string class_name = text_of(member(source, "class_name"), "class name");
    const Json& body = member(source, "config");
    const bool sequential = class_name == "Sequential";
    model.name = body.is_object() && body.contains("name") ? text_of(body["name"], "name") : "model";
    const Json& layers = body.is_array() ? body : member(body, "layers");
    if (!sequential && !is_model(class_name)) refuse_class(source, class_name, model.name);
    if (!layers.is_array()) reject("the layers are no list");
    if (layers.size() + layers_ > kMostLayers) refuse(fmt::format("{} layers", layers.size() + layers_));
    layers_ += layers.size();
    std::map<std::string, int> counts;
    for (const Json& entry : layers) layer(entry, checkpoint, depth, counts, model);
    if (sequential) return chain(source, body, model);
    if (body.is_array()) reject("the config is a list");
    std::map<std::string, int> places;
    for (size_t i = 0; i < model.layers.size(); ++i) {
      if (!places.emplace(model.layers[i].name, static_cast<int>(i)).second) {
        reject(fmt::format("two layers named {}", model.layers[i].name));
      }
    }
    for (size_t i = 0; i < model.layers.size(); ++i) {
      with_context(fmt::format("layer {}", model.layers[i].name), [&] {
        calls(layers[i].value("inbound_nodes", Json::array()), places, model.layers[i].calls);
      });
    }
    endpoints(member(body, "input_layers"), places, model.inputs);
    endpoints(member(body, "output_layers"), places, model.outputs);
  }

 private:
  static bool is_custom(const Json& source) {
    const auto registered = source.find("registered_name");
    const auto module = source.find("module");
    if (module != source.end() && module->is_string()) {
      const auto& name = module->get_ref<const std::string&>();
      if (name != "keras" && !name.starts_with("keras.") && name != "builtins") return true;
    }
    return registered != source.end() && registered->is_string() &&
           registered->get_ref<const std::string&>().find('>') != std::string::npos;
  }

  [[noreturn]] static void refuse_class(const Json& source, const std::string& class_name,
                                        const std::string& name) {
    const char* what = is_custom(source) ? "the custom class" : "the model class";
    refuse(fmt::format("{} {} ({}); {}", what, class_name, name, kExportAdvice));
  }

  void layer(const Json& source, const std::string& checkpoint, int depth, std::map<std::string, int>& counts,
             ModelConfig& model) {
    LayerConfig& layer = model.layers.emplace_back();
    layer.class_name = text_of(member(source, "class_name"), "class name");
    const Json& config = member(source, "config");
    const Json& name = source.contains("name") ? source["name"]
                       : config.is_object()    ? config.value("name", Json(layer.class_name))
                                               : Json(layer.class_name);
    layer.name = text_of(name, "layer's name");
    if (is_custom(source)) {
      refuse(fmt::format("layer {}: the custom class {}; {}", layer.name, layer.class_name, kExportAdvice));
    }
    const std::string module = source.value("module", Json("")).is_string()
                                   ? source.value("module", Json("")).get<std::string>()
                                   : std::string();
    layer.is_function = module.starts_with("keras.src.ops") || module.starts_with("keras.ops");
    if (!layer.is_function) {
      const std::string snake = snake_case(layer.class_name);
      const int count = counts[snake]++;
      layer.checkpoint = checkpoint + "layers/" + snake + (count > 0 ? fmt::format("_{}", count) : "");
    }
    if (is_model(layer.class_name)) {
      layer.model = std::make_unique<ModelConfig>();
      with_context("layer " + layer.name,
                   [&] { this->model(source, layer.checkpoint + "/", depth + 1, *layer.model); });
    } else if (!config.is_object()) {
      reject(fmt::format("layer {}: its config is no object", layer.name));
    }
    layer.config = &config;
  }

  /// The calls of a sequential model, each layer's output the next one's input.
  void chain(const Json& source, const Json& body, ModelConfig& model) {
    if (model.layers.empty() || model.layers[0].class_name != "InputLayer") {
      Json shape = nullptr;
      const auto consider = [&](const Json& object, const char* name) {
        if (shape.is_null() && object.is_object() && object.contains(name)) shape = object[name];
      };
      if (!model.layers.empty()) {
        consider(*model.layers[0].config, "batch_shape");
        consider(*model.layers[0].config, "batch_input_shape");
      }
      consider(body, "build_input_shape");
      if (source.contains("build_config")) consider(source["build_config"], "input_shape");
      LayerConfig input;
      input.class_name = "InputLayer";
      input.name = model.name + "_input";
      input.config = &config_.added.emplace_back(Json{{"batch_shape", shape}});
      model.layers.insert(model.layers.begin(), std::move(input));
    }
    model.layers[0].calls.resize(1);
    for (size_t i = 1; i < model.layers.size(); ++i) {
      model.layers[i].calls = {{{Operand{static_cast<int>(i) - 1}}}};
    }
    model.inputs = {Operand{0}};
    model.outputs = {Operand{static_cast<int>(model.layers.size()) - 1}};
  }

  /// ["name", call, output], in a list or not, or a dictionary of them.
  void endpoints(const Json& json, const std::map<std::string, int>& places, std::vector<Operand>& found) {
    if (json.is_array() && json.size() >= 3 && json[0].is_string()) {
      found.push_back(operand(json, places));
    } else if (json.is_array() || json.is_object()) {
      for (const Json& entry : json) {
        if (!entry.is_array() || entry.size() < 3 || !entry[0].is_string()) reject("a wrong input or output");
        found.push_back(operand(entry, places));
      }
    } else {
      reject("the model's inputs and outputs are no lists");
    }
  }

  static Operand operand(const Json& json, const std::map<std::string, int>& places) {
    if (!json.is_array() || json.size() < 3) reject("a wrong reference to a layer");
    const std::string name = text_of(json[0], "layer's name");
    const auto found = places.find(name);
    if (found == places.end()) reject(fmt::format("there is no layer {}", name));
    return {found->second, index_of(json[1], "call"), index_of(json[2], "output")};
  }

  static void calls(const Json& json, const std::map<std::string, int>& places, std::vector<Call>& calls) {
    if (!json.is_array()) reject("its inbound nodes are no list");
    if (json.empty()) calls.resize(1);  // an input
    for (const Json& node : json) {
      Call& call = calls.emplace_back();
      if (node.is_object()) {
        collect(member(node, "args"), places, 0, call);
        keywords(node.value("kwargs", Json::object()), places, call);
      } else if (node.is_array()) {
        legacy(node, places, call);
      } else {
        reject("a wrong inbound node");
      }
    }
  }

  /// Keras 3: tensors anywhere in the arguments.
  static void collect(const Json& json, const std::map<std::string, int>& places, int depth, Call& call) {
    if (depth > 4) refuse("arguments in lists of lists");
    if (json.is_array()) {
      for (const Json& entry : json) collect(entry, places, depth + 1, call);
    } else if (json.is_object()) {
      if (json.value("class_name", Json("")) != "__keras_tensor__") refuse("an argument that is no tensor");
      call.operands.push_back(operand(member(member(json, "config"), "keras_history"), places));
    } else if (json.is_number()) {
      call.operands.push_back({-1, 0, 0, json.get<double>()});
    } else if (!json.is_null()) {
      refuse(fmt::format("the argument {}", clean(json.dump()).substr(0, kMostName)));
    }
  }

  static void keywords(const Json& json, const std::map<std::string, int>& places, Call& call) {
    if (!json.is_object()) reject("its arguments are no dictionary");
    for (const auto& [name, value] : json.items()) {
      if (value.is_null() || value.is_boolean()) continue;
      if (name != "inputs" && name != "x1" && name != "x2" && name != "x") {
        refuse(fmt::format("the argument {}", clean(name).substr(0, kMostName)));
      }
      collect(value, places, 0, call);
    }
  }

  /// Keras 2: [["name", call, output, {arguments}], …], or one of them alone.
  static void legacy(const Json& node, const std::map<std::string, int>& places, Call& call) {
    const bool alone = !node.empty() && node[0].is_string();
    for (const Json& entry : alone ? Json::array({node}) : node) {
      call.operands.push_back(operand(entry, places));
      if (entry.size() < 4) continue;
      if (!entry[3].is_object()) reject("its arguments are no dictionary");
      for (const auto& [name, value] : entry[3].items()) {
        if (!value.is_null() && !value.is_boolean()) {
          refuse(fmt::format("the argument {}", clean(name).substr(0, kMostName)));
        }
      }
    }
  }

  Config& config_;
  size_t layers_ = 0;
};

}  // namespace

std::unique_ptr<Config> parse_config(const std::string& text) {
  auto config = std::make_unique<Config>();
  config->json = Json::parse(text, nullptr, false);
  if (config->json.is_discarded()) reject("its config is no JSON");
  Parser(*config).model(config->json, "", 0, config->model);
  return config;
}

}  // namespace tinyml::formats::keras
