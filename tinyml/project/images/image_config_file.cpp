// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "tinyml/base/file.h"
#include "tinyml/project/config_section.h"
#include "tinyml/project/images/image_config.h"

namespace tinyml::project {
namespace {

/// A word that `parse` knows.
template <class T, class Parse>
void read_word(Section& section, std::string_view key, T& value, std::string_view now, Parse parse) {
  std::string word(now);
  section.read(key, word);
  value = parse(word);
}

void read_augmentation(Section section, data::ImageAugment& a) {
  section.read("flip", a.flip);
  section.read("zoom", a.zoom);
  section.read("shift", a.shift);
  section.read("rotation_degrees", a.rotation_degrees);
  section.read("brightness", a.brightness);
  section.read("contrast", a.contrast);
  section.read("saturation", a.saturation);
  section.read("hue_degrees", a.hue_degrees);
  section.read("grey_copies", a.grey);
  section.read("cutout", a.cutout);
  section.finish();
}

}  // namespace

ImageConfig read_image_config(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  return with_context(path.string(), [&] {
    const ConfigFile file(text);
    file.expect({"project", "data", "picture", "camera", "model", "training", "augmentation", "quantization",
                 "target"});
    ImageConfig config;
    Section project = file.section("project");
    project.read("name", config.name);
    project.finish();

    Section data = file.section("data");
    std::string task(kImageTask);
    data.read("path", config.data.path);
    data.read("task", task);
    data.read("labels", config.data.labels);
    data.finish();
    if (task != kImageTask) {
      throw Error(ErrorKind::bad_file, fmt::format("task \"{}\" is not {}", task, kImageTask));
    }

    Section picture = file.section("picture");
    picture.read("width", config.picture.width);
    picture.read("height", config.picture.height);
    read_word(picture, "colour", config.picture.grey, name_of_colour(config.picture.grey), parse_colour);
    read_word(picture, "resize", config.picture.resize, name_of(config.picture.resize), parse_resize);
    picture.read("smooth", config.picture.smooth);
    picture.finish();

    Section camera = file.section("camera");
    camera.read("width", config.camera.width);
    camera.read("height", config.camera.height);
    read_word(camera, "format", config.camera.format, name_of(config.camera.format), parse_pixel_format);
    camera.finish();

    Section model = file.section("model");
    model.read("architecture", config.model.architecture);
    model.read("width", config.model.width);
    model.read("dropout", config.model.dropout);
    model.read("backbone", config.model.backbone);
    read_word(model, "pixel_range", config.model.pixel_range, name_of(config.model.pixel_range),
              parse_pixel_range);
    model.finish();

    Section training = file.section("training");
    training.read("epochs", config.training.epochs);
    training.read("head_epochs", config.training.head_epochs);
    training.read("batch", config.training.batch);
    training.read("patience", config.training.patience);
    training.read("learning_rate", config.training.learning_rate);
    training.read("label_smoothing", config.training.label_smoothing);
    training.read("mixup", config.training.mixup);
    training.read("augment", config.training.augment);
    training.read("refit", config.training.refit);
    training.read("balance_classes", config.training.balance_classes);
    training.read("seed", config.training.seed);
    training.finish();
    read_augmentation(file.section("augmentation"), config.training.augmentation);

    Section quantization = file.section("quantization");
    read_word(quantization, "calibration", config.quantization.calibration,
              name_of(config.quantization.calibration), quantize::parse_calibration);
    quantization.finish();

    Section target = file.section("target");
    target.read("board", config.target.board);
    target.finish();
    check(config);
    return config;
  });
}

std::string to_toml(const ImageConfig& c) {
  const data::ImageAugment& a = c.training.augmentation;
  return fmt::format(R"([project]
name = {}

[data]
path = {}
task = "{}"
labels = {}  # none: all

[picture]  # what the net sees
width = {}
height = {}
colour = "{}"  # rgb or grey
resize = "{}"  # squash, fit (whole, grey beside it) or crop (the middle)
smooth = {}  # shrinking takes the mean of what lies under a pixel; false: of the nearest four, faster

[camera]  # the frame that the device's program takes; 0 x 0: of the picture's own size
width = {}
height = {}
format = "{}"  # rgb888, rgb565 (high byte first) or grey8

[model]
architecture = "{}"
width = {}
dropout = {}
backbone = {}  # a float model file, .onnx or .tflite, whose last layer is replaced; "": none
pixel_range = "{}"  # what the net reads for 0 .. 255: minus_one_to_one, zero_to_one or zero_to_255

[training]
epochs = {}
head_epochs = {}  # of the new last layer alone, on an unchanged backbone
batch = {}
patience = {}
learning_rate = {}
label_smoothing = {}
mixup = {}
augment = {}
refit = {}
balance_classes = {}
seed = {}

[augmentation]
flip = {}
zoom = {}
shift = {}
rotation_degrees = {}
brightness = {}
contrast = {}
saturation = {}
hue_degrees = {}
grey_copies = {}
cutout = {}

[quantization]
calibration = "{}"

[target]
board = "{}"
)",
                     quoted(c.name), quoted(c.data.path), kImageTask, quoted(c.data.labels), c.picture.width,
                     c.picture.height, name_of_colour(c.picture.grey), name_of(c.picture.resize),
                     c.picture.smooth, c.camera.width, c.camera.height, name_of(c.camera.format),
                     c.model.architecture, c.model.width, c.model.dropout, quoted(c.model.backbone),
                     name_of(c.model.pixel_range), c.training.epochs, c.training.head_epochs,
                     c.training.batch, c.training.patience, c.training.learning_rate,
                     c.training.label_smoothing, c.training.mixup, c.training.augment, c.training.refit,
                     c.training.balance_classes, c.training.seed, a.flip, a.zoom, a.shift, a.rotation_degrees,
                     a.brightness, a.contrast, a.saturation, a.hue_degrees, a.grey, a.cutout,
                     name_of(c.quantization.calibration), c.target.board);
}

}  // namespace tinyml::project
