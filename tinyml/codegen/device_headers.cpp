// SPDX-License-Identifier: Apache-2.0
#include "tinyml/codegen/device_headers.h"

#include <algorithm>
#include <set>

#include "tinyml/base/embedded.h"
#include "tinyml/base/error.h"

namespace tinyml::codegen {

std::span<const EmbeddedFile> embedded_device_headers();

namespace {

constexpr std::string_view kRoot = "tinyml/device/";

std::vector<DeviceHeader> load() {
  std::vector<DeviceHeader> headers;
  for (const EmbeddedFile& file : embedded_device_headers()) {
    const size_t root = file.name.rfind(kRoot);
    TINYML_CHECK(root != std::string_view::npos);
    headers.push_back({file.name.substr(root), file.text});
  }
  std::sort(headers.begin(), headers.end(),
            [](const DeviceHeader& a, const DeviceHeader& b) { return a.path < b.path; });
  return headers;
}

const DeviceHeader& find(std::string_view path) {
  const auto headers = device_headers();
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const DeviceHeader& header) { return header.path == path; });
  TINYML_CHECK(found != headers.end());
  return *found;
}

void collect(std::string_view text, std::set<std::string_view>& paths) {
  constexpr std::string_view kInclude = "#include \"";
  for (size_t at = text.find(kInclude); at != std::string_view::npos; at = text.find(kInclude, at)) {
    at += kInclude.size();
    const std::string_view path = text.substr(at, text.find('"', at) - at);
    if (!path.starts_with(kRoot)) continue;
    const DeviceHeader& header = find(path);
    if (paths.insert(header.path).second) collect(header.text, paths);
  }
}

}  // namespace

std::span<const DeviceHeader> device_headers() {
  static const std::vector<DeviceHeader> headers = load();
  return headers;
}

std::vector<DeviceHeader> headers_used_by(std::string_view source) {
  std::set<std::string_view> paths;
  collect(source, paths);
  std::vector<DeviceHeader> used;
  for (std::string_view path : paths) used.push_back(find(path));
  return used;
}

}  // namespace tinyml::codegen
