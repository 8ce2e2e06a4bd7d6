// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "tinyml/base/file.h"

namespace tinyml::tests {

inline std::vector<float> floats_of(const Bytes& bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// Each float within 1e-5 of what is expected of it; one that is under a thousandth of the largest, such as
/// the probability of an unlikely class, within 1e-5 of that thousandth.
inline void expect_each_near(const std::vector<float>& actual, const std::vector<float>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  float largest = 0;
  for (const float value : expected) largest = std::max(largest, std::abs(value));
  for (size_t i = 0; i < actual.size(); ++i) {
    const float reach = std::max(std::abs(expected[i]), 1e-3f * largest);
    EXPECT_LE(std::abs(actual[i] - expected[i]), 1e-5f * reach)
        << actual[i] << " instead of " << expected[i] << ", element " << i;
  }
}

}  // namespace tinyml::tests
