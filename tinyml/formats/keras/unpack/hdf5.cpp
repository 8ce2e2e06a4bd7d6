// SPDX-License-Identifier: Apache-2.0
#include <hdf5.h>

#include <cstring>

#include "tinyml/formats/keras/unpack/unpack.h"

namespace tinyml::unpack {
namespace {

/// An HDF5 identifier and how it is closed.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }
  bool failed() const { return id_ < 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

constexpr int kMostRank = 8;
constexpr int kMostObjects = 1 << 16;

/// The number of elements; `bytes` of each are spent before anything is allocated.
uint64_t spend(const std::vector<uint64_t>& extents, uint64_t bytes, Writer& writer) {
  uint64_t count = 1;
  for (const uint64_t extent : extents) {
    if (extent != 0 && count > (uint64_t{1} << 40) / extent)
      refuse("a dataset or attribute in it is too large");
    count *= extent;
  }
  writer.spend(count * bytes);
  return count;
}

/// False where it has no simple extents.
bool read_extents(hid_t space, std::vector<uint64_t>& extents) {
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0 || rank > kMostRank || H5Sis_simple(space) <= 0) return false;
  hsize_t sizes[kMostRank] = {};
  if (H5Sget_simple_extent_type(space) == H5S_NULL) return false;
  if (H5Sget_simple_extent_dims(space, sizes, nullptr) != rank) return false;
  extents.assign(sizes, sizes + rank);
  return true;
}

void put_attribute(hid_t object, const std::string& path, const char* name, Writer& writer) {
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  const Handle type(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose);
  std::vector<uint64_t> extents;
  if (attribute.failed() || type.failed() || space.failed() || H5Tget_class(type) != H5T_STRING ||
      !read_extents(space, extents)) {
    return;
  }
  const bool variable = H5Tis_variable_str(type) > 0;
  const size_t size = variable ? sizeof(char*) : H5Tget_size(type);
  const uint64_t count = spend(extents, size, writer);
  std::vector<std::string> texts;
  if (variable && count > 0) {
    const Handle memory(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(memory, H5T_VARIABLE);
    H5Tset_cset(memory, H5Tget_cset(type));
    std::vector<char*> all(count);
    if (H5Aread(attribute, memory, all.data()) < 0)
      refuse("the attribute " + path + "@" + name + " is damaged");
    for (const char* one : all) {
      texts.emplace_back(one ? one : "");
      writer.spend(texts.back().size());
    }
  } else if (count > 0) {
    std::vector<char> all(count * size);
    if (H5Aread(attribute, type, all.data()) < 0)
      refuse("the attribute " + path + "@" + name + " is damaged");
    for (uint64_t i = 0; i < count; ++i) {
      const char* one = all.data() + i * size;
      texts.emplace_back(one, ::strnlen(one, size));
    }
  }
  writer.text(path + "@" + name, texts);
}

struct AttributeVisit {
  std::string path;
  Writer& writer;
};

herr_t visit_attribute(hid_t object, const char* name, const H5A_info_t*, void* context) {
  const auto& visit = *static_cast<AttributeVisit*>(context);
  put_attribute(object, visit.path, name, visit.writer);
  return 0;
}

/// Nothing but bytes of the file itself, by filters of HDF5's own.
void check_storage(hid_t dataset, const std::string& path) {
  const Handle creation(H5Dget_create_plist(dataset), H5Pclose);
  if (creation.failed()) refuse("the dataset " + path + " is damaged");
  if (H5Pget_external_count(creation) != 0 || H5Pget_layout(creation) == H5D_VIRTUAL) {
    refuse("the dataset " + path + " lies in another file");
  }
  const int filters = H5Pget_nfilters(creation);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, configuration = 0;
    size_t values = 0;
    const H5Z_filter_t filter = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values, nullptr,
                                               0, nullptr, &configuration);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) {
      refuse("the dataset " + path + " is compressed by another method than gzip");
    }
  }
}

void put_dataset(hid_t dataset, const std::string& path, Writer& writer) {
  check_storage(dataset, path);
  const Handle type(H5Dget_type(dataset), H5Tclose), space(H5Dget_space(dataset), H5Sclose);
  std::vector<uint64_t> extents;
  if (type.failed() || space.failed() || !read_extents(space, extents)) {
    refuse("the dataset " + path + " is damaged");
  }
  if (H5Tget_class(type) != H5T_FLOAT) return writer.data(path, kOther, extents, {});
  std::vector<float> elements(spend(extents, sizeof(float), writer));
  if (!elements.empty() &&
      H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements.data()) < 0) {
    refuse("the dataset " + path + " is damaged");
  }
  writer.data(path, kFloat, extents, elements);
}

struct ObjectVisit {
  Writer& writer;
  int objects = 0;
};

herr_t visit_object(hid_t root, const char* name, const H5O_info_t* info, void* context) {
  auto& visit = *static_cast<ObjectVisit*>(context);
  if (++visit.objects > kMostObjects) refuse("it has more than 65536 objects");
  const std::string path = std::strcmp(name, ".") == 0 ? "" : name;
  if (info->type != H5O_TYPE_GROUP && info->type != H5O_TYPE_DATASET) return 0;
  const Handle object(H5Oopen(root, name, H5P_DEFAULT), H5Oclose);
  if (object.failed()) refuse("the object " + path + " is damaged");
  AttributeVisit attributes{path, visit.writer};
  if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, visit_attribute, &attributes) < 0) {
    refuse("the attributes of " + path + " are damaged");
  }
  if (info->type == H5O_TYPE_DATASET) put_dataset(object, path, visit.writer);
  return 0;
}

/// Opens the bytes where they are: they are only read.
hid_t open_image(std::span<const uint8_t> bytes) {
  H5FD_file_image_callbacks_t callbacks{};
  callbacks.image_malloc = [](size_t, H5FD_file_image_op_t, void* image) { return image; };
  callbacks.image_memcpy = [](void* to, const void*, size_t, H5FD_file_image_op_t, void*) { return to; };
  callbacks.image_realloc = [](void*, size_t, H5FD_file_image_op_t, void*) -> void* { return nullptr; };
  callbacks.image_free = [](void*, H5FD_file_image_op_t, void*) -> herr_t { return 0; };
  callbacks.udata_copy = [](void* image) { return image; };
  callbacks.udata_free = [](void*) -> herr_t { return 0; };
  void* const image = const_cast<uint8_t*>(bytes.data());
  callbacks.udata = image;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (H5Pset_fapl_core(access, 1 << 16, 0) < 0 || H5Pset_file_image_callbacks(access, &callbacks) < 0 ||
      H5Pset_file_image(access, image, bytes.size()) < 0) {
    return -1;
  }
  return H5Fopen("model.h5", H5F_ACC_RDONLY, access);
}

}  // namespace

void unpack_hdf5(std::span<const uint8_t> bytes, Writer& writer) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);  // no filters, and so no code, from elsewhere
  const Handle file(open_image(bytes), H5Fclose);
  if (file.failed()) refuse("it holds no HDF5 file, or a damaged one");
  ObjectVisit visit{writer};
  // Hard links alone: whatever else a link names lies elsewhere.
  if (H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_NATIVE, visit_object, &visit, H5O_INFO_BASIC) < 0) {
    refuse("its HDF5 file is damaged");
  }
}

}  // namespace tinyml::unpack
