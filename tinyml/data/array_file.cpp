// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/array_file.h"

#include <fmt/core.h>
#include <minizip/unzip.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "tinyml/base/error.h"
#include "tinyml/data/csv_lines.h"
#include "tinyml/data/labels_csv.h"

namespace tinyml::data {
namespace {

constexpr uint64_t kMostUnpackedBytes = uint64_t{1} << 30, kFreeBytes = uint64_t{1} << 24, kMostTimes = 64;
constexpr size_t kMostHeaderBytes = 1 << 16, kMostAxes = 32;
constexpr int kMostMembers = 1 << 16;

[[noreturn]] void refuse(std::string_view name, const std::string& what,
                         ErrorKind kind = ErrorKind::bad_file) {
  throw Error(kind, one_line(fmt::format("{}: {}", name, what)));
}

/// The text behind 'key': in the header of an .npy file, up to the end of its value.
std::string_view value_of(std::string_view header, std::string_view key, std::string_view name) {
  const size_t at = header.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) refuse(name, fmt::format("its header has no '{}'", key));
  std::string_view rest = header.substr(at + key.size() + 3);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  if (rest.empty()) refuse(name, "its header ends early");
  const size_t end = rest[0] == '(' ? rest.find(')') : rest.find_first_of(",}");
  if (end == std::string_view::npos) refuse(name, "its header ends early");
  return rest.substr(0, end);
}

void read_type(std::string_view descr, std::string_view name, Array& array) {
  const bool simple = descr.size() == 5 && descr.front() == '\'' && descr.back() == '\'';
  if (!simple) refuse(name, "it holds records or objects: save an array of numbers", ErrorKind::unsupported);
  array.kind = descr[2];
  array.width = descr[3] - '0';
  if (descr[1] == '>')
    refuse(name, "its numbers are big endian: save it with .astype('<f4')", ErrorKind::unsupported);
  const bool real = array.kind == 'f' && (array.width == 4 || array.width == 8);
  const bool whole = (array.kind == 'i' || array.kind == 'u') &&
                     (array.width == 1 || array.width == 2 || array.width == 4 || array.width == 8);
  if (!real && !whole && !(array.kind == 'b' && array.width == 1)) {
    refuse(name, fmt::format("its numbers are of the type {}: save it with .astype('float32')", descr),
           ErrorKind::unsupported);
  }
}

/// The number of elements.
uint64_t read_shape(std::string_view text, std::string_view name, Array& array) {
  if (!text.starts_with('(')) refuse(name, "its shape is not understood");
  uint64_t count = 1;
  const char* at = text.data() + 1;
  const char* end = text.data() + text.size();
  while (at < end) {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    int64_t extent = -1;
    const auto [after, error] = std::from_chars(at, end, extent);
    if (error != std::errc() || extent < 0 || array.shape.size() == kMostAxes)
      refuse(name, "its shape is not understood");
    at = after;
    array.shape.push_back(extent);
    if (__builtin_mul_overflow(count, static_cast<uint64_t>(extent), &count))
      refuse(name, "its shape is out of all proportion");
  }
  return count;
}

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

/// The current member of the archive; `left`: how many bytes it and those after it may unpack to.
Bytes unpack(unzFile archive, const unz_file_info64& info, std::string_view name, uint64_t& left) {
  if ((info.flag & 1) != 0) refuse(name, "it is encrypted", ErrorKind::unsupported);
  if (unzOpenCurrentFile(archive) != UNZ_OK) refuse(name, "it cannot be unpacked");
  Bytes content;
  uint8_t buffer[1 << 15];
  while (true) {
    const int got = unzReadCurrentFile(archive, buffer, sizeof buffer);
    if (got < 0) refuse(name, "it is damaged");
    if (got == 0) break;
    if (static_cast<uint64_t>(got) > left) {
      refuse(name,
             "it unpacks to more than 1 GB, or to many times the file: give fewer examples, or an .npy file",
             ErrorKind::unsupported);
    }
    left -= static_cast<uint64_t>(got);
    content.insert(content.end(), buffer, buffer + got);
  }
  if (unzCloseCurrentFile(archive) != UNZ_OK) refuse(name, "it is damaged");
  return content;
}

struct Archive {
  explicit Archive(Memory& file) : functions(functions_over(file)), handle(unzOpen2_64("", &functions)) {}
  ~Archive() {
    if (handle != nullptr) unzClose(handle);
  }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  zlib_filefunc64_def functions;
  unzFile handle;
};

template <class T>
double number(const Bytes& bytes, int64_t index) {
  T value;
  std::memcpy(&value, bytes.data() + static_cast<size_t>(index) * sizeof(T), sizeof(T));
  return static_cast<double>(value);
}

/// The elements of an array that is stored with its first axis moving fastest, in our order.
Bytes rows_first(const Array& array, std::span<const uint8_t> stored) {
  Bytes bytes(stored.size());
  const auto width = static_cast<size_t>(array.width);
  std::vector<int64_t> place(array.shape.size());
  for (size_t i = 0; i * width < stored.size(); ++i) {
    int64_t from = 0;
    for (size_t axis = place.size(); axis-- > 0;) from = from * array.shape[axis] + place[axis];
    std::memcpy(&bytes[i * width], &stored[static_cast<size_t>(from) * width], width);
    for (size_t axis = place.size(); axis-- > 0;) {
      if (++place[axis] < array.shape[axis]) break;
      place[axis] = 0;
    }
  }
  return bytes;
}

std::vector<Array> read_file(const std::filesystem::path& path) {
  return parse_arrays(read_bytes(path), path.string());
}

}  // namespace

double Array::at(int64_t index) const {
  TINYML_CHECK(index >= 0 && index < size());
  if (kind == 'f') return width == 4 ? number<float>(bytes, index) : number<double>(bytes, index);
  const bool is_signed = kind == 'i';
  switch (width) {
    case 1:
      return is_signed ? number<int8_t>(bytes, index) : number<uint8_t>(bytes, index);
    case 2:
      return is_signed ? number<int16_t>(bytes, index) : number<uint16_t>(bytes, index);
    case 4:
      return is_signed ? number<int32_t>(bytes, index) : number<uint32_t>(bytes, index);
    default:
      return is_signed ? number<int64_t>(bytes, index) : number<uint64_t>(bytes, index);
  }
}

Array parse_npy(std::span<const uint8_t> bytes, std::string_view name) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kMagic) || bytes.size() < 12) refuse(name, "it is no file of numpy.save");
  const int version = bytes[6];
  if (version < 1 || version > 3)
    refuse(name, fmt::format("version {} of .npy is not known", version), ErrorKind::unsupported);
  size_t begin = 10, length = bytes[8] | size_t{bytes[9]} << 8;
  if (version > 1) {
    length |= size_t{bytes[10]} << 16 | size_t{bytes[11]} << 24;
    begin = 12;
  }
  if (length > kMostHeaderBytes || length > bytes.size() - begin) refuse(name, "its header ends early");
  const std::string_view header = text.substr(begin, length);
  Array array;
  read_type(value_of(header, "descr", name), name, array);
  const uint64_t count = read_shape(value_of(header, "shape", name), name, array);
  const bool columns_first = value_of(header, "fortran_order", name) != "False" && array.shape.size() > 1;
  const std::span<const uint8_t> content = bytes.subspan(begin + length);
  if (content.size() % static_cast<size_t>(array.width) != 0 ||
      content.size() / static_cast<size_t>(array.width) != count) {
    refuse(name, fmt::format("it has {} bytes of numbers, not the {} elements that its header says",
                             content.size(), count));
  }
  array.bytes = columns_first ? rows_first(array, content) : Bytes(content.begin(), content.end());
  return array;
}

std::vector<Array> parse_npz(std::span<const uint8_t> bytes, std::string_view name) {
  Memory file{bytes};
  const Archive archive(file);
  if (archive.handle == nullptr) refuse(name, "it is a damaged zip file");
  std::vector<Array> arrays;
  uint64_t left = std::min(kMostUnpackedBytes, kFreeBytes + kMostTimes * bytes.size());
  int status = unzGoToFirstFile(archive.handle);
  for (int i = 0; status == UNZ_OK; ++i, status = unzGoToNextFile(archive.handle)) {
    unz_file_info64 info{};
    char given[256] = {};
    if (i == kMostMembers) refuse(name, "it has more than 65536 members");
    if (unzGetCurrentFileInfo64(archive.handle, &info, given, sizeof given - 1, nullptr, 0, nullptr, 0) !=
        UNZ_OK)
      refuse(name, "it is a damaged zip file");
    std::string member = given;
    const std::string place = fmt::format("{}: {}", name, member);
    Array array = parse_npy(unpack(archive.handle, info, place, left), place);
    if (member.ends_with(".npy")) member.resize(member.size() - 4);
    array.name = one_line(member);
    arrays.push_back(std::move(array));
  }
  if (status != UNZ_END_OF_LIST_OF_FILE) refuse(name, "it is a damaged zip file");
  if (arrays.empty()) refuse(name, "it holds no arrays");
  return arrays;
}

Array parse_number_rows(std::string_view text, std::string_view name) {
  CsvLines lines(text, name);
  std::vector<float> values;
  size_t columns = 0, rows = 0;
  for (bool first = true; lines.next(); first = false) {
    const auto& fields = lines.fields();
    std::vector<float> row;
    for (const std::string_view field : fields) {
      const auto value = parse_number(field);
      if (!value && first) break;
      if (!value) lines.fail(fmt::format("column {}", row.size() + 1), "is no number");
      row.push_back(static_cast<float>(*value));
    }
    if (first) columns = fields.size();
    if (fields.size() != columns)
      lines.fail(fmt::format("has {} numbers, the first line {}", fields.size(), columns));
    if (row.size() < columns) continue;
    values.insert(values.end(), row.begin(), row.end());
    ++rows;
  }
  if (rows == 0) refuse(name, "it has no rows of numbers");
  Array array;
  array.shape = {static_cast<int64_t>(rows), static_cast<int64_t>(columns)};
  array.bytes.resize(values.size() * sizeof(float));
  std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
  return array;
}

std::vector<Array> parse_arrays(std::span<const uint8_t> bytes, std::string_view name) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<Array> arrays;
  if (text.starts_with("PK")) return parse_npz(bytes, name);
  if (text.starts_with("version https://git-lfs"))
    refuse(name, "this is a Git LFS pointer, not the data: fetch it with git lfs pull");
  const bool npy = text.starts_with("\x93NUMPY");
  if (!npy && (name.ends_with(".npy") || name.ends_with(".npz")))
    refuse(name, "it is no file of numpy.save or numpy.savez");
  arrays.push_back(npy ? parse_npy(bytes, name) : parse_number_rows(text, name));
  return arrays;
}

std::vector<Array> read_arrays(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return read_file(path);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    const std::string ending = entry.path().extension().string();
    if (ending == ".npy" || ending == ".npz" || ending == ".csv") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Array> all;
  for (const auto& file : files) {
    for (Array& array : read_file(file)) {
      if (array.name.empty()) array.name = file.stem().string();
      all.push_back(std::move(array));
    }
  }
  if (all.empty()) {
    throw Error(ErrorKind::not_found,
                path.string() + " has no .npy, .npz or .csv file: save examples with numpy.save");
  }
  return all;
}

}  // namespace tinyml::data
