// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/project/complaint.h"
#include "tinyml/base/file.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/operator.h"
#include "tinyml/project/images/image_classifier.h"
#include "tinyml/project/sensors/sensor_config.h"
#include "tinyml/run/engine.h"

namespace tinyml {
namespace {

using project::ImageConfig;

/// Two kinds of pictures: a bright square on the left, or on the right.
data::Image square(bool right, uint64_t seed, int32_t height = 24, int32_t width = 32) {
  Random random(seed);
  data::Image image{height, width, 3, {}};
  const auto top = static_cast<int32_t>(random.below(static_cast<uint64_t>(height / 2)));
  for (int32_t y = 0; y < height; ++y) {
    for (int32_t x = 0; x < width; ++x) {
      const bool lit = y >= top && y < top + height / 2 && (x >= width / 2) == right;
      for (int c = 0; c < 3; ++c)
        image.pixels.push_back(static_cast<uint8_t>((lit ? 190 : 50) + random.below(20)));
    }
  }
  return image;
}

std::vector<data::Picture> squares(size_t count) {
  std::vector<data::Picture> pictures;
  for (size_t i = 0; i < count; ++i) {
    pictures.push_back({"", i % 2 ? "right" : "left", "", data::Split::train, square(i % 2, i)});
  }
  return pictures;
}

ImageConfig small_config() {
  ImageConfig config;
  config.picture.width = config.picture.height = 16;
  config.model.architecture = "cnn_2d_strided";
  config.model.width = 0.25;
  config.training.epochs = 8;
  config.training.batch = 8;
  config.training.augmentation.flip = false;
  config.training.augmentation.rotation_degrees = 0;
  return config;
}

ImageClassifier trained() {
  ImageClassifier classifier(small_config(), 1);
  classifier.train(classifier.dataset_of(squares(60)));
  return classifier;
}

TEST(ImageConfigFile, SurvivesItsFile) {
  ImageConfig config;
  config.data.path = "some \"folder\"";
  config.data.labels = {"hat", "shoe"};
  config.picture = {64, 48, true, FrameFit::crop, false};
  config.camera = {320, 240, PixelFormat::rgb565};
  config.model = {"mobilenet_v2", 0.35, 0.1, "", project::PixelRange::zero_to_one};
  config.training.augmentation.hue_degrees = 12;
  config.training.augmentation.flip = false;
  config.training.seed = 7;
  const TemporaryFolder folder;
  const auto file = folder.path() / "tinyml.toml";
  write_text(file, to_toml(config));
  EXPECT_EQ(to_toml(project::read_image_config(file)), to_toml(config));
  EXPECT_EQ(project::task_of_project(file), project::kImageTask);
}

TEST(ImageConfigFile, NamesWhatIsWrong) {
  const auto error_of = [](const std::string& toml) {
    return complaint_about("[data]\ntask = \"image_classification\"\n" + toml, project::read_image_config);
  };
  EXPECT_NE(error_of("[picture]\nresize = \"stretch\"\n").find("nearest: "), std::string::npos);
  EXPECT_NE(error_of("[picture]\nwidth = 8\n").find("width of the picture must be within 16 and 1024, not 8"),
            std::string::npos);
  EXPECT_NE(error_of("[model]\narchitecture = \"resnet\"\n").find("unknown architecture"), std::string::npos);
  EXPECT_NE(error_of("[camera]\nwidth = 320\n").find("give both"), std::string::npos);
  EXPECT_NE(error_of("[augmentation]\nzoom = 3\n").find("zoom"), std::string::npos);
  EXPECT_NE(error_of("[augmentation]\nzooms = 0.1\n").find("zooms"), std::string::npos);
}

TEST(Images, AreLearnedAndAnsweredAlikeByEveryEngine) {
  const ImageClassifier classifier = trained();
  const Evaluation evaluation = classifier.evaluate(classifier.dataset_of([] {
    std::vector<data::Picture> fresh;
    for (size_t i = 0; i < 40; ++i) {
      fresh.push_back({"", i % 2 ? "right" : "left", "", data::Split::test, square(i % 2, 1000 + i)});
    }
    return fresh;
  }()));
  EXPECT_GE(evaluation.int8.accuracy(), 0.8);
  // The whole program, from the frame on, gives what predict gives.
  const Graph program = classifier.program();
  EXPECT_EQ(program[program.inputs[0]].dtype, DType::uint8);
  const data::Image image = project::prepare(classifier.config(), square(true, 5));
  run::Engine engine(program);
  const Bytes scores = engine.run(std::vector<Bytes>{image.pixels}).at(0);
  const Prediction prediction = classifier.predict(square(true, 5));
  for (size_t i = 0; i < scores.size(); ++i) {
    EXPECT_EQ(prediction.scores[i], (static_cast<int8_t>(scores[i]) + 128) / 256.0);
  }
}

TEST(Images, AreSavedLoadedAndReported) {
  const ImageClassifier classifier = trained();
  const TemporaryFolder folder;
  classifier.save(folder.path());
  const ImageClassifier loaded = ImageClassifier::load(folder.path(), 1);
  EXPECT_EQ(loaded.labels(), classifier.labels());
  for (uint64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(loaded.predict(square(i % 2, i)).scores, classifier.predict(square(i % 2, i)).scores);
  }
  EXPECT_NE(read_text(folder.path() / "report.html").find("cnn_2d_strided x 0.25"), std::string::npos);
}

TEST(Images, ComeOutTheSameForASeedAndAnyThreads) {
  ImageClassifier one(small_config(), 1), two(small_config(), 2);
  one.train(one.dataset_of(squares(24)));
  two.train(two.dataset_of(squares(24)));
  EXPECT_EQ(one.export_tflite_micro().bytes(), two.export_tflite_micro().bytes());
}

TEST(Images, FineTuneABackbone) {
  const ImageClassifier source = trained();
  const TemporaryFolder folder;
  const auto path = folder.path() / "backbone.tflite";
  const Model exported = source.export_tflite_micro({"float32", "pico", 0, false});
  write_bytes(path, exported.bytes());
  ImageConfig config = small_config();
  config.model.backbone = path.string();
  config.training.head_epochs = 5;
  ImageClassifier tuned(config, 1);
  tuned.train(tuned.dataset_of(squares(60)));
  EXPECT_EQ(tuned.labels(), (std::vector<std::string>{"left", "right"}));

  Graph channels_first = formats::read_tflite(exported.bytes());
  const TensorId picture = channels_first.inputs[0];
  const TensorId first = channels_first.add({"channels_first", DType::float32, {1, 3, 16, 16}, {}, nullptr});
  channels_first.nodes.insert(channels_first.nodes.begin(), {Transpose{{0, 2, 3, 1}}, {first}, {picture}});
  channels_first.inputs = {first};
  write_bytes(path, formats::write_tflite(channels_first));
  ImageClassifier turned(config, 1);
  turned.train(turned.dataset_of(squares(60)));
  EXPECT_EQ(turned.predict(square(true, 500)).scores, tuned.predict(square(true, 500)).scores);

  config.picture.width = 32;
  ImageClassifier other(config, 1);
  const std::string told = complaint([&] { other.train(other.dataset_of(squares(8))); });
  EXPECT_NE(told.find("takes pictures of 1x16x16x3"), std::string::npos) << told;
}

TEST(Images, ThatCannotBeLearnedAreRefused) {
  ImageClassifier classifier(small_config(), 1);
  const auto of = [&](std::vector<data::Picture> pictures) {
    return complaint([&] { classifier.train(classifier.dataset_of(std::move(pictures))); });
  };
  EXPECT_NE(of({{"", "a", "", data::Split::train, square(false, 1)},
                {"", "a", "", data::Split::train, square(false, 2)}})
                .find("one label only"),
            std::string::npos);
  EXPECT_NE(of({{"", "a", "", data::Split::train, square(false, 1)},
                {"", "b", "", data::Split::train, square(false, 2)}})
                .find("one picture"),
            std::string::npos);
  EXPECT_NE(complaint([&] { classifier.predict(square(false, 1)); }).find("not trained"), std::string::npos);
}

}  // namespace
}  // namespace tinyml
