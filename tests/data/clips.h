// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

#include "tinyml/base/error.h"
#include "tinyml/base/random.h"
#include "tinyml/data/audio.h"

namespace tinyml::data {

inline std::vector<int16_t> sine(double frequency_hz, int32_t rate_hz, size_t count,
                                 double amplitude = 10000) {
  std::vector<int16_t> samples(count);
  for (size_t i = 0; i < count; ++i) {
    samples[i] = static_cast<int16_t>(std::lrint(
        amplitude * std::sin(2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / rate_hz)));
  }
  return samples;
}

inline std::vector<int16_t> random_samples(size_t count, Random& random) {
  std::vector<int16_t> samples(count);
  for (int16_t& s : samples) s = static_cast<int16_t>(random.next());
  return samples;
}

/// The Error that `body` throws: one line, of this kind, with every one of `parts` in it.
template <class Body>
void expect_error(ErrorKind kind, const std::vector<std::string>& parts, Body&& body) {
  try {
    body();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("\n")));
    for (const std::string& part : parts) EXPECT_THAT(error.what(), testing::HasSubstr(part));
  }
}

/// The folder of real recordings, or an empty path where this machine has none.
inline std::filesystem::path shared_data() {
  const char* named = std::getenv("TINYML_SHARED");
  const std::filesystem::path folder = named ? std::filesystem::path(named) / "data"
                                             : std::filesystem::path(TINYML_SOURCE_DIR) / "../shared/data";
  return std::filesystem::is_directory(folder) ? folder : std::filesystem::path();
}

}  // namespace tinyml::data
