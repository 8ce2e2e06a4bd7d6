// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nanobind/ndarray.h>

#include <vector>

#include "tinyml/quantize/dataset.h"

namespace tinyml::python {

using Array = nanobind::ndarray<const float, nanobind::c_contig, nanobind::device::cpu>;

/// Of an array [examples, …] a model input, whose elements are checked by the caller. The arrays outlive it.
quantize::Dataset dataset_of(const std::vector<Array>& inputs, const std::vector<int32_t>& classes);

}  // namespace tinyml::python
