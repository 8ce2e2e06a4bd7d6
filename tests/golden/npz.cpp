// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/npz.h"

#include <zlib.h>

#include <cstring>

#include "tinyml/base/error.h"

namespace tinyml::tests {

namespace {

template <class T>
T read(const Bytes& bytes, size_t offset) {
  TINYML_CHECK(offset + sizeof(T) <= bytes.size());
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

Bytes inflate_raw(const uint8_t* data, size_t size, size_t inflated_size) {
  Bytes inflated(inflated_size);
  z_stream stream{};
  stream.next_in = const_cast<uint8_t*>(data);
  stream.avail_in = static_cast<uInt>(size);
  stream.next_out = inflated.data();
  stream.avail_out = static_cast<uInt>(inflated_size);
  TINYML_CHECK(inflateInit2(&stream, -MAX_WBITS) == Z_OK);
  const int status = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  TINYML_CHECK(status == Z_STREAM_END);
  return inflated;
}

}  // namespace

std::map<std::string, Bytes> read_npz(const std::filesystem::path& path) {
  const Bytes file = read_bytes(path);
  std::map<std::string, Bytes> arrays;
  size_t end = file.size() - 22;  // the end of central directory record
  while (read<uint32_t>(file, end) != 0x06054b50) --end;
  size_t entry = read<uint32_t>(file, end + 16);
  for (uint16_t i = 0; i < read<uint16_t>(file, end + 10); ++i) {
    const auto method = read<uint16_t>(file, entry + 10);
    const auto packed = read<uint32_t>(file, entry + 20), size = read<uint32_t>(file, entry + 24);
    const auto name_size = read<uint16_t>(file, entry + 28);
    const auto local = read<uint32_t>(file, entry + 42);
    std::string name(reinterpret_cast<const char*>(file.data()) + entry + 46, name_size);
    const uint8_t* data =
        file.data() + local + 30 + read<uint16_t>(file, local + 26) + read<uint16_t>(file, local + 28);
    TINYML_CHECK(method == 0 || method == 8);
    const Bytes npy = method == 0 ? Bytes(data, data + size) : inflate_raw(data, packed, size);
    const size_t header = npy.at(6) == 1 ? 10 + read<uint16_t>(npy, 8) : 12 + read<uint32_t>(npy, 8);
    arrays[name.substr(0, name.size() - 4)] = Bytes(npy.begin() + static_cast<ptrdiff_t>(header), npy.end());
    entry += 46u + name_size + read<uint16_t>(file, entry + 30) + read<uint16_t>(file, entry + 32);
  }
  return arrays;
}

}  // namespace tinyml::tests
