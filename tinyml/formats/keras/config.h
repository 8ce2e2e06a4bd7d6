// SPDX-License-Identifier: Apache-2.0
#pragma once

// The models of a Keras file's config: layers and how they are called. For .cpp files only.

#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tinyml::formats::keras {

using Json = nlohmann::json;

/// What a layer is called with: an output of a call of another layer, or a number.
struct Operand {
  int layer = -1;  // of the same model; negative: a number
  int call = 0, output = 0;
  double number = 0;
};

struct Call {
  std::vector<Operand> operands;
};

struct ModelConfig;

struct LayerConfig {
  std::string class_name, name;
  /// Of Keras' functions, such as the + between two tensors, and no layer.
  bool is_function = false;
  const Json* config = nullptr;        // an object
  std::string checkpoint;              // where a .keras file has its weights: "layers/dense_1"
  std::unique_ptr<ModelConfig> model;  // of a model as a layer
  std::vector<Call> calls;
};

struct ModelConfig {
  std::string name;
  std::vector<LayerConfig> layers;
  std::vector<Operand> inputs, outputs;
};

/// A whole file's config.
struct Config {
  Json json;
  std::deque<Json> added;  // what a config leaves out
  ModelConfig model;
};

/// Errors: bad_file; unsupported, for what is no Sequential or functional model, naming it.
std::unique_ptr<Config> parse_config(const std::string& text);

}  // namespace tinyml::formats::keras
