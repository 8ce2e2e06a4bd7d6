// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "tinyml/base/file.h"
#include "tinyml/graph/graph.h"

namespace tinyml::formats {

/// A float32 or fully int8-quantized .tflite model (TensorFlow Lite schema version 3) as a verified graph
/// with inferred shapes. Hostile input is safe. Of the file's metadata, what write_tflite wrote is kept.
/// Errors, one line that names the operator or tensor: bad_file; unsupported, for operators, types and
/// features that this version does not read. What TensorFlow Lite has no operator for, a Gru, is read from
/// files of write_tflite alone.
Graph read_tflite(std::span<const uint8_t> bytes);

/// The graph as a .tflite file that TensorFlow Lite (Micro) loads. Graph::metadata goes into metadata
/// entries named "tinyml.<key>"; the key "unrolled" is the writer's. Tensors that nothing uses are left out.
/// Equal graphs give equal bytes. TensorFlow Lite keeps an LSTM's state from one inference to the next: where
/// the graph's Lstm does not, the file sets that state to zero first, by a FILL and a QUANTIZE (float32: two
/// FILL). A Gru becomes builtin operators, step by step, and the metadata "tinyml.unrolled" says which; one
/// that keeps its state is not written. Errors: unsupported, for operators that TFLite does not have (signal
/// processing, batch normalisation).
Bytes write_tflite(const Graph& graph);

}  // namespace tinyml::formats
