// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tinyml/base/file.h"

namespace tinyml::tests {

/// The arrays of a numpy .npz file (stored or deflated) as their raw bytes, by name without ".npy".
std::map<std::string, Bytes> read_npz(const std::filesystem::path& path);

}  // namespace tinyml::tests
