// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/data/clips.h"
#include "tinyml/data/image_augment.h"

namespace tinyml::data {
namespace {

Bytes from_hex(const std::string& hex) {
  Bytes bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

struct Golden {
  std::string name;
  Bytes file;
  Image image;
};

/// The files of tools/golden_images.py with Pillow's pixels.
const std::vector<Golden>& golden_images() {
  static const std::vector<Golden> all = [] {
    std::vector<Golden> read;
    std::ifstream in(TINYML_SOURCE_DIR "/tests/data/golden/images.txt");
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with('#')) continue;
      std::istringstream words(line);
      Golden golden;
      std::string file, pixels;
      words >> golden.name >> golden.image.height >> golden.image.width >> golden.image.channels >> file >>
          pixels;
      golden.file = from_hex(file);
      golden.image.pixels = from_hex(pixels);
      read.push_back(std::move(golden));
    }
    return read;
  }();
  return all;
}

const Golden& golden_named(const std::string& name) {
  for (const Golden& golden : golden_images()) {
    if (golden.name == name) return golden;
  }
  throw std::runtime_error("no golden image " + name);
}

int largest_difference(const Image& a, const Image& b) {
  if (a.height != b.height || a.width != b.width || a.channels != b.channels) return 256;
  int largest = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i)
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  return largest;
}

TEST(Images, DecodeAsPillowDoes) {
  EXPECT_EQ(golden_images().size(), 23u);
  for (const Golden& golden : golden_images()) {
    SCOPED_TRACE(golden.name);
    const int tolerance = golden.name == "jpeg_cmyk" ? 1 : 0;
    EXPECT_LE(largest_difference(decode_image(golden.file, golden.name), golden.image), tolerance);
  }
}

TEST(Images, CutOffAnywhereAreRefused) {
  for (const char* name :
       {"jpeg_420", "jpeg_progressive", "png_rgb", "png_palette", "bmp_24_bits", "bmp_grey"}) {
    const Bytes& file = golden_named(name).file;
    // A JPEG may end without its end marker; a PNG's last chunk holds nothing.
    for (size_t size = 0; size + 16 < file.size(); ++size) {
      SCOPED_TRACE(std::string(name) + " of " + std::to_string(size));
      expect_error(ErrorKind::bad_file, {"cut"}, [&] { decode_image(std::span(file).first(size), "cut"); });
    }
  }
}

TEST(Images, ClaimsOfGreatSizeAreRefused) {
  Bytes png = golden_named("png_rgb").file;
  png[18] = 0x3f;  // of the width; the checksum no longer fits
  expect_error(ErrorKind::bad_file, {"big.png"}, [&] { decode_image(png, "big.png"); });
  Bytes jpeg = golden_named("jpeg_progressive").file;
  const uint8_t marker[] = {0xff, 0xc2};
  const auto frame = std::search(jpeg.begin(), jpeg.end(), std::begin(marker), std::end(marker));
  ASSERT_NE(frame, jpeg.end());
  frame[5] = 0x10;  // of the height
  frame[7] = 0x10;  // of the width
  expect_error(ErrorKind::bad_file, {"big.jpg: the JPEG is truncated: its pixels"},
               [&] { decode_image(jpeg, "big.jpg"); });
  Bytes bmp = golden_named("bmp_24_bits").file;
  bmp[20] = 1;
  expect_error(ErrorKind::bad_file, {"big.bmp: a picture of 65557 x 13 pixels is too large"},
               [&] { decode_image(bmp, "big.bmp"); });
  bmp[20] = 0;
  bmp[19] = 0x20;
  expect_error(ErrorKind::bad_file, {"big.bmp: the BMP is truncated"}, [&] { decode_image(bmp, "big.bmp"); });
}

TEST(Images, OtherFilesAreRefusedInOneLine) {
  expect_error(ErrorKind::bad_file, {"a.jpg: neither JPEG, PNG nor BMP"}, [&] {
    const std::string pointer = "version https://git-lfs.github.com/spec/v1\n";
    decode_image({reinterpret_cast<const uint8_t*>(pointer.data()), pointer.size()}, "a.jpg");
  });
  Bytes compressed = golden_named("bmp_grey").file;
  compressed[30] = 1;
  expect_error(ErrorKind::bad_file, {"is compressed (method 1)"},
               [&] { decode_image(compressed, "rle.bmp"); });
  expect_error(ErrorKind::not_found, {"nowhere.png"}, [] { read_image("/nowhere.png"); });
}

TEST(Images, GreyBitmapsOfTheDataAreRead) {
  const auto file = shared_data() / "models/testdata/person.bmp";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "skipped: no ../shared/data/models";
  const Image image = read_image(file);
  EXPECT_EQ(image.height, 96);
  EXPECT_EQ(image.width, 96);
  EXPECT_EQ(image.channels, 1);
}

TEST(Images, PngRoundTrip) {
  for (const char* name : {"png_rgb", "png_grey"}) {
    const Image& image = golden_named(name).image;
    EXPECT_EQ(largest_difference(decode_image(encode_png(image), name), image), 0);
  }
}

TEST(ImageAugmentation, IsTheSameForASeedAndTurnedOffLeavesThePicture) {
  const Image& image = golden_named("png_rgb").image;
  Random one(7), same(7), other(8);
  const Image copy = augment_image(image, {}, one);
  EXPECT_EQ(copy.pixels, augment_image(image, {}, same).pixels);
  EXPECT_NE(copy.pixels, augment_image(image, {}, other).pixels);
  ImageAugment off{false, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_LE(largest_difference(augment_image(image, off, one), image), 1);
}

TEST(ImageAugmentation, FlipsAndCutsOut) {
  Image image{16, 16, 1, std::vector<uint8_t>(256)};
  for (size_t i = 0; i < 256; ++i) image.pixels[i] = static_cast<uint8_t>(i % 16 * 16);
  ImageAugment only{true, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  int flipped = 0, cut = 0;
  for (uint64_t seed = 0; seed < 64; ++seed) {
    Random random(seed);
    flipped += augment_image(image, only, random).pixels[0] == 240;
  }
  EXPECT_NEAR(flipped, 32, 16);
  only = {false, 0, 0, 0, 0, 0, 0, 0, 0, 0.5};
  for (uint64_t seed = 0; seed < 64; ++seed) {
    Random random(seed);
    const Image copy = augment_image(image, only, random);
    int64_t grey = 0;
    for (size_t i = 0; i < 256; ++i) grey += copy.pixels[i] == 128 && image.pixels[i] != 128;
    cut += grey > 0;
    EXPECT_LE(grey, 64);
  }
  EXPECT_NEAR(cut, 32, 16);
}

}  // namespace
}  // namespace tinyml::data
