// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/report/inspection.h"

namespace tinyml::report {

/// The graph as SVG: inputs, layers and outputs from top to bottom, each layer an element with data-layer.
/// Graphs of more than 2,000 nodes are not drawn but said to be too large.
std::string draw_graph(const Inspection& inspection);

/// The bytes of the arena in use while each layer runs, as columns of an SVG; each has data-layer.
std::string draw_ram(const Inspection& inspection);

/// What kind of operator: a class of the page's style, "convolution".
std::string family_of(const std::string& op);

}  // namespace tinyml::report
