// SPDX-License-Identifier: Apache-2.0
#include "tinyml/firmware/zip.h"

#include <minizip/zip.h>
#include <zlib.h>

#include "tinyml/base/error.h"
#include "tinyml/base/file.h"

namespace tinyml::firmware {
namespace {

void add(zipFile archive, const codegen::SourceFile& file) {
  zip_fileinfo info{};
  info.dosDate = (1u << 21) | (1u << 16);  // 1980-01-01, the format's first day
  info.external_fa = 0100644ul << 16;      // a regular file, rw-r--r--
  constexpr unsigned long made_by_unix = (3u << 8) | 20;
  constexpr unsigned long utf8_names = 1u << 11;
  const bool done =
      zipOpenNewFileInZip4(archive, file.name.c_str(), &info, nullptr, 0, nullptr, 0, nullptr, Z_DEFLATED, 9,
                           0, -MAX_WBITS, DEF_MEM_LEVEL, Z_DEFAULT_STRATEGY, nullptr, 0, made_by_unix,
                           utf8_names) == ZIP_OK &&
      zipWriteInFileInZip(archive, file.text.data(), static_cast<unsigned>(file.text.size())) == ZIP_OK &&
      zipCloseFileInZip(archive) == ZIP_OK;
  if (!done) throw Error(ErrorKind::io, "cannot compress " + file.name + "; is the temporary folder full?");
}

}  // namespace

void write_zip(const std::filesystem::path& path, const std::vector<codegen::SourceFile>& files) {
  const TemporaryFolder folder;
  const std::filesystem::path draft = folder.path() / "draft.zip";
  const zipFile archive = zipOpen64(draft.c_str(), APPEND_STATUS_CREATE);
  if (archive == nullptr) throw Error(ErrorKind::io, "cannot write " + draft.string());
  try {
    for (const codegen::SourceFile& file : files) add(archive, file);
  } catch (...) {
    zipClose(archive, nullptr);
    throw;
  }
  if (zipClose(archive, nullptr) != ZIP_OK) throw Error(ErrorKind::io, "cannot write " + draft.string());
  write_bytes(path, read_bytes(draft));
}

}  // namespace tinyml::firmware
