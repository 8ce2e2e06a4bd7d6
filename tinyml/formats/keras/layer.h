// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the mappings of layers work with; for .cpp files only.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/formats/keras/config.h"
#include "tinyml/formats/keras/import.h"

namespace tinyml::formats::keras {

/// Where a layer's weights lie.
struct WeightPlace {
  std::string checkpoint;          // of a .keras file
  std::vector<std::string> names;  // of the models around the layer, from the second on, and its own
};

/// A call of a layer. What a config lacks and what lies outside of bounds is bad_file.
class Layer {
 public:
  Layer(Import& import, const std::string& class_name, const Json& config, const WeightPlace& place,
        const std::string& name, std::vector<Value> inputs)
      : import(import),
        inputs(std::move(inputs)),
        class_name_(class_name),
        config_(config),
        place_(place),
        name_(name) {}

  Import& import;
  const std::vector<Value> inputs;

  const std::string& name() const { return name_; }
  const std::string& class_name() const { return class_name_; }
  /// Errors: unsupported, where there are several.
  const Value& input() const;
  /// A layer inside of this one, an object with class_name and config, which has its name and weights.
  Layer wrapped(const Json& source) const { return wrapped(source, input()); }
  Layer wrapped(const Json& source, const Value& value) const;

  /// Null where it is left out.
  const Json& at(const char* key) const;
  int32_t integer(const char* key, int32_t low, int32_t high) const;
  double number(const char* key, double otherwise) const;
  bool flag(const char* key, bool otherwise) const;
  std::string text(const char* key, const std::string& otherwise) const;
  /// `count` numbers, or one that stands for all of them.
  std::vector<int32_t> integers(const char* key, size_t count, int32_t low, int32_t high) const;
  /// A number or numbers.
  std::vector<double> numbers(const char* key) const;

  /// A weight: variable `index` of the layer's part (itself, "cell", "layer" …) in a .keras file; of one of
  /// these names in an .h5 file. Errors: bad_file, where it is missing or has another shape.
  std::vector<float> weight(const std::string& part, int index, std::initializer_list<std::string_view> names,
                            const Shape& shape) const;
  /// The same with that many elements, of whatever shape.
  std::vector<float> weight_of_size(const std::string& part, int index,
                                    std::initializer_list<std::string_view> names, int64_t count) const;

  TensorId add(Operator op, std::vector<TensorId> inputs, const char* what) const {
    return import.add(std::move(op), std::move(inputs), name_ + "/" + what);
  }
  template <class Make>
  TensorId constant(const char* what, const Shape& shape, const Make& make) const {
    return import.constant(place_key() + "/" + what, shape, make);
  }
  /// The same number everywhere.
  TensorId number_constant(const char* what, double value) const {
    return constant(what, {1}, [&] { return std::vector<float>{static_cast<float>(value)}; });
  }

 private:
  const Dataset* find(const std::string& part, int index,
                      std::initializer_list<std::string_view> names) const;
  const Dataset& float_weight(const std::string& part, int index,
                              std::initializer_list<std::string_view> names) const;
  std::string place_key() const;

  std::string class_name_;
  const Json& config_;
  const WeightPlace& place_;
  std::string name_;
};

/// The layer's activation argument, applied.
Value activate_by_config(const Layer& layer, const Value& value, const char* key = "activation");
/// "relu", "softmax" … Errors: unsupported.
Value activate(const Layer& layer, const Value& value, const std::string& function);
/// The negative half multiplied.
Value leaky_relu(const Layer& layer, const Value& value, double slope);

/// Errors: unsupported, for channels_first.
void check_data_format(const Layer& layer);

/// `axis`, which counts from the last where it is negative. Errors: bad_file.
int32_t checked_axis(int64_t axis, size_t rank);

using Mapping = Value (*)(const Layer&);
/// Null where there is none.
Mapping find_mapping(const std::string& class_name, bool is_function);

Value map_activation(const Layer&);
Value map_average(const Layer&);
Value map_batch_norm(const Layer&);
Value map_bidirectional(const Layer&);
Value map_concatenate(const Layer&);
Value map_convolution(const Layer&);
Value map_cropping(const Layer&);
Value map_dense(const Layer&);
Value map_depthwise(const Layer&);
Value map_elu(const Layer&);
Value map_flatten(const Layer&);
Value map_global_pool(const Layer&);
Value map_identity(const Layer&);
Value map_layer_norm(const Layer&);
Value map_leaky_relu(const Layer&);
Value map_merge(const Layer&);
Value map_normalization(const Layer&);
Value map_permute(const Layer&);
Value map_pool(const Layer&);
Value map_prelu(const Layer&);
Value map_recurrent(const Layer&);
Value map_relu(const Layer&);
Value map_repeat_vector(const Layer&);
Value map_rescaling(const Layer&);
Value map_reshape(const Layer&);
Value map_resizing(const Layer&);
Value map_separable(const Layer&);
Value map_softmax(const Layer&);
Value map_time_distributed(const Layer&);
Value map_transpose_convolution(const Layer&);
Value map_up_sampling(const Layer&);
Value map_zero_padding(const Layer&);

}  // namespace tinyml::formats::keras
