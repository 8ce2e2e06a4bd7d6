// SPDX-License-Identifier: Apache-2.0
#include <minizip/unzip.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "tinyml/formats/keras/unpack/unpack.h"

namespace tinyml::unpack {
namespace {

/// A file that minizip reads from memory.
struct Memory {
  std::span<const uint8_t> bytes;
  size_t at = 0;
};

Memory& memory(voidpf stream) { return *static_cast<Memory*>(stream); }

zlib_filefunc64_def functions_over(Memory& file) {
  zlib_filefunc64_def functions{};
  functions.opaque = &file;
  functions.zopen64_file = [](voidpf opaque, const void*, int) -> voidpf { return opaque; };
  functions.zread_file = [](voidpf, voidpf stream, void* to, uLong size) -> uLong {
    Memory& from = memory(stream);
    const size_t count = std::min<size_t>(size, from.bytes.size() - from.at);
    std::memcpy(to, from.bytes.data() + from.at, count);
    from.at += count;
    return count;
  };
  functions.zwrite_file = [](voidpf, voidpf, const void*, uLong) -> uLong { return 0; };
  functions.ztell64_file = [](voidpf, voidpf stream) -> ZPOS64_T { return memory(stream).at; };
  functions.zseek64_file = [](voidpf, voidpf stream, ZPOS64_T offset, int origin) -> long {
    Memory& in = memory(stream);
    const size_t base = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
                        : origin == ZLIB_FILEFUNC_SEEK_CUR ? in.at
                                                           : in.bytes.size();
    if (offset > in.bytes.size() - base) return -1;
    in.at = base + offset;
    return 0;
  };
  functions.zclose_file = [](voidpf, voidpf) -> int { return 0; };
  functions.zerror_file = [](voidpf, voidpf) -> int { return 0; };
  return functions;
}

/// Calls take(bytes, count) with what the current member unpacks to, piece by piece.
template <class Take>
void unpack(unzFile archive, const std::string& name, const unz_file_info64& info, Writer& writer,
            const Take& take) {
  if ((info.flag & 1) != 0) refuse(name + " in it is encrypted");
  if (info.compression_method != 0 && info.compression_method != Z_DEFLATED) {
    refuse(name + " in it is compressed by another method than deflate");
  }
  writer.spend(info.uncompressed_size);
  if (unzOpenCurrentFile(archive) != UNZ_OK) refuse(name + " in it cannot be read");
  uint64_t left = info.uncompressed_size;
  char buffer[1 << 16];
  while (true) {
    const int got = unzReadCurrentFile(archive, buffer, sizeof buffer);
    if (got < 0 || static_cast<uint64_t>(got) > left) refuse(name + " in it is damaged");
    if (got == 0) break;
    left -= static_cast<uint64_t>(got);
    take(buffer, static_cast<size_t>(got));
  }
  if (left != 0 || unzCloseCurrentFile(archive) != UNZ_OK) refuse(name + " in it is damaged");
}

}  // namespace

std::vector<uint8_t> unpack_zip(std::span<const uint8_t> bytes, const std::string& name, Writer& writer) {
  Memory file{bytes};
  zlib_filefunc64_def functions = functions_over(file);
  const unzFile archive = unzOpen2_64("", &functions);
  if (archive == nullptr) refuse("it is a damaged zip file");
  std::vector<uint8_t> content;
  std::set<std::string> seen;
  constexpr int kMostMembers = 1 << 12;
  int status = unzGoToFirstFile(archive);
  for (int i = 0; status == UNZ_OK && i < kMostMembers; ++i, status = unzGoToNextFile(archive)) {
    unz_file_info64 info{};
    char given[256] = {};
    if (unzGetCurrentFileInfo64(archive, &info, given, sizeof given - 1, nullptr, 0, nullptr, 0) != UNZ_OK) {
      refuse("it is a damaged zip file");
    }
    const std::string member = given;
    if (member.ends_with("data.pkl")) {
      refuse(
          "it is a pickle of PyTorch's, which runs code where it is opened: export the model with "
          "torch.onnx.export(model, example_input, \"model.onnx\")");
    }
    const bool text = member == "config.json" || member == "metadata.json";
    if (!text && member != name) continue;
    if (!seen.insert(member).second) refuse(member + " is in it twice");
    if (text) {
      std::string all;
      unpack(archive, member, info, writer, [&](const char* part, size_t size) { all.append(part, size); });
      writer.text(member, {all});
      continue;
    }
    unpack(archive, member, info, writer,
           [&](const char* part, size_t size) { content.insert(content.end(), part, part + size); });
  }
  if (status == UNZ_OK) refuse("it has more than 4096 members");
  if (status != UNZ_END_OF_LIST_OF_FILE) refuse("it is a damaged zip file");
  unzClose(archive);
  if (!seen.contains("config.json")) refuse("it is a zip file without config.json: no Keras model");
  if (!seen.contains(name)) refuse("there is no " + name + " in it");
  return content;
}

}  // namespace tinyml::unpack
