// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "tinyml/report/inspection.h"

namespace tinyml::project {

/// What a trained project folder or a model file is and costs on `board`; empty: the project's, or
/// arduino_nano33_ble. Errors: as load_program.
report::Inspection inspect(const std::filesystem::path& path, const std::string& board = {});

/// Of a net in hand, as boards run it: a file of float32 operators between Quantize and Dequantize is judged
/// by what fold_quantization makes of it. Errors: invalid_argument, for an unknown board.
report::Inspection inspect_net(const Graph& net, report::InspectOptions options);

}  // namespace tinyml::project
