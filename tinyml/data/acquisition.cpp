// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/acquisition.h"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "tinyml/base/error.h"
#include "tinyml/base/sha256.h"
#include "tinyml/data/cbor.h"
#include "tinyml/data/labels_csv.h"

namespace tinyml::data {
namespace {

using nlohmann::json;

constexpr size_t kDeepest = 16;
constexpr size_t kSignatureDigits = 64;

/// Collects the parts of the format while they are read, whatever their order; other parts are skipped.
class Reader : public json::json_sax_t {
 public:
  Reader(std::string_view name, AcquisitionEncoding encoding) : name_(name), encoding_(encoding) {}

  [[noreturn]] void fail(const std::string& what, ErrorKind kind = ErrorKind::bad_file) const {
    throw Error(kind, fmt::format("{}: {}", name_, what));
  }

  bool null() override { return other("null"); }
  bool boolean(bool) override { return other("true or false"); }
  bool number_integer(number_integer_t value) override { return number(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return number(value); }
  bool binary(binary_t&) override { return other("bytes"); }

  bool string(string_t& text) override {
    if (in_values()) {
      fail(fmt::format("the values hold text (\"{}\"); export the recording with its values in the file",
                       one_line(text.substr(0, 40))),
           ErrorKind::unsupported);
    }
    if (path_ == "/protected/ver") set(version_, text, "protected.ver");
    if (path_ == "/protected/alg") set(algorithm_, text, "protected.alg");
    if (path_ == "/signature") set(signature_, text, "signature");
    if (path_ == "/payload/device_name") set(device_name_, text, "payload.device_name");
    if (path_ == "/payload/device_type") set(device_type_, text, "payload.device_type");
    if (path_ == "/payload/sensors/*/name") channels_.back().name = text;
    if (path_ == "/payload/sensors/*/units") channels_.back().unit = text;
    return true;
  }

  bool start_object(std::size_t) override {
    if (in_values()) fail("the values hold an object instead of numbers");
    open("");
    if (path_ == "/payload/sensors/*/") {
      if (channels_.size() >= kMostChannels) fail(fmt::format("more than {} sensors", kMostChannels));
      channels_.emplace_back();
    }
    return true;
  }

  bool key(string_t& name) override {
    path_.resize(starts_.back());
    // A slash or star in a name must not look like another place.
    path_ += name.size() <= 16 && name.find_first_of("/*") == std::string::npos ? "/" + name : "/?";
    return true;
  }

  bool end_object() override { return close(); }

  bool start_array(std::size_t) override {
    if (in_values()) {
      if (row_ != kNoRow) fail(fmt::format("sample {} holds a list in a list", rows_));
      row_ = values_.size();
    } else if (path_ == "/payload/values") {
      if (has_values_) fail("payload.values is there twice");
      has_values_ = true;
      values_depth_ = starts_.size() + 1;
    } else if (path_ == "/payload/sensors") {
      if (has_sensors_) fail("payload.sensors is there twice");
      has_sensors_ = true;
    }
    open("/*");
    return true;
  }

  bool end_array() override {
    if (row_ != kNoRow) {
      end_row(values_.size() - row_);
      row_ = kNoRow;
    } else if (in_values()) {
      values_depth_ = 0;
    }
    return close();
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    fail(fmt::format("not a {} document: byte {}", encoding_ == AcquisitionEncoding::json ? "JSON" : "CBOR",
                     position));
  }

  Acquisition finish() {
    if (!version_) fail("no protected.ver: not in the data acquisition format");
    if (*version_ != "v1") {
      fail(fmt::format("version \"{}\" of the format; v1 is read", one_line(*version_)),
           ErrorKind::unsupported);
    }
    if (!algorithm_) fail("no protected.alg");
    if (*algorithm_ != "HS256" && *algorithm_ != "none") {
      fail(fmt::format("signed by \"{}\"; HS256 and none are known", one_line(*algorithm_)),
           ErrorKind::unsupported);
    }
    if (!interval_ms_) fail("no payload.interval_ms");
    if (!(*interval_ms_ > 0) || !std::isfinite(1000 / *interval_ms_)) {
      fail(fmt::format("payload.interval_ms is {}; it must be above 0", *interval_ms_));
    }
    check_sensors();
    if (rows_ == 0) fail("no samples in payload.values");
    if (width_ != channels_.size()) {
      fail(fmt::format("samples have {} values, payload.sensors names {}", width_, channels_.size()));
    }
    for (size_t i = 0; i < values_.size(); ++i) {
      if (std::isfinite(values_[i])) continue;
      fail(fmt::format("sample {}, sensor \"{}\" is not a finite number", i / width_,
                       channels_[i % width_].name));
    }
    for (const std::optional<std::string>* text : {&device_name_, &device_type_}) {
      if (*text && !is_plain_text(**text)) fail("the device's name or type is not plain UTF-8");
    }
    Acquisition acquisition;
    acquisition.recording.path = name_;
    acquisition.recording.channels = std::move(channels_);
    acquisition.recording.rate_hz = 1000 / *interval_ms_;
    acquisition.recording.values = std::move(values_);
    acquisition.device_name = device_name_.value_or("");
    acquisition.device_type = device_type_.value_or("");
    acquisition.algorithm = *algorithm_;
    return acquisition;
  }

  const std::optional<std::string>& algorithm() const { return algorithm_; }
  const std::optional<std::string>& signature() const { return signature_; }

 private:
  static constexpr size_t kNoRow = static_cast<size_t>(-1);

  bool in_values() const { return values_depth_ > 0; }

  bool other(const char* what) {
    if (in_values()) fail(fmt::format("sample {} holds {} instead of a number", rows_, what));
    return true;
  }

  bool number(double value) {
    if (!in_values()) {
      if (path_ == "/payload/interval_ms") {
        if (interval_ms_) fail("payload.interval_ms is there twice");
        interval_ms_ = value;
      }
      return true;
    }
    if (values_.size() >= kMostValues) fail(fmt::format("more than {} values: cut the file", kMostValues));
    values_.push_back(static_cast<float>(value));
    if (row_ == kNoRow) end_row(1);
    return true;
  }

  void end_row(size_t width) {
    if (rows_ == 0) width_ = width;
    if (width == 0 || width != width_) {
      fail(fmt::format("sample {} has {} values, the first has {}", rows_, width, width_));
    }
    ++rows_;
  }

  void set(std::optional<std::string>& part, const std::string& text, const char* name) const {
    if (part) fail(fmt::format("{} is there twice", name));
    part = text;
  }

  void open(std::string_view step) {
    if (starts_.size() >= kDeepest) fail(fmt::format("nested more than {} deep", kDeepest));
    outer_.push_back(path_.size());
    path_ += step;
    starts_.push_back(path_.size());
    if (step.empty()) path_ += '/';
  }

  bool close() {
    path_.resize(outer_.back());
    outer_.pop_back();
    starts_.pop_back();
    return true;
  }

  void check_sensors() const {
    if (channels_.empty()) fail("no payload.sensors");
    std::set<std::string_view> names;
    for (const Channel& channel : channels_) {
      if (channel.name.empty() || !is_plain_text(channel.name) || !is_plain_text(channel.unit)) {
        fail("a sensor's name is missing, or its name or units are not plain UTF-8");
      }
      if (!names.insert(channel.name).second)
        fail(fmt::format("two sensors are called \"{}\"", channel.name));
    }
  }

  std::string_view name_;
  AcquisitionEncoding encoding_;
  std::string path_;            // of the part that is read, such as /payload/sensors/*/name
  std::vector<size_t> outer_;   // path_'s size before each open object or list
  std::vector<size_t> starts_;  // path_'s size where its own keys begin
  std::optional<std::string> version_, algorithm_, signature_, device_name_, device_type_;
  std::optional<double> interval_ms_;
  std::vector<Channel> channels_;
  std::vector<float> values_;
  bool has_values_ = false;
  bool has_sensors_ = false;
  size_t values_depth_ = 0;  // 0: outside payload.values
  size_t row_ = kNoRow;      // where the open sample begins in values_
  size_t rows_ = 0;
  size_t width_ = 0;
};

void verify(const Reader& reader, std::span<const uint8_t> bytes, std::string_view key) {
  if (reader.algorithm() != "HS256" || !reader.signature()) {
    reader.fail("not signed, but a key is given; have the device sign, or load without the key");
  }
  const std::string& signature = *reader.signature();
  const bool hex = signature.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (signature.size() != kSignatureDigits || !hex) {
    reader.fail(fmt::format("the signature is not {} hexadecimal digits", kSignatureDigits));
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t place = text.find(signature);
  if (place == std::string_view::npos || text.find(signature, place + 1) != std::string_view::npos) {
    reader.fail("the signature's digits must be in the file as they are, once");
  }
  std::vector<uint8_t> zeroed(bytes.begin(), bytes.end());
  std::fill_n(zeroed.begin() + static_cast<std::ptrdiff_t>(place), kSignatureDigits, uint8_t{'0'});
  const std::string right = hmac_sha256_hex(key, zeroed);
  unsigned different = 0;
  for (size_t i = 0; i < right.size(); ++i) {
    const char c = signature[i];
    different |= static_cast<unsigned>(right[i] ^ (c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
  }
  if (different) reader.fail("the signature is wrong: the file was changed, or signed with another key");
}

}  // namespace

Acquisition decode_acquisition(std::span<const uint8_t> bytes, std::string_view name,
                               AcquisitionEncoding encoding, std::string_view hmac_key) {
  const bool cbor = encoding == AcquisitionEncoding::cbor;
  if (cbor) check_cbor(bytes, name);
  Reader reader(name, encoding);
  json::sax_parse(bytes.begin(), bytes.end(), &reader,
                  cbor ? nlohmann::detail::input_format_t::cbor : nlohmann::detail::input_format_t::json);
  Acquisition acquisition = reader.finish();
  if (!hmac_key.empty()) {
    verify(reader, bytes, hmac_key);
    acquisition.verified = true;
  }
  return acquisition;
}

}  // namespace tinyml::data
