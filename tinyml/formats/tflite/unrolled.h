// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tinyml/graph/graph.h"
#include "tinyml/ops/tflite.h"

namespace tinyml::schema {  // generated from schema/tflite.fbs
struct Model;
struct OperatorT;
}  // namespace tinyml::schema

namespace tinyml::formats::tflite {

/// Where a file holds several operators for one Gru of the graph: from `first_operator` on, in the order of
/// ops::TfliteWriter::steps. The tensors that they alone use are numbered from `first_tensor` on, in the
/// order of step_tensors.
struct Unrolled {
  int32_t first_operator = 0, first_tensor = 0;
  int32_t output = 0;
  std::vector<int32_t> inputs;
};

/// The entry of a file's metadata that says so: a line a Gru, "gru" and the numbers in the order above.
inline const std::string kUnrolled = "tinyml.unrolled";

std::string to_text(const std::vector<Unrolled>& all);
/// No number is negative, and each has an input at least. Errors: bad_file.
std::vector<Unrolled> parse_unrolled(const std::string& text);

/// The operator of a file, its tensors found by their place.
std::unique_ptr<schema::OperatorT> operator_of(const ops::TfliteStep& step, uint32_t code,
                                               const std::vector<int32_t>& places);

/// Whether the file holds the very operators and tensors that `writer` would write, so that what the metadata
/// says is true. `inside`: the file's tensors from `first_tensor` on, as many as step_tensors.
/// Errors: bad_file, where it does not.
void expect_unrolled(const schema::Model& model, const Unrolled& unrolled, const ops::TfliteWriter& writer,
                     const std::vector<Tensor>& inside);

}  // namespace tinyml::formats::tflite
