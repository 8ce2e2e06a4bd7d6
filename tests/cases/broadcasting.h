// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/cases/cases.h"

namespace tinyml::tests {

/// Cases of an operator of two inputs that broadcast: every way that shapes can, constants on either side and
/// int8, int16, float32 and (without its fused activation) int32 elements.
std::vector<OperatorCase> broadcasting_cases(const std::string& name, const Operator& op, uint64_t seed);

}  // namespace tinyml::tests
