// SPDX-License-Identifier: Apache-2.0
#pragma once

// The published models of the shared data with what their runtimes compute for them, call by call.

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "tinyml/base/file.h"
#include "tinyml/graph/graph.h"

namespace tinyml::tests {

/// The runtimes that open a model's file.
enum class OpenedBy { both, tflite_micro, litert };

struct PublishedModel {
  const char* name;
  bool is_float = false;  // float32 in and out: the host alone runs it
  OpenedBy opened_by = OpenedBy::both;
};

inline constexpr PublishedModel kPublishedModels[] = {
    {"kws_ref_int8"},
    {"kws_ref_dynrange", true, OpenedBy::litert},
    {"vww_96_int8"},
    {"resnet8_cifar10_int8"},
    {"ad01_toycar_int8"},
    {"str_ww_int8"},
    {"hello_world_int8"},
    {"hello_world_float", true},
    {"micro_speech_int8"},
    {"audio_preprocessor_int8", false, OpenedBy::tflite_micro},
    {"person_detect_int8"},
    {"mnist_lstm_int8"},
    {"keyword_scrambled_svdf", false, OpenedBy::tflite_micro},
    {"dtln_lstm_int8"},
    {"mww_okay_nabu"},
    {"mww_hey_jarvis"},
    {"mww_vad"},
};

inline void PrintTo(const PublishedModel& model, std::ostream* out) { *out << model.name; }

std::filesystem::path published_models();

/// Successive calls of one interpreter: of each the bytes of every input and output.
struct GoldenCalls {
  std::vector<std::vector<Bytes>> inputs, outputs;
};
GoldenCalls read_golden(const PublishedModel& model);
Graph read_published(const PublishedModel& model);

Bytes joined(const std::vector<Bytes>& parts);

/// First line of a test of a PublishedModel.
#define TINYML_NEEDS_MODEL(model)                                                                            \
  if (!std::filesystem::exists(::tinyml::tests::published_models() / (model.name + std::string(".tflite")))) \
  GTEST_SKIP() << "skipped: no " << model.name << ".tflite in " << ::tinyml::tests::published_models()

}  // namespace tinyml::tests
