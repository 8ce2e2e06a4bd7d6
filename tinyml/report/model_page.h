// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tinyml/report/inspection.h"

namespace tinyml::report {

/// One HTML page that needs nothing else: figures, advice, the RAM along the layers, the graph, whose nodes
/// show their details when touched, and a table of the layers.
std::string to_html(const Inspection& inspection);

}  // namespace tinyml::report
