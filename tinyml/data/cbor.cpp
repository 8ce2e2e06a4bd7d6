// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/cbor.h"

#include <fmt/core.h>

#include <vector>

#include "tinyml/base/error.h"

namespace tinyml::data {
namespace {

constexpr size_t kDeepest = 16;

struct Open {
  uint64_t left = 0;  // items still to come; of an open end, whether a map still lacks a value (0 or 1)
  bool open_end = false;
  bool map = false;
};

class Checker {
 public:
  Checker(std::span<const uint8_t> bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  void run() {
    do {
      item();
      while (!open_.empty() && !open_.back().open_end && open_.back().left == 0) open_.pop_back();
    } while (!open_.empty());
    if (at_ != bytes_.size()) fail("more bytes follow the document");
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ErrorKind::bad_file, fmt::format("{}: not a CBOR document: byte {}: {}", name_, at_, what));
  }

  uint8_t take() {
    if (at_ >= bytes_.size()) fail("the file ends early; it may have been cut off");
    return bytes_[at_++];
  }

  uint64_t argument(uint8_t info) {
    if (info < 24) return info;
    if (info > 27) fail("a reserved byte");
    uint64_t value = 0;
    for (int i = 0; i < 1 << (info - 24); ++i) value = value << 8 | take();
    return value;
  }

  void count_item() {
    if (open_.empty()) return;
    Open& parent = open_.back();
    parent.left = parent.open_end ? parent.map && parent.left == 0 : parent.left - 1;
  }

  void skip(uint64_t count) {
    if (count > bytes_.size() - at_) fail(fmt::format("a text of {} bytes, more than are left", count));
    at_ += static_cast<size_t>(count);
  }

  void push(uint64_t items, bool open_end, bool map) {
    if (open_.size() >= kDeepest) fail(fmt::format("nested more than {} deep", kDeepest));
    open_.push_back({items, open_end, map});
  }

  void item() {
    const uint8_t byte = take();
    const uint8_t major = byte >> 5;
    const uint8_t info = byte & 31;
    if (byte == 0xFF) {
      if (open_.empty() || !open_.back().open_end || open_.back().left != 0)
        fail("an end without a beginning");
      open_.pop_back();
      return;
    }
    count_item();
    if ((major == 2 || major == 3) && info == 31) {
      for (uint8_t chunk = take(); chunk != 0xFF; chunk = take()) {
        if (chunk >> 5 != major || (chunk & 31) == 31) fail("a text in pieces holds something else");
        skip(argument(chunk & 31));
      }
    } else if (major == 4 || major == 5) {
      const bool map = major == 5;
      const uint64_t count = info == 31 ? 0 : argument(info);
      const uint64_t left = bytes_.size() - at_;
      if (count > (map ? left / 2 : left)) fail(fmt::format("a list of {} items, more than are left", count));
      push(map ? 2 * count : count, info == 31, map);
    } else if (major == 6) {
      fail("a tag; tags have no meaning here");
    } else {
      const uint64_t value = argument(info);
      if (major == 2 || major == 3) skip(value);
    }
  }

  std::span<const uint8_t> bytes_;
  std::string_view name_;
  size_t at_ = 0;
  std::vector<Open> open_;
};

}  // namespace

void check_cbor(std::span<const uint8_t> bytes, std::string_view name) { Checker(bytes, name).run(); }

}  // namespace tinyml::data
