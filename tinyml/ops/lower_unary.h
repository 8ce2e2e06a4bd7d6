// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the lowerings of functions of one element share; for .cpp files only.

#include "tinyml/device/nn/lookup.h"
#include "tinyml/device/nn/unary.h"
#include "tinyml/ops/lowering.h"

namespace tinyml::ops {

/// The call of `lookup` on `count` elements of Input, 8 bits wide, with a table of value(element).
template <class Input, class Output, class Value>
KernelCall lookup_call(int64_t count, const Value& value) {
  static_assert(sizeof(Input) == 1 && sizeof(Output) == 1);
  std::vector<Output> table;
  for (int32_t bits = 0; bits < 256; ++bits) {
    table.push_back(static_cast<Output>(value(int32_t{static_cast<Input>(bits)})));
  }
  const device::LookupParams p{static_cast<int32_t>(count)};
  KernelCall call = make_typed_call<Output>(Types<Input>{}, Types<Output>{}, "lookup.h", "lookup", p,
                                            {make_table("values", table)}, 0, 0, TINYML_KERNEL(lookup));
  call.takes_constants = true;
  return call;
}

/// Input and output of a function of one element, of one type. Errors: unsupported.
struct UnaryTensors {
  const Tensor &input, &output;
  const Quantization &from, &to;

  int64_t count() const { return elements(input.shape); }
};
UnaryTensors unary_tensors(const Graph& graph, const Node& node);

/// The parameters of a function of two slopes, but for them, over the whole range of the output's type.
device::SlopesParams slopes_params(const UnaryTensors& tensors);
void set_slopes(const Multiplier& above, const Multiplier& below, device::SlopesParams& p);
/// The call of such a function.
KernelCall slopes_call(const UnaryTensors& tensors, const device::SlopesParams& p);

}  // namespace tinyml::ops
