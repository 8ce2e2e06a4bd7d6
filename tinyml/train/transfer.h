// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tinyml/graph/graph.h"
#include "tinyml/train/trainer.h"

namespace tinyml::train {

/// The layers of a float32 classifier before its last dense layer (or 1x1 convolution of one position), from
/// its input to [1, features]. Errors: unsupported, for a model with several inputs or outputs, without such
/// a layer, or with layers that cannot be trained, naming them.
Graph backbone_of(const Graph& model);

/// `backbone` with dropout and a dense layer of `classes` behind it: those of `head`, which reads its
/// features alone.
Graph joined(const Graph& backbone, const Graph& head);

/// What the backbone gives for examples: `copies` augmented rows of each and the clean one, computed once; as
/// examples that draw one of them. They hold the rows.
Examples features_of(const Graph& backbone, const Examples& examples, int32_t copies, uint64_t seed,
                     ThreadPool& pool);

/// A dropout and a dense layer from [1, features] to logits [1, classes], with initial weights.
Graph build_head(int32_t features, int32_t classes, float dropout, uint64_t seed);

}  // namespace tinyml::train
