// SPDX-License-Identifier: Apache-2.0
#pragma once

// For .cpp files only.

#include "tinyml/base/file.h"
#include "tinyml/schema/tflite_generated.h"

namespace tinyml::formats::tflite {

/// The file of a model, in which equal names, vectors, quantizations and options lie once.
Bytes pack(const schema::ModelT& model);

}  // namespace tinyml::formats::tflite
