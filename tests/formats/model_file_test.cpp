// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/formats/models.h"
#include "tests/formats/onnx_model.h"
#include "tinyml/base/file.h"
#include "tinyml/formats/tflite.h"

namespace tinyml::formats {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

Bytes onnx_file() {
  OnnxModel model;
  model.input("x", {1, 2}).node("Relu", {"x"}, {"y"}).output("y");
  return to_bytes(model.proto.SerializeAsString());
}

std::string error_of(const std::string& name, std::string_view content) {
  const TemporaryFolder folder;
  const auto path = folder.path() / name;
  write_text(path, content);
  try {
    read_model(path);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), StartsWith(path.string() + ": "));
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "";
}

TEST(ModelFile, IsReadByWhatItHolds) {
  const TemporaryFolder folder;
  for (const char* name : {"model.tflite", "model.onnx", "MODEL.ONNX", "model", "model.bin"}) {
    write_bytes(folder.path() / name, write_tflite(float_net()));
    EXPECT_EQ(read_model(folder.path() / name).name, "float_net") << name;
  }
  for (const char* name : {"model.onnx", "MODEL.ONNX", "model", "model.bin", "model.tflite", "model.keras"}) {
    write_bytes(folder.path() / name, onnx_file());
    EXPECT_EQ(read_model(folder.path() / name).nodes.size(), 1u) << name;
  }
}

TEST(ModelFile, OfPyTorchIsRefusedWithTheLinesThatExportIt) {
  const auto advice =
      AllOf(HasSubstr("model.eval(); torch.onnx.export(model, (example_input,), \"model.onnx\""),
            HasSubstr("could run anything"));
  const std::string zip = std::string("PK\x03\x04") + std::string(26, '\0') + "archive/data.pkl";
  EXPECT_THAT(error_of("model.pt", zip), advice);
  EXPECT_THAT(error_of("model.bin", zip), advice);
  EXPECT_THAT(error_of("model.pth", "\x80\x02}q"), advice);
  EXPECT_THAT(error_of("model", "\x80\x04\x95"), advice);
  EXPECT_THAT(error_of("model.pkl", "anything"), advice);
}

TEST(ModelFile, OfAnotherKindIsNamed) {
  EXPECT_THAT(error_of("model.tflite", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
              HasSubstr("a Git LFS pointer, not the model: fetch it with git lfs pull"));
  EXPECT_THAT(error_of("model.tflite", ""), HasSubstr("the file is empty"));
  EXPECT_THAT(error_of("model.zip", "PK\x03\x04 and more"), HasSubstr("unpack it"));
  EXPECT_THAT(error_of("model.tgz", "\x1f\x8b and more"), HasSubstr("unpack it"));
  EXPECT_THAT(error_of("model.h5", "anything"), HasSubstr("no HDF5 file"));
  EXPECT_THAT(error_of("model.txt", "hello, world"), HasSubstr("no model that can be read"));
  EXPECT_THAT(error_of("model.onnx", "hello, world"), HasSubstr("no ONNX file"));
  EXPECT_THAT(error_of("model.tflite", "hello, world"), HasSubstr("not a .tflite"));
}

TEST(ModelFile, IsNoFolder) {
  const TemporaryFolder folder;
  write_text(folder.path() / "saved_model.pb", "any");
  EXPECT_THROW(read_model(folder.path() / "none.tflite"), Error);
  try {
    read_model(folder.path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("a SavedModel is not read"));
  }
}

}  // namespace
}  // namespace tinyml::formats
