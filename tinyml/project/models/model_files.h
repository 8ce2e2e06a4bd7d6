// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tinyml/project/models/optimizer.h"

namespace tinyml::project {

struct QuantizeFile {
  std::filesystem::path model, data, labels, out;  // labels may be empty; data too, for float16
  quantize::OptimizeOptions options = {};
};

struct QuantizedFile {
  quantize::Report report;
  int64_t float_bytes = 0, bytes = 0;  // of the .tflite files before and after
};

/// Quantizes a model file into a .tflite file. Errors: as Model::load, read_examples and
/// TinyMLOptimizer::quantize, found before any work where that can be; nothing is written then.
QuantizedFile quantize_file(const QuantizeFile& request, int threads);
/// One JSON document: that of the report with `out`, `bytes`, `float_bytes`.
std::string to_json(const QuantizeFile& request, const QuantizedFile& made);
std::string to_text(const QuantizeFile& request, const QuantizedFile& made);

struct ImportedFile {
  int64_t file_bytes = 0, bytes = 0;
  size_t layers_before = 0;
  std::vector<std::string> done;  // what became of the model, a sentence each
  Graph graph;
};

/// Any model file as a .tflite file: quantized ONNX files in int8, batch normalisation and activations in the
/// layers before. Errors: as formats::read_model; unsupported, naming a layer that no device kernel serves,
/// quantized or not, and what to do; nothing is written then.
ImportedFile import_file(const std::filesystem::path& model, const std::filesystem::path& out);
/// One JSON document: model, out, bytes, file_bytes, layers, inputs, outputs, done.
std::string to_json(const ImportedFile& made, const std::filesystem::path& model,
                    const std::filesystem::path& out);
std::string to_text(const ImportedFile& made, const std::filesystem::path& model,
                    const std::filesystem::path& out);

/// Two models of any origin, files or trained project folders (their int8 nets), on the examples of a file,
/// which has the inputs of one of them. Errors: as load_program, read_examples and compare_models.
ModelComparison compare_files(const std::filesystem::path& a, const std::filesystem::path& b,
                              const std::filesystem::path& data, const std::filesystem::path& labels,
                              int threads, const ProgressHook& progress);

}  // namespace tinyml::project
