// SPDX-License-Identifier: Apache-2.0
#include "tinyml/report/attributes.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <string_view>

namespace tinyml::report {
namespace {

std::string_view name_of(Activation activation) {
  constexpr std::string_view kNames[] = {"none", "relu", "relu6", "relu_n1_to_1"};
  const auto index = static_cast<size_t>(activation);
  return index < std::size(kNames) ? kNames[index] : "other";
}

std::string pair_of(int32_t height, int32_t width) { return fmt::format("{}x{}", height, width); }

std::string list_of(const std::vector<int32_t>& numbers) {
  return fmt::format("{}", fmt::join(numbers, " "));
}

/// Adds what `op` has of the attributes that many operators share.
template <class Op>
void add_windows(const Op& op, std::vector<std::pair<std::string, std::string>>& list) {
  if constexpr (requires { op.filter_height; })
    list.emplace_back("filter", pair_of(op.filter_height, op.filter_width));
  if constexpr (requires { op.stride_height; })
    list.emplace_back("stride", pair_of(op.stride_height, op.stride_width));
  if constexpr (requires { op.dilation_height; }) {
    if (op.dilation_height != 1 || op.dilation_width != 1)
      list.emplace_back("dilation", pair_of(op.dilation_height, op.dilation_width));
  }
  if constexpr (requires { op.depth_multiplier; }) {
    if (op.depth_multiplier != 1) list.emplace_back("depth multiplier", std::to_string(op.depth_multiplier));
  }
  if constexpr (requires { op.padding == Padding::same; })
    list.emplace_back("padding", op.padding == Padding::same ? "same" : "valid");
  if constexpr (requires { op.activation == Activation::none; }) {
    if (op.activation != Activation::none) list.emplace_back("activation", name_of(op.activation));
  }
}

template <class Op>
void add_places(const Op& op, std::vector<std::pair<std::string, std::string>>& list) {
  if constexpr (requires { op.axis + 0; }) list.emplace_back("axis", std::to_string(op.axis));
  if constexpr (requires { op.block + 0; }) list.emplace_back("block", std::to_string(op.block));
  if constexpr (requires { list_of(op.permutation); }) list.emplace_back("order", list_of(op.permutation));
  if constexpr (requires { list_of(op.before); }) {
    list.emplace_back("before", list_of(op.before));
    list.emplace_back("after", list_of(op.after));
  }
  if constexpr (requires { list_of(op.strides); }) {
    list.emplace_back("begin", list_of(op.begin));
    list.emplace_back("end", list_of(op.end));
    list.emplace_back("steps", list_of(op.strides));
  }
  if constexpr (requires { list_of(op.extents); }) list.emplace_back("extents", list_of(op.extents));
  if constexpr (requires { op.stateful; }) {
    if (op.stateful) list.emplace_back("state", "kept between inferences");
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> attributes_of(const Operator& op) {
  std::vector<std::pair<std::string, std::string>> list;
  std::visit(
      [&](const auto& attributes) {
        add_windows(attributes, list);
        add_places(attributes, list);
      },
      op);
  return list;
}

}  // namespace tinyml::report
