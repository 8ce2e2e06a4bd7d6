// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tinyml/data/dataset.h"

namespace tinyml::data {

/// FNV-1a (64 bit), mixed by the finaliser of SplitMix64; the same on every machine.
uint64_t stable_hash(std::string_view text, uint64_t seed = 0);

/// Where a group goes by its hash alone: adding or removing other groups never moves it.
Split split_of_group(std::string_view group, double validation_fraction, double test_fraction);

/// The part before "_nohash_" of a file name (the speaker in Speech Commands); otherwise label/file name.
std::string group_of_file(std::string_view path, std::string_view label);

/// Errors: invalid_argument for fractions that are negative or add up to 1 or more.
void check_fractions(double validation_fraction, double test_fraction);

/// Gives every group its split_of_group, then moves as few groups as needed for every label to be in
/// train, with two groups or more in test, with three or more in validation (unless that fraction is 0).
/// Recordings with fixed[i] keep their split; an empty `fixed` fixes none. Errors: as check_fractions.
void assign_splits(std::vector<Recording>& recordings, double validation_fraction, double test_fraction,
                   const std::vector<bool>& fixed = {});

/// The fold in [0, k) of each recording for cross validation: no group is in two folds, and the labels are
/// spread as evenly as whole groups allow. Errors: invalid_argument for k < 2 or fewer groups than k.
std::vector<int32_t> folds(const Dataset& dataset, int32_t k, uint64_t seed);

}  // namespace tinyml::data
