// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tinyml/base/file.h"
#include "tinyml/codegen/codegen.h"
#include "tinyml/project/anomaly/anomaly_calibration.h"
#include "tinyml/project/anomaly/anomaly_inputs.h"

namespace tinyml::project {

/// A trained detector as its generated program needs it. A view.
struct AnomalyProgram {
  const AnomalyConfig& config;
  const AnomalyInputs& inputs;
  const AnomalyCalibration& calibration;
  const Graph& net;

  /// NAME.h and NAME.cpp. Errors: as codegen::generate.
  codegen::GeneratedModel generate(const ops::Target& target, const std::string& command_line) const;
  /// NAME_score.h: class NAME::Detector, from samples and contexts to the calibrated, smoothed score.
  codegen::SourceFile score_header() const;
};

/// What the class Detector says of a window.
struct AnomalyAnswer {
  int8_t answer = 0;
  int32_t sum = 0;  // of the newest scores, 255 being 1
  bool anomalous = false;
  bool operator==(const AnomalyAnswer&) const = default;
};

/// What one push takes, as the check program reads it: a hop of samples, then the contexts.
void append_push(std::vector<uint8_t>& record, std::span<const int16_t> samples,
                 std::span<const float> contexts);

/// Builds the program with its class Detector for a core and runs recordings, each a record of as many
/// pushes, through it: an answer a whole window. Errors: as build_firmware and run_elf.
std::vector<std::vector<AnomalyAnswer>> run_detector(const AnomalyProgram& program, Core core,
                                                     const std::vector<Bytes>& records);

/// Flash that the program takes on a core, compiled as by `compile`. Errors: not_found without a compiler.
struct AnomalyFlash {
  int64_t net = 0;       // code and tables of the net alone
  int64_t features = 0;  // and of its front end
  int64_t score = 0;     // and of the class Detector
};
AnomalyFlash measure_flash(const AnomalyProgram& program, Core core);
/// The net alone.
int64_t measure_net_flash(const Graph& net, Core core);

}  // namespace tinyml::project
