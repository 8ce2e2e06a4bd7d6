// SPDX-License-Identifier: Apache-2.0
#include "tinyml/firmware/arduino.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/firmware/library.h"
#include "tinyml/base/error.h"
#include "tinyml/base/subprocess.h"

namespace tinyml::firmware {
namespace {
namespace fs = std::filesystem;

using testing::HasSubstr;

std::set<std::string> files_below(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) names.insert(fs::relative(entry.path(), folder).string());
  }
  return names;
}

std::string message_of(const ArduinoLibrary& library) {
  try {
    arduino_files(library);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Arduino, WritesALibraryFolder) {
  const TemporaryFolder out;
  const ArduinoExport made = export_arduino(out.path(), test_library());
  EXPECT_EQ(made.folder, out.path() / "Yes_or_no");
  EXPECT_THAT(files_below(made.folder),
              testing::IsSupersetOf({"library.properties", "keywords.txt", "README.md", "src/Yes_or_no.h",
                                     "src/kws.h", "src/kws.cpp", "src/tinyml/device/app/hop_buffer.h",
                                     "examples/Yes_or_no_microphone/Yes_or_no_microphone.ino",
                                     "examples/Yes_or_no_static_buffer/Yes_or_no_static_buffer.ino",
                                     "examples/Yes_or_no_static_buffer/clip.h"}));
  EXPECT_THAT(read_text(made.folder / "library.properties"),
              testing::AllOf(HasSubstr("name=Yes or no\n"), HasSubstr("version=1.0.0\n"),
                             HasSubstr("includes=Yes_or_no.h\n"), HasSubstr("architectures=*\n")));
  for (const std::string& file : files_below(made.folder)) {
    const std::string text = read_text(made.folder / file);
    EXPECT_THAT(text, testing::Not(testing::ContainsRegex("@[A-Z]+@"))) << file;
  }
}

TEST(Arduino, LooksOnlyThroughCamerasThatGiveTheFrame) {
  const auto sketches = [](const ArduinoLibrary& library) {
    std::set<std::string> names;
    for (const codegen::SourceFile& file : arduino_files(library)) {
      if (file.name.ends_with(".ino")) names.insert(fs::path(file.name).stem().string());
      EXPECT_THAT(file.text, testing::Not(testing::ContainsRegex("@[A-Z]+@"))) << file.name;
    }
    return names;
  };
  ArduinoLibrary library = camera_library();
  EXPECT_THAT(sketches(library), testing::ElementsAre("Looks_tinyml_camera", "Looks_tinyml_frame"));
  library.camera->format = "rgb888";
  EXPECT_THAT(sketches(library), testing::ElementsAre("Looks_tinyml_frame"));
  library.camera = ArduinoCamera{96, 96, "GRAYSCALE"};
  EXPECT_THAT(sketches(library), testing::ElementsAre("Looks_tinyml_frame"));
}

TEST(Arduino, ShipsExactlyTheDeviceHeadersThatAreIncluded) {
  std::set<std::string> shipped, included;
  for (const codegen::SourceFile& file : arduino_files(test_library())) {
    if (!file.name.starts_with("src/")) continue;
    const std::string name = file.name.substr(4);
    if (name.starts_with("tinyml/")) {
      shipped.insert(name);
      EXPECT_EQ(file.text, read_text(fs::path(TINYML_SOURCE_DIR) / "device" / name));
    }
    const std::regex include("#include \"(tinyml/[^\"]+)\"");
    for (std::sregex_iterator it(file.text.begin(), file.text.end(), include), end; it != end; ++it) {
      included.insert((*it)[1]);
    }
  }
  EXPECT_EQ(shipped, included);
  EXPECT_THAT(shipped, testing::Contains("tinyml/device/nn/fixed_point.h"));
}

TEST(Arduino, ZipHoldsTheSameFilesAndIsReproducible) {
  const TemporaryFolder out, again, unpacked;
  const ArduinoExport made = export_arduino(out.path(), test_library());
  EXPECT_EQ(read_bytes(made.zip), read_bytes(export_arduino(again.path(), test_library()).zip));
  if (!find_program("unzip")) GTEST_SKIP() << "skipped: unzip is not installed";
  const ProcessResult result = run_process({"unzip", "-q", made.zip, "-d", unpacked.path()});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  EXPECT_EQ(files_below(unpacked.path() / "Yes_or_no"), files_below(made.folder));
  for (const std::string& file : files_below(made.folder)) {
    EXPECT_EQ(read_bytes(unpacked.path() / "Yes_or_no" / file), read_bytes(made.folder / file)) << file;
  }
}

TEST(Arduino, ReplacesAnEarlierExportWhole) {
  const TemporaryFolder out;
  const ArduinoExport made = export_arduino(out.path(), test_library());
  write_text(made.folder / "src/stale.cpp", "stale");
  export_arduino(out.path(), test_library());
  EXPECT_FALSE(fs::exists(made.folder / "src/stale.cpp"));
  EXPECT_TRUE(fs::exists(made.folder / "src/kws.cpp"));
  for (const auto& entry : fs::directory_iterator(out.path())) {
    EXPECT_NE(entry.path().filename().string()[0], '.') << "left behind: " << entry.path();
  }
}

TEST(Arduino, LeavesAFolderAloneThatIsNoLibrary) {
  const TemporaryFolder out;
  write_text(out.path() / "Yes_or_no/thesis.txt", "years of work");
  EXPECT_THROW(export_arduino(out.path(), test_library()), Error);
  EXPECT_EQ(read_text(out.path() / "Yes_or_no/thesis.txt"), "years of work");
}

TEST(Arduino, HeaderOfTheLibraryNeverIsTheHeaderOfTheModel) {
  ArduinoLibrary library = test_library();
  library.name = "KWS";
  std::set<std::string> names;
  for (const codegen::SourceFile& file : arduino_files(library)) {
    EXPECT_TRUE(names.insert(file.name).second) << file.name;
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"src/KWS_tinyml.h", "src/kws.h"}));
}

TEST(Arduino, ClipEndsWithItsLastSampleAfterWholeHops) {
  ArduinoLibrary library = test_library();
  library.clip = {7, 8, 9};
  library.clip_title = "three samples";
  for (const codegen::SourceFile& file : arduino_files(library)) {
    if (!file.name.ends_with("clip.h")) continue;
    EXPECT_THAT(file.text, HasSubstr("clip_samples = 160;"));
    EXPECT_THAT(file.text, HasSubstr(" 0, 7, 8, 9,\n};"));
    EXPECT_THAT(file.text, HasSubstr("// three samples at 16000 Hz."));
  }
}

TEST(Arduino, RefusesNamesThatArduinoWouldNotTake) {
  const auto with = [](auto change) {
    ArduinoLibrary library = test_library();
    change(library);
    return message_of(library);
  };
  EXPECT_THAT(with([](auto& it) { it.name = "../evil"; }), HasSubstr("../evil"));
  EXPECT_THAT(with([](auto& it) { it.name = ""; }), HasSubstr("cannot name an Arduino library"));
  EXPECT_THAT(with([](auto& it) { it.name = std::string(64, 'a'); }), HasSubstr("63"));
  EXPECT_THAT(with([](auto& it) { it.model_name = "class"; }), HasSubstr("\"class\""));
  EXPECT_THAT(with([](auto& it) { it.model_name = "loop"; }), HasSubstr("\"loop\""));
  EXPECT_THAT(with([](auto& it) { it.version = "1.0"; }), HasSubstr("1.0.0"));
  EXPECT_THAT(with([](auto& it) { it.sentence = "one\nurl=two"; }), HasSubstr("sentence"));
  EXPECT_THAT(with([](auto& it) { it.labels[0] = "a\nb"; }), HasSubstr("label"));
  EXPECT_THAT(with([](auto& it) { it.hop_samples = 0; }), HasSubstr("takes samples"));
}

}  // namespace
}  // namespace tinyml::firmware
