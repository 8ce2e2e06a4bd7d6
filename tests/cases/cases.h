// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "tinyml/base/file.h"
#include "tinyml/graph/graph.h"

namespace tinyml::tests {

/// One operator with what it is fed; the data of every engine's tests.
struct OperatorCase {
  std::string name;  // letters, digits and underscores
  Graph graph;
  std::vector<Bytes> inputs;  // one a graph input
};

/// What GoogleTest shows of a case.
inline void PrintTo(const OperatorCase& one, std::ostream* out) { *out << one.name; }

/// All that have a kernel of their own.
std::vector<OperatorCase> all_cases();
/// Those without: from float32 to float32, which the engine runs as in training.
std::vector<OperatorCase> float_cases();

std::vector<OperatorCase> conv_2d_cases();
std::vector<OperatorCase> depthwise_conv_2d_cases();
std::vector<OperatorCase> fully_connected_cases();
std::vector<OperatorCase> int16x8_cases();
std::vector<OperatorCase> pool_2d_cases();
std::vector<OperatorCase> add_cases();
std::vector<OperatorCase> sub_cases();
std::vector<OperatorCase> mul_cases();
std::vector<OperatorCase> unary_cases();
std::vector<OperatorCase> prelu_cases();
std::vector<OperatorCase> binary_cases();
std::vector<OperatorCase> comparison_cases();
std::vector<OperatorCase> logical_cases();
std::vector<OperatorCase> select_cases();
std::vector<OperatorCase> quantize_cases();
std::vector<OperatorCase> cast_cases();
std::vector<OperatorCase> reduction_cases();
std::vector<OperatorCase> arg_extremum_cases();
std::vector<OperatorCase> softmax_cases();
std::vector<OperatorCase> lstm_cases();
std::vector<OperatorCase> gru_cases();
std::vector<OperatorCase> reshape_cases();
std::vector<OperatorCase> concatenation_cases();
std::vector<OperatorCase> split_cases();
std::vector<OperatorCase> svdf_cases();
std::vector<OperatorCase> strided_slice_cases();
std::vector<OperatorCase> transpose_cases();
std::vector<OperatorCase> space_to_depth_cases();
std::vector<OperatorCase> pad_cases();
std::vector<OperatorCase> resize_cases();
std::vector<OperatorCase> gather_cases();
std::vector<OperatorCase> transpose_conv_cases();
std::vector<OperatorCase> signal_cases();

/// A graph that keeps what it has read in two variables; for several calls.
OperatorCase variables_case();

/// All cases as one graph of independent nodes, for engines that are slow to start.
OperatorCase merged(const std::vector<OperatorCase>& cases);

}  // namespace tinyml::tests
