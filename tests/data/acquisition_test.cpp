// SPDX-License-Identifier: Apache-2.0
// Files that Python's json, cbor2 and hmac wrote (tools/golden_sensor_data.py).
#include "tinyml/data/acquisition.h"

#include <functional>

#include "tests/data/clips.h"
#include "tinyml/base/file.h"
#include "tinyml/data/cbor.h"

namespace tinyml::data {
namespace {

using testing::ElementsAre;

constexpr const char* kKey = "a key of the tests";

Bytes golden(const char* name) {
  return read_bytes(std::filesystem::path(TINYML_SOURCE_DIR) / "tests/data/golden" / name);
}

AcquisitionEncoding encoding_of(std::string_view name) {
  return name.ends_with(".json") ? AcquisitionEncoding::json : AcquisitionEncoding::cbor;
}

Acquisition decode(std::string_view json, std::string_view key = {}) {
  return decode_acquisition({reinterpret_cast<const uint8_t*>(json.data()), json.size()}, "a.json",
                            AcquisitionEncoding::json, key);
}

/// A document of these parts, each as JSON.
std::string json_of(const std::string& payload, const std::string& head = R"("ver":"v1","alg":"none")") {
  return R"({"protected":{)" + head + R"(},"payload":{)" + payload + "}}";
}

const std::string kSensors = R"("interval_ms":10,"sensors":[{"name":"x","units":"g"}],)";

TEST(Acquisition, ReadsWhatPythonSigned) {
  const Acquisition json =
      decode_acquisition(golden("signed.json"), "signed.json", AcquisitionEncoding::json, kKey);
  EXPECT_TRUE(json.verified);
  EXPECT_EQ(json.algorithm, "HS256");
  EXPECT_EQ(json.device_name, "ac:87:a3:0a:2d:1b");
  EXPECT_EQ(json.device_type, "TESTS");
  EXPECT_EQ(json.recording.rate_hz, 80);
  EXPECT_THAT(json.recording.channels, ElementsAre(Channel{"accX", "m/s2"}, Channel{"temp", "C"}));
  ASSERT_EQ(json.recording.samples(), 20u);
  EXPECT_EQ(json.recording.values[6], -7);
  EXPECT_EQ(json.recording.values[7], 300);
  for (const char* name : {"signed.cbor", "open_ended.cbor"}) {
    const Acquisition cbor = decode_acquisition(golden(name), name, AcquisitionEncoding::cbor, kKey);
    EXPECT_TRUE(cbor.verified) << name;
    EXPECT_EQ(cbor.recording.values, json.recording.values) << name;
    EXPECT_EQ(cbor.recording.channels, json.recording.channels) << name;
    EXPECT_EQ(cbor.recording.rate_hz, 80) << name;
  }
  const Acquisition half =
      decode_acquisition(golden("short_floats.cbor"), "h", AcquisitionEncoding::cbor, kKey);
  EXPECT_THAT(half.recording.values, ElementsAre(0.5f, -2, 1.25f, 3));
}

TEST(Acquisition, RefusesAnyChangedByteUnderAKey) {
  for (const char* name : {"signed.json", "open_ended.cbor"}) {
    const Bytes whole = golden(name);
    for (size_t i = 0; i < whole.size(); i += 3) {
      Bytes changed = whole;
      changed[i] ^= 1;
      EXPECT_THROW(decode_acquisition(changed, name, encoding_of(name), kKey), Error)
          << name << " byte " << i;
    }
    expect_error(ErrorKind::bad_file, {name, "signature is wrong"},
                 [&] { decode_acquisition(whole, name, encoding_of(name), "another key"); });
    EXPECT_FALSE(decode_acquisition(whole, name, encoding_of(name)).verified);
  }
}

TEST(Acquisition, NeedsTheSignatureWhereAKeyIsGiven) {
  const std::string values = kSensors + R"("values":[[1]])";
  expect_error(ErrorKind::bad_file, {"a.json", "not signed"}, [&] { decode(json_of(values), "key"); });
  const std::string head = R"("ver":"v1","alg":"HS256"},"signature":")";
  const auto with = [&](const std::string& signature, const std::string& name = "g") {
    return R"({"protected":{)" + head + signature +
           R"(","payload":{"interval_ms":10,"sensors":[{"name":"x","units":")" + name +
           R"("}],"values":[1]}})";
  };
  expect_error(ErrorKind::bad_file, {"64 hexadecimal"}, [&] { decode(with("12"), "key"); });
  expect_error(ErrorKind::bad_file, {"64 hexadecimal"}, [&] { decode(with(std::string(64, 'g')), "key"); });
  const std::string zeros(64, '0');
  expect_error(ErrorKind::bad_file, {"signature is wrong"}, [&] { decode(with(zeros), "key"); });
  expect_error(ErrorKind::bad_file, {"once"}, [&] { decode(with(zeros, zeros), "key"); });
  expect_error(ErrorKind::bad_file, {"as they are"},
               [&] { decode(with("\\u0061" + zeros.substr(1)), "key"); });
}

TEST(Acquisition, TakesFlatValuesAndAnyOrder) {
  const Acquisition flat = decode(
      R"({"payload":{"values":[1,2.5,-3],"other":{"values":[[9]],"payload":[]},"sensors":[{"units":"g","name":"x"}],)"
      R"("device_name":null,"interval_ms":2},"signature":"","protected":{"alg":"none","ver":"v1","iat":null}})");
  EXPECT_THAT(flat.recording.values, ElementsAre(1, 2.5f, -3));
  EXPECT_EQ(flat.recording.rate_hz, 500);
}

TEST(Acquisition, NamesWhatIsWrong) {
  const auto bad = [](const std::string& text, const std::vector<std::string>& parts,
                      ErrorKind kind = ErrorKind::bad_file) {
    expect_error(kind, parts, [&] { decode(text); });
  };
  bad("", {"a.json", "not a JSON document"});
  bad("{", {"a.json", "not a JSON document", "byte"});
  bad("[1]", {"protected.ver"});
  bad("{}", {"protected.ver"});
  bad(json_of("", R"("ver":"v2")"), {"v2"}, ErrorKind::unsupported);
  bad(json_of("", R"("ver":"v1")"), {"protected.alg"});
  bad(json_of("", R"("ver":"v1","alg":"RS256")"), {"RS256"}, ErrorKind::unsupported);
  bad(json_of("", R"("ver":"v1","ver":"v1")"), {"protected.ver", "twice"});
  bad(json_of(R"("values":[[1]])"), {"interval_ms"});
  bad(json_of(R"("interval_ms":0,"values":[[1]])"), {"interval_ms", "above 0"});
  bad(json_of(R"("interval_ms":1,"values":[[1]])"), {"payload.sensors"});
  bad(json_of(R"("interval_ms":1,"sensors":[{"units":"g"}],"values":[[1]])"), {"name is missing"});
  bad(json_of(R"("interval_ms":1,"sensors":[{"name":"x"},{"name":"x"}],"values":[[1,2]])"), {"two sensors"});
  bad(json_of(kSensors + R"("values":[])"), {"no samples"});
  bad(json_of(kSensors + R"("values":[[1,2]])"), {"2 values", "names 1"});
  bad(json_of(kSensors + R"("values":[[1],[1,2]])"), {"sample 1 has 2"});
  bad(json_of(kSensors + R"("values":[[1],[]])"), {"sample 1 has 0"});
  bad(json_of(kSensors + R"("values":[[1],[[2]]])"), {"sample 1", "list in a list"});
  bad(json_of(kSensors + R"("values":[[1],[null]])"), {"sample 1", "null"});
  bad(json_of(kSensors + R"("values":[[1],{"x":1}])"), {"object"});
  bad(json_of(kSensors + R"("values":[[1],[1e39]])"), {"sample 1", "\"x\"", "finite"});
  bad(json_of(kSensors + R"("values":[[1e999]])"), {"not a JSON document"});
  bad(json_of(kSensors + R"("values":["Ref-BINARY-i16 32 bytes"])"), {"Ref-BINARY-i16"},
      ErrorKind::unsupported);
  bad(json_of(kSensors + R"("values":[[1]],"values":[[1]])"), {"values is there twice"});
  bad(std::string(100000, '['), {"nested more than 16"});
}

TEST(Cbor, RefusesBombs) {
  const auto bad = [](const Bytes& bytes, const std::vector<std::string>& parts) {
    for (const auto& read : std::vector<std::function<void()>>{
             [&] { check_cbor(bytes, "b.cbor"); },
             [&] { decode_acquisition(bytes, "b.cbor", AcquisitionEncoding::cbor); }}) {
      expect_error(ErrorKind::bad_file, parts, read);
    }
  };
  const auto with_length = [](uint8_t head) {
    Bytes bytes(9, 0xFF);
    bytes[0] = head;
    return bytes;
  };
  bad({}, {"b.cbor", "ends early"});
  bad(Bytes(1000000, 0x81), {"nested more than 16"});
  bad(Bytes(1000000, 0x9F), {"nested more than 16"});
  bad(Bytes(1000000, 0xBF), {"nested more than 16"});
  bad(Bytes(1000000, 0xA1), {"nested more than 16"});
  bad(Bytes(1000000, 0x7F), {"text in pieces"});
  bad(Bytes(1000000, 0x5F), {"text in pieces"});
  bad(Bytes(1000000, 0xC6), {"tag"});
  bad(with_length(0x7B), {"more than are left"});
  bad(with_length(0x5B), {"more than are left"});
  bad(with_length(0x9B), {"more than are left"});
  bad(with_length(0xBB), {"more than are left"});
  bad({0x9F, 0xFF, 0x00}, {"more bytes follow"});
  bad({0xFF}, {"end without a beginning"});
  bad({0x81, 0xFF}, {"end without a beginning"});
  bad({0xBF, 0x61, 0x61, 0xFF}, {"end without a beginning"});
  bad({0x1C}, {"reserved"});
  bad({0x7F, 0x41, 0x61, 0xFF}, {"text in pieces"});
  for (const Bytes& good : std::vector<Bytes>{{0x80},
                                              {0xA0},
                                              {0x9F, 0x80, 0xA0, 0xFF},
                                              {0x7F, 0x61, 0x61, 0xFF},
                                              {0xBF, 0x61, 0x61, 0x9F, 0xFF, 0xFF},
                                              {0x82, 0x80, 0x01}}) {
    EXPECT_NO_THROW(check_cbor(good, "g"));
  }
}

TEST(Acquisition, RefusesEveryPrefix) {
  for (const char* name : {"signed.json", "signed.cbor", "open_ended.cbor"}) {
    const Bytes whole = golden(name);
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_THROW(decode_acquisition(std::span(whole).first(size), name, encoding_of(name)), Error)
          << name << " " << size;
    }
  }
}

}  // namespace
}  // namespace tinyml::data
