// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/tflite.h"

#include <fmt/core.h>

#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void write_tflite(const Operator& op, TfliteWriter& writer) {
  std::visit(
      [&]<class Op>(const Op& attributes) {
        if constexpr (Op::kInTflite) {
          write_tflite(attributes, writer);
        } else {
          throw Error(ErrorKind::unsupported, fmt::format("the .tflite format has no {}", Op::kName));
        }
      },
      op);
}

}  // namespace tinyml::ops
