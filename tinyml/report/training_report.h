// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tinyml/report/board_cost.h"
#include "tinyml/report/signals.h"
#include "tinyml/train/metrics.h"
#include "tinyml/train/trainer.h"

namespace tinyml::report {

/// The int8 features of one clip, [frames][bands].
struct Spectrogram {
  std::string title;
  int32_t frames = 0, bands = 0;
  std::vector<int8_t> values;
};

/// A picture that was answered wrongly.
struct Mistake {
  std::string title;         // "hat answered as dress, 64 %"
  std::vector<uint8_t> png;  // a file
};

struct TrainingReport {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;  // "Labels" -> "yes, no, …"
  std::vector<train::Epoch> epochs;
  int32_t best_epoch = 0;
  bool refit = false;  // the net was trained again on the validation clips too
  std::string split;   // which examples the confusions are of
  train::Confusion float32, int8;
  std::vector<Spectrogram> spectrograms;
  std::vector<SignalPicture> signals;
  std::vector<Mistake> mistakes;
  BoardCost cost;
};

/// One HTML page that needs nothing else: no script, no network; pictures are inline SVG. Learning curves,
/// confusion matrix, precision, recall and F1 a class, example spectrograms, signals or mistakes, cost on the
/// board by layer.
std::string to_html(const TrainingReport& report);

}  // namespace tinyml::report
