// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "tinyml/graph/graph.h"

namespace tinyml::formats {

/// A Keras model, a .keras file (Keras 2.12 or newer) or a whole-model .h5 file, as a verified float32 graph
/// with inferred shapes, batch normalisation folded: what the model computes at inference. Sequential and
/// functional models, also inside each other; the batch is 1. The file is opened by tinyml-unpack, a process
/// with bounded memory and time; nothing in it is ever executed. Errors, one line that names the layer:
/// bad_file; unsupported, for layers that this version does not read, Lambda and custom ones among them.
Graph read_keras(std::span<const uint8_t> bytes);

}  // namespace tinyml::formats
