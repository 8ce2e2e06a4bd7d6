// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the signal operators share; for .cpp files only.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tinyml/ops/float_pass.h"
#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/tflite_options.h"

namespace tinyml::ops {

/// A tensor of this type with this many dimensions. Errors: bad_file, naming it.
const Tensor& expect_integers(const Graph& graph, TensorId id, DType dtype, size_t rank);
void set_integers(Graph& graph, TensorId id, DType dtype, Shape shape);

/// The options of a signal operator in files: integers by name, in a FlexBuffers map.
using SignalOptions = std::map<std::string, int64_t>;

/// Whether the file's operator is the custom one of that name; `inputs` and `outputs` are what it has.
/// Errors: bad_file.
bool is_signal_operator(const TfliteReader& reader, const char* custom_code, size_t inputs, size_t outputs);
/// Hostile options are safe. Errors: bad_file.
SignalOptions read_options(const TfliteReader& reader);
/// The option, which lies in [least, most]. Errors: bad_file.
int32_t option(const SignalOptions& options, const char* name, int32_t least, int32_t most);
void write_signal_operator(TfliteWriter& writer, const char* custom_code, const SignalOptions& options);

/// A call of a kernel of device/dsp that takes all inputs of the node, constants too; see make_typed_call.
template <class Output, class... Inputs, class... Elements, class P, class Kernel>
KernelCall signal_call(Types<Inputs...> inputs, Types<Elements...> elements, const char* header,
                       std::string function, const P& p, std::vector<Table> tables, int64_t scratch_bytes,
                       Kernel kernel) {
  KernelCall call = make_typed_call<Output>(inputs, elements, "", std::move(function), p, std::move(tables),
                                            scratch_bytes, -1, kernel);
  call.header = std::string("tinyml/device/dsp/") + header;
  call.takes_constants = true;
  return call;
}

/// The multiply-accumulates and the float pass of an operator on integers.
#define TINYML_INTEGER_OPERATOR(Op)                                \
  int64_t macs(const Op&, const Graph&, const Node&) { return 0; } \
  void forward(const Op& op, FloatForward&) { refuse_float_pass(op.kName); }

}  // namespace tinyml::ops
