// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/tflite.h"

#include <fmt/core.h>

#include <optional>

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

namespace {

template <class Op>
void try_to_read(std::optional<Operator>& found, const TfliteReader& reader) {
  if constexpr (Op::kInTflite) {
    Op op;
    if (!found && read_tflite(op, reader)) found = std::move(op);
  }
}

}  // namespace

Operator read_tflite(const TfliteReader& reader) {
  std::optional<Operator> found;
#define TINYML_TRY_TO_READ(Op) try_to_read<Op>(found, reader);
  TINYML_OPERATORS(TINYML_TRY_TO_READ)
#undef TINYML_TRY_TO_READ
  if (found) return *std::move(found);
  const std::string made = reader.node.outputs.empty() ? "" : fmt::format(" (\"{}\")", reader.output().name);
  throw Error(ErrorKind::unsupported,
              fmt::format("this operator{} is not supported: build the layer from those that docs/import.md "
                          "lists, or leave it to the program around the model",
                          made));
}

}  // namespace tinyml::ops
