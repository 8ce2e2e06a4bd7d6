// SPDX-License-Identifier: Apache-2.0
// tinyml-unpack <model.keras: what a Keras file holds, on standard output in the form of format.h.
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstdlib>

#include "tinyml/formats/keras/unpack/unpack.h"

namespace tinyml::unpack {

void refuse(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::_Exit(kRefused);
}

Writer::Writer(int64_t file_bytes) : left_(static_cast<uint64_t>(content_limit(file_bytes))) {
  put(kMagic.data(), kMagic.size());
}

void Writer::put(const void* bytes, size_t count) {
  if (std::fwrite(bytes, 1, count, stdout) != count) refuse("its content cannot be handed on");
}

void Writer::begin(Kind kind, std::string_view name) {
  number(static_cast<uint8_t>(kind));
  number(static_cast<uint32_t>(name.size()));
  put(name.data(), name.size());
  ++records_;
}

void Writer::text(std::string_view name, const std::vector<std::string>& texts) {
  begin(kText, name);
  number(static_cast<uint32_t>(texts.size()));
  for (const std::string& one : texts) {
    number(static_cast<uint32_t>(one.size()));
    put(one.data(), one.size());
  }
}

void Writer::data(std::string_view name, DataType type, std::span<const uint64_t> extents,
                  std::span<const float> elements) {
  begin(kData, name);
  number(static_cast<uint8_t>(type));
  number(static_cast<uint8_t>(extents.size()));
  for (const uint64_t extent : extents) number(extent);
  put(elements.data(), elements.size_bytes());
}

void Writer::end() {
  const uint64_t before = records_;
  begin(kEnd, "");
  number(before);
  if (std::fflush(stdout) != 0) refuse("its content cannot be handed on");
}

void Writer::spend(uint64_t bytes) {
  if (bytes > left_) refuse("its content is many times larger than the file");
  left_ -= bytes;
}

}  // namespace tinyml::unpack

int main() {
  using namespace tinyml::unpack;
  struct stat status {};
  if (::fstat(0, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < 8) refuse("it is too short");
  const auto size = static_cast<size_t>(status.st_size);
  void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, 0, 0);
  if (mapped == MAP_FAILED) refuse("it cannot be read");
  const std::span bytes(static_cast<const uint8_t*>(mapped), size);
  Writer writer(status.st_size);
  if (bytes[0] == 'P' && bytes[1] == 'K') {
    unpack_hdf5(unpack_zip(bytes, "model.weights.h5", writer), writer);
  } else {
    unpack_hdf5(bytes, writer);
  }
  writer.end();
}
