// SPDX-License-Identifier: Apache-2.0
#include <nanobind/ndarray.h>

#include "python/module_parts.h"
#include "tinyml/project/images/image_classifier.h"

namespace tinyml::python {
namespace {

/// [height, width, channels], of 1 or 3.
using Pixels = nb::ndarray<const uint8_t, nb::ndim<3>, nb::c_contig, nb::device::cpu>;

project::ImageConfig make_config(const nb::dict& given) {
  project::ImageConfig c;
  Options options;
  options.add("name", c.name);
  options.add("labels", c.data.labels);
  options.add("width", c.picture.width);
  options.add("height", c.picture.height);
  options.add("colour", c.picture.grey, project::parse_colour);
  options.add("resize", c.picture.resize, project::parse_resize);
  options.add("smooth", c.picture.smooth);
  options.add("camera_width", c.camera.width);
  options.add("camera_height", c.camera.height);
  options.add("pixel_format", c.camera.format, project::parse_pixel_format);
  options.add("architecture", c.model.architecture);
  options.add("net_width", c.model.width);
  options.add("dropout", c.model.dropout);
  options.add("backbone", c.model.backbone);
  options.add("pixel_range", c.model.pixel_range, project::parse_pixel_range);
  options.add("epochs", c.training.epochs);
  options.add("head_epochs", c.training.head_epochs);
  options.add("batch", c.training.batch);
  options.add("patience", c.training.patience);
  options.add("learning_rate", c.training.learning_rate);
  options.add("label_smoothing", c.training.label_smoothing);
  options.add("mixup", c.training.mixup);
  options.add("augment", c.training.augment);
  options.add("refit", c.training.refit);
  options.add("balance_classes", c.training.balance_classes);
  options.add("seed", c.training.seed);
  data::ImageAugment& a = c.training.augmentation;
  options.add("flip", a.flip);
  options.add("zoom", a.zoom);
  options.add("shift", a.shift);
  options.add("rotation_degrees", a.rotation_degrees);
  options.add("brightness", a.brightness);
  options.add("contrast", a.contrast);
  options.add("saturation", a.saturation);
  options.add("hue_degrees", a.hue_degrees);
  options.add("grey_copies", a.grey);
  options.add("cutout", a.cutout);
  options.add("board", c.target.board);
  options.apply(given);
  return c;
}

data::Image image_of(const Pixels& pixels) {
  return {static_cast<int32_t>(pixels.shape(0)),
          static_cast<int32_t>(pixels.shape(1)),
          static_cast<int32_t>(pixels.shape(2)),
          {pixels.data(), pixels.data() + pixels.size()}};
}

/// Of (pixels, label) each.
std::vector<data::Picture> pictures_of(const nb::list& items) {
  std::vector<data::Picture> pictures;
  for (const nb::handle item : items) {
    data::Picture picture;
    picture.label = nb::cast<std::string>(item[1]);
    picture.image = image_of(nb::cast<Pixels>(item[0]));
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

nb::tuple tuple_of(const Prediction& p) { return nb::make_tuple(p.label, p.score, p.scores); }

}  // namespace

void bind_images(nb::module_& m) {
  bind_classifier<ImageClassifier>(m, "ImageClassifier")
      .def("__init__",
           [](ImageClassifier* self, int threads, const nb::dict& options) {
             new (self) ImageClassifier(make_config(options), threads);
           })
      .def("train_pictures",
           [](ImageClassifier& self, const nb::list& items, const PythonProgress& progress) {
             std::vector<data::Picture> pictures = pictures_of(items);
             const nb::gil_scoped_release release;
             self.train(self.dataset_of(std::move(pictures)), hook_of(progress));
           })
      .def("predict_file", [](const ImageClassifier& self,
                              const std::filesystem::path& file) { return tuple_of(self.predict(file)); })
      .def("predict", [](const ImageClassifier& self, const Pixels& pixels) {
        return tuple_of(self.predict(image_of(pixels)));
      });
}

}  // namespace tinyml::python
