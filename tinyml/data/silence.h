// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "tinyml/data/dataset.h"

namespace tinyml::data {

/// Appends about `clips` recordings of the label "silence", spread over the splits by the fractions: cut
/// from dataset.background at random places and gains, each split from its own stretch of every
/// recording (then only the training stretch stays in the background); or, without background, generated
/// noise at -70 to -35 dB of full scale and some digital silence. The same for the same data.
void append_silence(Dataset& dataset, size_t clips, size_t clip_samples, double validation_fraction,
                    double test_fraction);

}  // namespace tinyml::data
