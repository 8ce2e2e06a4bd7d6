// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/models.h"

#include <cstdlib>

#include "tests/golden/npz.h"
#include "tinyml/formats/tflite.h"

namespace tinyml::tests {

std::filesystem::path published_models() {
  const char* shared = std::getenv("TINYML_SHARED");
  return (shared ? std::filesystem::path(shared) : std::filesystem::path(TINYML_SOURCE_DIR) / "../shared") /
         "data/models";
}

GoldenCalls read_golden(const PublishedModel& model) {
  const auto arrays = read_npz(published_models() / (std::string(model.name) + ".golden.npz"));
  GoldenCalls calls;
  const auto call = [&](const char* kind, size_t k) {
    std::vector<Bytes> tensors;
    for (size_t i = 0;; ++i) {
      const auto found = arrays.find(kind + std::to_string(i) + "_" + std::to_string(k));
      if (found == arrays.end()) return tensors;
      tensors.push_back(found->second);
    }
  };
  for (size_t k = 0; !call("in", k).empty(); ++k) {
    calls.inputs.push_back(call("in", k));
    calls.outputs.push_back(call("out", k));
  }
  return calls;
}

Graph read_published(const PublishedModel& model) {
  return formats::read_tflite(read_bytes(published_models() / (std::string(model.name) + ".tflite")));
}

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace tinyml::tests
