// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/formats/keras/unpack.h"
#include "tinyml/graph/graph.h"

namespace tinyml::formats::keras {

/// The model of an opened file. Errors: as read_keras.
Graph read_model(const Unpacked& file);

}  // namespace tinyml::formats::keras
