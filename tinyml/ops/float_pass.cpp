// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/float_pass.h"

#include <fmt/core.h>

#include "tinyml/ops/operator.h"

namespace tinyml::ops {

void forward(const Operator& op, FloatForward& pass) {
  std::visit([&](const auto& attributes) { forward(attributes, pass); }, op);
}

void backward(const Operator& op, FloatBackward& pass) {
  std::visit(
      [&]<class Op>(const Op& attributes) {
        if constexpr (Op::kTrainable) {
          backward(attributes, pass);
        } else {
          throw Error(ErrorKind::unsupported, fmt::format("{} has no gradient", Op::kName));
        }
      },
      op);
}

}  // namespace tinyml::ops
