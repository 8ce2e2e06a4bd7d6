// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/cases/case_builder.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

// Where the sum of the exponentials reaches 512, TensorFlow Lite Micro stops.
TEST(Softmax, HasManyLikelyClasses) {
  for (const int32_t classes : {500, 600, 1100, 4000}) {
    tests::CaseBuilder builder("softmax", 3300);
    const TensorId x = builder.input({1, classes}, 0.1f, 0);
    builder.change<int8_t>(x, [](int8_t) { return int8_t{5}; });
    const tests::OperatorCase one = builder.finish(Softmax{}, {x}, builder.output(1.0f / 256, -128));
    const auto expected = static_cast<uint8_t>(classes == 500 ? -127 : -128);
    EXPECT_EQ(run::Engine(one.graph).run(one.inputs)[0], Bytes(static_cast<size_t>(classes), expected))
        << classes;
  }
}

}  // namespace
}  // namespace tinyml
