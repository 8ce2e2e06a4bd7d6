// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tests/cases/cases.h"

namespace tinyml::tests {

/// A small quantized graph of operators, shapes and parameters drawn from `seed`, which TensorFlow Lite Micro
/// runs too. Every value that nothing reads is an output.
OperatorCase random_graph(uint64_t seed);

}  // namespace tinyml::tests
