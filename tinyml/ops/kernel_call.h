// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tinyml/base/target.h"

namespace tinyml::ops {

/// What kernels are chosen for.
struct Target {
  Core core = Core::host;
  Mode mode = Mode::balanced;
};

/// A constant array of the device, in flash.
struct Table {
  std::string name;     // "weights", "bias", "multipliers", …
  std::string element;  // a C type: "int8_t", "int16_t", "int32_t", …
  std::vector<uint8_t> bytes;
};

/// A compile-time number of the device kernel: a member of its parameter type.
struct Parameter {
  std::string name;
  int64_t value;
};

/// One call of one device kernel. The code generator prints it; the host engine runs it. The call is
///   function(parameters, inputs…, tables…, outputs…, state, scratch)
/// where `state` is passed only when state_bytes > 0 and `scratch` only when scratch_bytes > 0.
/// An empty `function` (Reshape): no call, the output is an alias of input 0. Scratch is aligned to 8 bytes,
/// all else to 4.
struct KernelCall {
  std::string header;    // "tinyml/device/nn/conv_2d.h"
  std::string function;  // "conv_2d", in namespace tinyml::device
  std::vector<Parameter> parameters;
  std::vector<Table> tables;
  /// Whether the inputs are all of the node's, or those that are not constants.
  bool takes_constants = false;
  /// Whether inputs or outputs, which may be any number, are one argument: an array of pointers to void.
  bool input_array = false, output_array = false;
  int64_t scratch_bytes = 0;
  /// Memory that is the call's own and keeps its bytes from one inference to the next; zeros at first and
  /// after a reset.
  int64_t state_bytes = 0;
  /// The output may share memory with input 0 when output_offset + overlap_lead <= input_offset; the
  /// kernel then reads each input byte before it overwrites it. Negative: never.
  int64_t overlap_lead = -1;
  /// The same kernel with the same constants, on the host. The state is the last of `outputs`.
  std::function<void(std::span<const void* const> inputs, std::span<void* const> outputs, void* scratch)>
      run = nullptr;
};

}  // namespace tinyml::ops
