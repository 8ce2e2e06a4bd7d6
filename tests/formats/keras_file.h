// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "tinyml/formats/keras/unpack/format.h"
#include "tinyml/graph/tensor.h"

namespace tinyml::formats {

/// What tinyml-unpack would say of a file that holds this.
class KerasFile {
 public:
  KerasFile& text(const std::string& name, const std::vector<std::string>& texts) {
    begin(unpack::kText, name);
    number(static_cast<uint32_t>(texts.size()));
    for (const std::string& one : texts) put(one);
    return *this;
  }
  /// 0.1, 0.2, 0.3 …
  KerasFile& data(const std::string& name, const Shape& shape) {
    begin(unpack::kData, name);
    number(static_cast<uint8_t>(unpack::kFloat));
    number(static_cast<uint8_t>(shape.size()));
    for (const int32_t extent : shape) number(static_cast<uint64_t>(extent));
    for (int64_t i = 0; i < elements(shape); ++i) number(0.1f * static_cast<float>(i + 1));
    return *this;
  }
  std::string finish() const {
    KerasFile whole = *this;
    const uint64_t before = records_;
    whole.begin(unpack::kEnd, "");
    whole.number(before);
    return whole.output_;
  }

 private:
  template <class T>
  void number(T value) {
    output_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(const std::string& text) {
    number(static_cast<uint32_t>(text.size()));
    output_ += text;
  }
  void begin(unpack::Kind kind, const std::string& name) {
    number(static_cast<uint8_t>(kind));
    put(name);
    ++records_;
  }

  std::string output_{unpack::kMagic};
  uint64_t records_ = 0;
};

}  // namespace tinyml::formats
