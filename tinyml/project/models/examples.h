// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "tinyml/quantize/dataset.h"

namespace tinyml::project {

/// Examples of the model's inputs, from what data::read_arrays reads: of one input every array, of several an
/// array each, found by name or else taken in order. An array has the examples in its first dimension and
/// each in the input's shape, which may lack extents of 1 or be flat; an array of the input's shape is one
/// example. Integers for an input that is quantized to their very type are taken as its quantized values,
/// everything else as real numbers. `labels`: a file of classes from 0 on, one an example, or of rows with
/// one 1; empty: the array "labels" or "y" beside the examples, if there is one. Errors, which name the file:
/// as read_arrays; invalid_argument, for arrays that do not fit.
quantize::Dataset read_examples(const std::filesystem::path& data, const std::filesystem::path& labels,
                                const Graph& graph);

/// The examples of `from`, for a model that takes the same in another layout: with other extents of 1, flat,
/// or with channels last in place of first or the other way round. Errors: invalid_argument, naming the
/// inputs that do not fit.
quantize::Dataset with_layout_of(const quantize::Dataset& dataset, const Graph& from, const Graph& to);

/// For each element of a tensor of shape `to` the one of shape `from` that it is; empty: the elements stand
/// in the same order. Errors: invalid_argument, where that is not known.
std::vector<int64_t> relayout(const Shape& from, const Shape& to);

}  // namespace tinyml::project
