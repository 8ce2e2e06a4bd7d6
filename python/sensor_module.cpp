// SPDX-License-Identifier: Apache-2.0
#include <nanobind/ndarray.h>

#include "python/module_parts.h"
#include "tinyml/project/sensors/sensor_classifier.h"

namespace tinyml::python {
namespace {

using namespace nb::literals;
using project::SensorConfig;
using Readings = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

std::span<const float> span_of(const SensorClassifier& classifier, const Readings& readings) {
  const auto wanted = static_cast<size_t>(classifier.model().front_end.channels());
  if (readings.shape(1) != wanted) {
    throw Error(ErrorKind::invalid_argument, "the readings have " + std::to_string(readings.shape(1)) +
                                                 " channels, the classifier " + std::to_string(wanted));
  }
  return {readings.data(), readings.shape(0) * readings.shape(1)};
}

SensorConfig make_config(const std::string& task, const nb::list& sensors, const nb::dict& given) {
  SensorConfig c = project::sensor_defaults(project::parse_sensor_task(task));
  c.data.sensors = sensors_of(sensors);
  Options options;
  options.add("name", c.name);
  options.add("labels", c.data.labels);
  options.add("rate_hz", c.data.rate_hz);
  options.add("window_samples", c.data.window_samples);
  options.add("window_s", c.data.window_s);
  options.add("stride_samples", c.data.stride_samples);
  options.add("fit", c.data.fit, project::parse_window_fit);
  options.add("label_rule", c.data.label_rule, project::parse_label_rule);
  options.add("least_share", c.data.least_share);
  options.add("split", c.data.split.by, project::parse_split_by);
  options.add("validation_fraction", c.data.split.validation_fraction);
  options.add("test_fraction", c.data.split.test_fraction);
  options.add("validation_groups", c.data.split.validation_groups);
  options.add("test_groups", c.data.split.test_groups);
  options.add("columns", c.data.csv.channels);
  options.add("time_column", c.data.csv.time_column);
  options.add("time_unit", c.data.csv.time_unit, project::parse_time_unit);
  options.add("backward_clock", c.data.csv.backward_clock, project::parse_backward_clock);
  options.add("row_rate_hz", c.data.csv.row_rate_hz);
  options.add("label_column", c.data.csv.label_column);
  options.add("group_column", c.data.csv.group_column);
  options.add("run_columns", c.data.csv.run_columns);
  options.add("file_pattern", c.data.file_pattern);
  options.add("group_pattern", c.data.group_pattern);
  options.add("default_label", c.data.default_label);
  options.add("hmac_key", c.data.hmac_key);
  options.add("fuse", c.data.fuse);
  options.add("features", c.features.kind, project::parse_sensor_features);
  options.add("headroom", c.features.headroom);
  options.add("frame_samples", c.features.frame_samples);
  options.add("hop_samples", c.features.hop_samples);
  options.add("filter", c.features.filter, project::parse_filter);
  options.add("cutoff_hz", c.features.cutoff_hz);
  options.add("order", c.features.order);
  options.add("fft_size", c.features.fft_size);
  options.add("overlap", c.features.overlap);
  options.add("log", c.features.log);
  options.add("wavelet", c.features.wavelet);
  options.add("levels", c.features.levels);
  options.add("architecture", c.model.architecture);
  options.add("width", c.model.width);
  options.add("depth", c.model.depth);
  options.add("dropout", c.model.dropout);
  options.add("epochs", c.training.epochs);
  options.add("batch", c.training.batch);
  options.add("patience", c.training.patience);
  options.add("copies", c.training.copies);
  options.add("learning_rate", c.training.learning_rate);
  options.add("augment", c.training.augment);
  options.add("jitter", c.training.jitter);
  options.add("scaling", c.training.scaling);
  options.add("shift", c.training.shift);
  options.add("speed", c.training.speed);
  options.add("warp", c.training.warp);
  options.add("offset", c.training.offset);
  options.add("rotation_degrees", c.training.rotation_degrees);
  options.add("refit", c.training.refit);
  options.add("label_smoothing", c.training.label_smoothing);
  options.add("mixup", c.training.mixup);
  options.add("balance_classes", c.training.balance_classes);
  options.add("seed", c.training.seed);
  options.add("board", c.target.board);
  options.apply(given);
  return c;
}

/// Of (readings, label, group) each. Channels are named after the sensors, or counted.
std::vector<data::SensorRecording> recordings_of(const SensorConfig& config, const nb::list& items) {
  std::vector<data::SensorRecording> recordings;
  for (const nb::handle item : items) {
    const auto readings = nb::cast<Readings>(item[0]);
    data::SensorRecording recording;
    recording.label = nb::cast<std::string>(item[1]);
    recording.group = nb::cast<std::string>(item[2]);
    recording.rate_hz = config.wanted_rate_hz();
    recording.values.assign(readings.data(), readings.data() + readings.shape(0) * readings.shape(1));
    for (size_t c = 0; c < readings.shape(1); ++c) {
      recording.channels.push_back({"channel_" + std::to_string(c + 1), ""});
    }
    recordings.push_back(std::move(recording));
  }
  return recordings;
}

/// On all that `load` gives, whatever its splits.
template <class Load>
nb::dict evaluated(const SensorClassifier& classifier, Load load) {
  Evaluation evaluation;
  {
    const nb::gil_scoped_release release;
    data::SensorDataset dataset = load();
    for (data::SensorRecording& recording : dataset.recordings) recording.split = data::Split::test;
    evaluation = classifier.evaluate(std::move(dataset));
  }
  return evaluation_dict(evaluation);
}

nb::tuple tuple_of(const Prediction& p) { return nb::make_tuple(p.label, p.score, p.scores); }

}  // namespace

std::vector<Sensor> sensors_of(const nb::list& sensors) {
  std::vector<Sensor> result;
  for (const nb::handle sensor : sensors) {
    if (nb::isinstance<nb::str>(sensor)) {
      result.push_back(known_sensor(nb::cast<std::string>(sensor)));
      continue;
    }
    result.push_back({as<std::string>(sensor[0], "a sensor's name"), as<int32_t>(sensor[1], "channels"),
                      as<double>(sensor[2], "rate_hz"), as<std::string>(sensor[3], "unit"),
                      as<double>(sensor[4], "range")});
  }
  return result;
}

void bind_sensors(nb::module_& m) {
  bind_classifier<SensorClassifier>(m, "SensorClassifier")
      .def("__init__",
           [](SensorClassifier* self, const std::string& task, const nb::list& sensors, int threads,
              const nb::dict& options) {
             new (self) SensorClassifier(make_config(task, sensors, options), threads);
           })
      .def("train_copy",
           [](SensorClassifier& self, const std::filesystem::path& path, const PythonProgress& progress) {
             const nb::gil_scoped_release release;
             self.train(data::load_sensor_dataset(path, project::load_options(self.config())),
                        hook_of(progress));
           })
      .def("train_recordings",
           [](SensorClassifier& self, const nb::list& items, const PythonProgress& progress) {
             std::vector<data::SensorRecording> recordings = recordings_of(self.config(), items);
             const nb::gil_scoped_release release;
             self.train(self.dataset_of(std::move(recordings)), hook_of(progress));
           })
      .def("evaluate_copy",
           [](const SensorClassifier& self, const std::filesystem::path& path) {
             return evaluated(
                 self, [&] { return data::load_sensor_dataset(path, project::load_options(self.config())); });
           })
      .def("evaluate_recordings",
           [](const SensorClassifier& self, const nb::list& items) {
             std::vector<data::SensorRecording> recordings = recordings_of(self.config(), items);
             return evaluated(self, [&] { return self.dataset_of(std::move(recordings)); });
           })
      .def("predict",
           [](const SensorClassifier& self, const Readings& readings) {
             return tuple_of(self.predict(span_of(self, readings)));
           })
      .def("features", [](const SensorClassifier& self,
                          const Readings& readings) { return self.features(span_of(self, readings)); })
      .def("predict_stream",
           [](const SensorClassifier& self, const Readings& readings, int32_t smooth) {
             nb::list answers;
             for (const TimedPrediction& p : self.predict_stream(span_of(self, readings), smooth)) {
               answers.append(nb::make_tuple(p.begin_s, p.end_s, tuple_of(p.prediction)));
             }
             return answers;
           })
      .def("channels", [](const SensorClassifier& self) { return self.model().front_end.channels(); });
}

}  // namespace tinyml::python
