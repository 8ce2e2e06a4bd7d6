// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/keras/unpack.h"

#include <fmt/core.h>

#include <cstring>

#include "tinyml/base/companion.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/formats/keras/unpack/format.h"
#include "tinyml/formats/text.h"

namespace tinyml::formats::keras {
namespace {

[[noreturn]] void reject_output() {
  throw Error(ErrorKind::bad_file, "what tinyml-unpack says of the file is damaged");
}

class Cursor {
 public:
  explicit Cursor(std::string_view all) : left_(all) {}

  std::string_view take(uint64_t count) {
    if (count > left_.size()) reject_output();
    const std::string_view taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  bool at_end() const { return left_.empty(); }

 private:
  std::string_view left_;
};

std::vector<std::string> read_texts(Cursor& cursor) {
  const auto count = cursor.number<uint32_t>();
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < count; ++i) texts.emplace_back(cursor.take(cursor.number<uint32_t>()));
  return texts;
}

Dataset read_dataset(Cursor& cursor) {
  constexpr int kMostRank = 8;
  constexpr uint64_t kMostElements = uint64_t{1} << 31;
  Dataset dataset;
  const auto type = cursor.number<uint8_t>();
  if (type != unpack::kFloat && type != unpack::kOther) reject_output();
  dataset.is_float = type == unpack::kFloat;
  const auto rank = cursor.number<uint8_t>();
  if (rank > kMostRank) reject_output();
  uint64_t count = 1;
  for (int i = 0; i < rank; ++i) {
    const auto extent = cursor.number<uint64_t>();
    if (extent > kMostElements || (count *= extent) > kMostElements) {
      throw Error(ErrorKind::bad_file, "a dataset in it has more than 2^31 elements");
    }
    dataset.shape.push_back(static_cast<int32_t>(std::min<uint64_t>(extent, INT32_MAX)));
  }
  if (dataset.is_float) {
    const std::string_view bytes = cursor.take(count * sizeof(float));
    dataset.bytes = {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
  }
  return dataset;
}

}  // namespace

std::vector<float> Dataset::values() const {
  std::vector<float> copy(bytes.size() / sizeof(float));
  if (!copy.empty()) std::memcpy(copy.data(), bytes.data(), bytes.size());
  return copy;
}

const std::string* Unpacked::text(std::string_view name) const {
  const auto found = texts.find(name);
  return found == texts.end() || found->second.size() != 1 ? nullptr : &found->second[0];
}

Unpacked parse_unpacked(std::string output) {
  Unpacked unpacked;
  unpacked.storage = std::move(output);
  Cursor cursor(unpacked.storage);
  if (cursor.take(unpack::kMagic.size()) != unpack::kMagic) reject_output();
  for (uint64_t records = 0;; ++records) {
    const auto kind = cursor.number<uint8_t>();
    const std::string name(cursor.take(cursor.number<uint32_t>()));
    if (kind == unpack::kEnd) {
      if (cursor.number<uint64_t>() != records || !cursor.at_end()) reject_output();
      return unpacked;
    }
    bool fresh = false;
    if (kind == unpack::kText) {
      fresh = unpacked.texts.emplace(name, read_texts(cursor)).second;
    } else if (kind == unpack::kData) {
      fresh = unpacked.data.emplace(name, read_dataset(cursor)).second;
    }
    if (!fresh) reject_output();
  }
}

Unpacked unpack(std::span<const uint8_t> file) {
  const std::filesystem::path program =
      find_companion({"tinyml-unpack", "TINYML_UNPACK", TINYML_UNPACK_INSTALLED, TINYML_UNPACK_BUILT});
  if (program.empty()) {
    throw Error(ErrorKind::not_found,
                "tinyml-unpack, which opens Keras files, is not where it was installed: build the target "
                "tinyml_unpack or name the program in TINYML_UNPACK");
  }
  const auto size = static_cast<int64_t>(file.size());
  ProcessLimits limits;
  limits.memory_bytes = (int64_t{256} << 20) + 2 * unpack::content_limit(size) + size;
  limits.output_bytes = (int64_t{16} << 20) + unpack::content_limit(size);
  limits.cpu_seconds = 5 + static_cast<int>(size >> 22);
  limits.timeout_seconds = 4 * limits.cpu_seconds;
  ProcessResult result = run_confined(program, file, limits);
  if (result.exit_code == unpack::kRefused) {
    while (result.error.ends_with('\n')) result.error.pop_back();
    throw Error(ErrorKind::bad_file, clean(result.error));
  }
  if (result.exit_code != 0) {
    throw Error(ErrorKind::bad_file, fmt::format("it is damaged: tinyml-unpack {} on it", result.ending()));
  }
  return parse_unpacked(std::move(result.output));
}

}  // namespace tinyml::formats::keras
