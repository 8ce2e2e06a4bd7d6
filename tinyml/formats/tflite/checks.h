// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/graph/graph.h"

namespace tinyml::formats::tflite {

[[noreturn]] void reject(const std::string& message);  // bad_file
[[noreturn]] void refuse(const std::string& what);     // unsupported: "not supported: what"

/// At most 6 extents of 1 to 2^20, fewer than 2^28 elements: products of a few of them fit everywhere.
/// Errors: bad_file, unsupported.
void check_extents(const Shape& shape);

/// `zero_point` if `dtype` can hold it. Errors: bad_file.
int32_t checked_zero_point(int64_t zero_point, DType dtype);

/// A model input: present, not a constant, a batch of 1. Errors: bad_file, unsupported.
void check_input(const Graph& graph, TensorId id);

/// A model output: present and not a constant. Errors: bad_file.
void check_output(const Graph& graph, TensorId id);

/// The types and quantization parameters of a node just read, before its shapes are inferred: float32
/// throughout, or int8 with int32 biases. Errors: bad_file, unsupported.
void check_node(const Graph& graph, const Node& node);

}  // namespace tinyml::formats::tflite
