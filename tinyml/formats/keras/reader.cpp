// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>

#include "tinyml/formats/keras.h"
#include "tinyml/formats/keras/layer.h"
#include "tinyml/formats/keras/model.h"
#include "tinyml/formats/keras/names.h"
#include "tinyml/formats/text.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats {
namespace keras {
namespace {

using tflite::refuse;
using tflite::reject;

/// The name of a number type, "float32" or a policy around it.
std::string dtype_name(const Json& json) {
  if (json.is_string()) return clean(json.get_ref<const std::string&>().substr(0, 64));
  if (!json.is_object()) return "float32";
  if (json.value("class_name", Json("")).dump().find("Quantized") != std::string::npos) return "quantized";
  const Json config = json.value("config", Json::object());
  return config.is_object() ? dtype_name(config.value("name", Json("float32"))) : "float32";
}

void check_dtype(const Json& json) {
  const std::string name = dtype_name(json);
  if (name.find("float") == std::string::npos || name.starts_with("int") || name.starts_with("float8")) {
    refuse(fmt::format("the type {}; make the model with float32 and quantize it here", name));
  }
}

class Reader {
 public:
  Reader(const Unpacked& file, bool keras_2) : import_(file, keras_2) {}

  Graph read(const ModelConfig& model) {
    import_.graph.name = model.name;
    std::vector<Value> inputs;
    for (const Operand& operand : model.inputs) inputs.push_back(add_input(model, operand));
    if (inputs.empty()) reject("the model has no inputs");
    const std::vector<Value> outputs = run(model, inputs, {}, "");
    if (outputs.empty()) reject("the model has no outputs");
    std::set<TensorId> taken;
    for (const Value& value : outputs) {
      const TensorId id = import_.tensor(value);
      if (std::count(import_.graph.inputs.begin(), import_.graph.inputs.end(), id)) {
        reject("an output of the model is one of its inputs");
      }
      import_.graph.outputs.push_back(id);
    }
    return finish(std::move(import_.graph));
  }

 private:
  using Outputs = std::optional<std::vector<Value>>;

  const LayerConfig& layer_of(const ModelConfig& model, const Operand& operand) const {
    return model.layers.at(static_cast<size_t>(operand.layer));
  }

  Value add_input(const ModelConfig& model, const Operand& operand) {
    const LayerConfig& layer = layer_of(model, operand);
    return with_context("layer " + layer.name, [&] {
      if (layer.class_name != "InputLayer") reject("a model input that is no InputLayer");
      const Json& config = *layer.config;
      check_dtype(config.value("dtype", Json("float32")));
      for (const char* key : {"sparse", "ragged"}) {
        if (config.value(key, Json(false)) == true) refuse(fmt::format("{} inputs", key));
      }
      const auto found = config.find(config.contains("batch_shape") ? "batch_shape" : "batch_input_shape");
      if (found == config.end() || !found->is_array() || found->empty()) {
        refuse("an input without a shape; save the model after it was built with keras.Input(shape)");
      }
      Shape shape{1};
      for (size_t i = 1; i < found->size(); ++i) {
        const Json& extent = (*found)[i];
        if (extent.is_null()) {
          refuse(fmt::format("the dimension {} is not fixed; give keras.Input a number for it", i));
        }
        if (!extent.is_number_integer() || extent < 1 || extent > 1 << 20) reject("a wrong batch_shape");
        shape.push_back(extent.get<int32_t>());
      }
      tflite::check_extents(shape);
      const TensorId id = import_.graph.add({layer.name, DType::float32, shape, {}, {}});
      import_.graph.inputs.push_back(id);
      return Value{id, shape};
    });
  }

  /// The outputs of a model. `names`: of the models around its layers; `prefix`: of its tensors.
  std::vector<Value> run(const ModelConfig& model, const std::vector<Value>& inputs,
                         const std::vector<std::string>& names, const std::string& prefix) {
    if (inputs.size() != model.inputs.size()) {
      reject(fmt::format("{} inputs for a model of {}", inputs.size(), model.inputs.size()));
    }
    std::vector<std::vector<Outputs>> done;
    for (const LayerConfig& layer : model.layers) done.emplace_back(layer.calls.size());
    for (size_t i = 0; i < inputs.size(); ++i) {
      const Operand& at = model.inputs[i];
      auto& calls = done[static_cast<size_t>(at.layer)];
      if (at.call != 0 || calls.empty()) reject("a wrong model input");
      calls[0] = std::vector<Value>{inputs[i]};
    }
    for (bool progress = true; progress;) {
      progress = false;
      for (size_t i = 0; i < done.size(); ++i) {
        for (size_t call = 0; call < done[i].size(); ++call) {
          if (done[i][call] || !is_ready(model.layers[i].calls[call], done)) continue;
          done[i][call] = run_call(model.layers[i], call, done, names, prefix);
          progress = true;
        }
      }
    }
    std::vector<Value> outputs;
    for (const Operand& operand : model.outputs) {
      const Value* value = find(done, operand);
      if (!value) {
        reject(
            fmt::format("the output of layer {} is never computed: its inputs form a circle or are missing",
                        layer_of(model, operand).name));
      }
      outputs.push_back(*value);
    }
    return outputs;
  }

  static const Value* find(const std::vector<std::vector<Outputs>>& done, const Operand& operand) {
    const auto& calls = done.at(static_cast<size_t>(operand.layer));
    if (static_cast<size_t>(operand.call) >= calls.size()) return nullptr;
    const Outputs& outputs = calls[static_cast<size_t>(operand.call)];
    if (!outputs || static_cast<size_t>(operand.output) >= outputs->size()) return nullptr;
    return &(*outputs)[static_cast<size_t>(operand.output)];
  }

  static bool is_ready(const Call& call, const std::vector<std::vector<Outputs>>& done) {
    const auto ready = [&](const Operand& operand) { return operand.layer < 0 || find(done, operand); };
    return !call.operands.empty() && std::all_of(call.operands.begin(), call.operands.end(), ready);
  }

  std::vector<Value> run_call(const LayerConfig& layer, size_t call,
                              const std::vector<std::vector<Outputs>>& done, std::vector<std::string> names,
                              const std::string& prefix) {
    names.push_back(layer.name);
    const std::string name =
        prefix + layer.name + (call == 0 ? "" : fmt::format("_{}", call));  // as its tensors are called
    return with_context("layer " + prefix + layer.name, [&] {
      std::vector<Value> inputs;
      for (const Operand& operand : layer.calls[call].operands) {
        inputs.push_back(operand.layer < 0 ? number(layer, operand.number) : *find(done, operand));
      }
      if (layer.model) return run(*layer.model, inputs, names, name + "/");
      return std::vector<Value>{run_layer(layer, {layer.checkpoint, names}, name, std::move(inputs))};
    });
  }

  Value number(const LayerConfig& layer, double value) {
    if (!find_mapping(layer.class_name, true)) refuse("a number as an input");
    const std::string name = fmt::format("{}/number_{}", layer.name, value);
    return {import_.constant(name, {1}, [&] { return std::vector<float>{static_cast<float>(value)}; }), {1}};
  }

  Value run_layer(const LayerConfig& layer, const WeightPlace& place, const std::string& name,
                  std::vector<Value> inputs) {
    const Mapping mapping = find_mapping(layer.class_name, layer.is_function);
    if (!mapping) {
      refuse(fmt::format("{} {}; {}", layer.is_function ? "the function" : "the layer class",
                         layer.class_name, kExportAdvice));
    }
    check_dtype(layer.config->value("dtype", Json("float32")));
    const size_t before = import_.graph.tensors.size();
    Value value = mapping(Layer(import_, layer.class_name, *layer.config, place, name, std::move(inputs)));
    if (static_cast<size_t>(value.id) >= before) import_.graph[value.id].name = name;
    return value;
  }

  Import import_;
};

/// The JSON that describes the model. Errors: bad_file; unsupported, for weights alone.
const std::string& config_of(const Unpacked& file) {
  for (const char* name : {"config.json", "@model_config"}) {
    if (const std::string* config = file.text(name)) return *config;
  }
  refuse(
      "an HDF5 file without a model's config, weights alone; save the whole model: "
      "model.save(\"model.keras\")");
}

bool is_keras_2(const Unpacked& file) {
  if (const std::string* version = file.text("@keras_version")) return version->starts_with("2.");
  const std::string* metadata = file.text("metadata.json");
  const Json json = metadata ? Json::parse(*metadata, nullptr, false) : Json();
  if (!json.is_object()) return false;
  const Json version = json.value("keras_version", Json(""));
  return version.is_string() && version.get_ref<const std::string&>().starts_with("2.");
}

}  // namespace

Graph read_model(const Unpacked& file) try {
  const auto config = parse_config(config_of(file));
  return Reader(file, is_keras_2(file)).read(config->model);
} catch (const Json::exception&) {
  reject("its config has not the form of Keras'");
}

}  // namespace keras

Graph read_keras(std::span<const uint8_t> bytes) { return keras::read_model(keras::unpack(bytes)); }

}  // namespace tinyml::formats
