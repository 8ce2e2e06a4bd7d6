// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "tinyml/graph/graph.h"

namespace tinyml::formats {

/// The model in a file: .tflite (read_tflite), .onnx (read_onnx), .keras or .h5 (read_keras), by what it
/// holds; its name decides where that says nothing. Nothing in it is executed, and no other file is opened.
/// Files that would have to be executed (.pt, .pth, .pkl) and others that are no such model are refused with
/// what to do instead; so are Git LFS pointers. Errors, one line that names the file: not_found, io,
/// bad_file, unsupported.
Graph read_model(const std::filesystem::path& path);

}  // namespace tinyml::formats
