// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tinyml::formats {

/// Names reach messages and generated sources: one line of valid UTF-8, what is not becoming '?'.
std::string clean(std::string name);

}  // namespace tinyml::formats
