// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyml/formats/keras/unpack.h"
#include "tinyml/graph/graph.h"

namespace tinyml::formats::keras {

/// A value of the model: a tensor of the graph with the same elements in the same order as Keras' tensor,
/// whose shape, with a batch of 1, may be another one.
struct Value {
  TensorId id = kNoTensor;
  Shape shape;
};

/// The graph while it is made.
class Import {
 public:
  Import(const Unpacked& file, bool keras_2);

  Graph graph;
  const bool keras_2;

  /// A node with outputs of inferred shapes.
  TensorId add(Operator op, std::vector<TensorId> inputs, const std::string& name);
  std::vector<TensorId> add(Operator op, std::vector<TensorId> inputs, const std::vector<std::string>& names);
  /// The constant of that name, made once by `make`.
  template <class Make>
  TensorId constant(const std::string& name, const Shape& shape, const Make& make) {
    const auto found = constants_.find(name);
    return found != constants_.end() ? found->second : add_constant(name, shape, make());
  }

  /// The tensor of `value` with that shape of as many elements.
  TensorId tensor(const Value& value, const Shape& shape);
  TensorId tensor(const Value& value) { return tensor(value, value.shape); }
  /// The same where its extents may have one of 1 more behind the batch.
  TensorId loose_tensor(const Value& value);

  const Unpacked& file() const { return file_; }

 private:
  TensorId add_constant(const std::string& name, const Shape& shape, const std::vector<float>& values);

  const Unpacked& file_;
  std::map<std::string, TensorId> constants_;
  std::map<std::pair<TensorId, Shape>, TensorId> reshaped_;
  std::map<TensorId, TensorId> before_reshape_;
};

/// With an extent of 1 behind the batch: a sequence as an image of one row.
Shape as_image(const Shape& sequence);

/// `values` of `shape` with its axes in another order: axis i of the result is axis order[i].
std::vector<float> permuted(const std::vector<float>& values, const Shape& shape,
                            const std::vector<size_t>& order);

/// After the last layer: what nothing reads goes, batch normalisation and activations are folded, what is
/// left of the former becomes a product and a sum, padding goes into the convolution behind it.
Graph finish(Graph graph);

}  // namespace tinyml::formats::keras
