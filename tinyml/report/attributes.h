// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tinyml/graph/operators.h"

namespace tinyml::report {

/// What an operator was told, beside its tensors: ("stride", "2x2"), ("padding", "same"). What is at its
/// default and says nothing, such as a dilation of 1, is left out.
std::vector<std::pair<std::string, std::string>> attributes_of(const Operator& op);

}  // namespace tinyml::report
