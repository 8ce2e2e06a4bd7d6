// SPDX-License-Identifier: Apache-2.0
#include <nanobind/ndarray.h>

#include <map>

#include "python/module_parts.h"
#include "tinyml/project/sensor_classifier.h"

namespace tinyml::python {
namespace {

using namespace nb::literals;
using project::SensorConfig;
using Readings = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

std::span<const float> span_of(const Readings& readings) {
  return {readings.data(), readings.shape(0) * readings.shape(1)};
}

/// (name, channels, rate_hz, unit, range)
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

SensorConfig make_config(const std::string& task, const nb::list& sensors, const nb::dict& options) {
  SensorConfig c = project::sensor_defaults(project::parse_sensor_task(task));
  c.data.sensors = sensors_of(sensors);
  using Set = std::function<void(const nb::handle&, const std::string&)>;
  std::map<std::string, Set> known;
  const auto plain = [&](const std::string& name, auto& target) {
    known[name] = [&target](const nb::handle& value, const std::string& key) {
      target = as<std::remove_reference_t<decltype(target)>>(value, key);
    };
  };
  const auto word = [&](const std::string& name, auto& target, auto parse) {
    known[name] = [&target, parse](const nb::handle& value, const std::string& key) {
      target = parse(as<std::string>(value, key));
    };
  };
  plain("name", c.name);
  plain("labels", c.data.labels);
  plain("rate_hz", c.data.rate_hz);
  plain("window_samples", c.data.window_samples);
  plain("window_s", c.data.window_s);
  plain("stride_samples", c.data.stride_samples);
  word("fit", c.data.fit, project::parse_window_fit);
  word("label_rule", c.data.label_rule, project::parse_label_rule);
  plain("least_share", c.data.least_share);
  word("split", c.data.split.by, project::parse_split_by);
  plain("validation_groups", c.data.split.validation_groups);
  plain("test_groups", c.data.split.test_groups);
  plain("columns", c.data.csv.channels);
  plain("time_column", c.data.csv.time_column);
  plain("label_column", c.data.csv.label_column);
  plain("group_column", c.data.csv.group_column);
  plain("run_columns", c.data.csv.run_columns);
  plain("file_pattern", c.data.file_pattern);
  plain("group_pattern", c.data.group_pattern);
  plain("fuse", c.data.fuse);
  word("features", c.features.kind, project::parse_sensor_features);
  plain("headroom", c.features.headroom);
  plain("frame_samples", c.features.frame_samples);
  plain("hop_samples", c.features.hop_samples);
  word("filter", c.features.filter, project::parse_filter);
  plain("cutoff_hz", c.features.cutoff_hz);
  plain("order", c.features.order);
  plain("fft_size", c.features.fft_size);
  plain("overlap", c.features.overlap);
  plain("log", c.features.log);
  plain("wavelet", c.features.wavelet);
  plain("levels", c.features.levels);
  plain("architecture", c.model.architecture);
  plain("width", c.model.width);
  plain("depth", c.model.depth);
  plain("dropout", c.model.dropout);
  plain("epochs", c.training.epochs);
  plain("batch", c.training.batch);
  plain("copies", c.training.copies);
  plain("learning_rate", c.training.learning_rate);
  plain("augment", c.training.augment);
  plain("jitter", c.training.jitter);
  plain("scaling", c.training.scaling);
  plain("shift", c.training.shift);
  plain("speed", c.training.speed);
  plain("warp", c.training.warp);
  plain("rotation_degrees", c.training.rotation_degrees);
  plain("refit", c.training.refit);
  plain("label_smoothing", c.training.label_smoothing);
  plain("mixup", c.training.mixup);
  plain("balance_classes", c.training.balance_classes);
  plain("seed", c.training.seed);
  plain("board", c.target.board);
  std::vector<std::string> names;
  for (const auto& [name, set] : known) names.push_back(name);
  for (const auto& [key, value] : options) {
    const std::string name = nb::cast<std::string>(key);
    const auto found = known.find(name);
    if (found == known.end()) {
      throw Error(ErrorKind::invalid_argument,
                  "unknown option \"" + name + "\"; nearest: " + nearest_names(name, names));
    }
    found->second(value, name);
  }
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

nb::tuple tuple_of(const Prediction& p) { return nb::make_tuple(p.label, p.score, p.scores); }

}  // namespace

void bind_sensors(nb::module_& m) {
  nb::class_<SensorClassifier>(m, "SensorClassifier")
      .def("__init__",
           [](SensorClassifier* self, const std::string& task, const nb::list& sensors, int threads,
              const nb::dict& options) {
             new (self) SensorClassifier(make_config(task, sensors, options), threads);
           })
      .def_static("load", &SensorClassifier::load, "folder"_a, "threads"_a = 0)
      .def("save", &SensorClassifier::save, nb::call_guard<nb::gil_scoped_release>())
      .def("train",
           [](SensorClassifier& self, const std::filesystem::path& path, const PythonProgress& progress) {
             const nb::gil_scoped_release release;
             self.train(path, hook_of(progress));
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
      .def("evaluate",
           [](const SensorClassifier& self, const std::filesystem::path& path) {
             nb::gil_scoped_release release;
             const Evaluation evaluation = self.evaluate(path);
             const nb::gil_scoped_acquire gil;
             return evaluation_dict(evaluation);
           })
      .def("predict", [](const SensorClassifier& self,
                         const Readings& readings) { return tuple_of(self.predict(span_of(readings))); })
      .def("predict_stream",
           [](const SensorClassifier& self, const Readings& readings, int32_t smooth) {
             nb::list answers;
             for (const TimedPrediction& p : self.predict_stream(span_of(readings), smooth)) {
               answers.append(nb::make_tuple(p.begin_s, p.end_s, tuple_of(p.prediction)));
             }
             return answers;
           })
      .def("export_tflite_micro",
           [](const SensorClassifier& self, const std::string& quantization, const std::string& target,
              int64_t arena, bool optimize_for_size) {
             return self.export_tflite_micro({quantization, target, arena, optimize_for_size});
           })
      .def("export_to", [](const SensorClassifier& self, const std::string& to,
                           const std::filesystem::path& folder) { return self.export_to(to, folder); })
      .def("deploy_to_arduino", &SensorClassifier::deploy_to_arduino,
           nb::call_guard<nb::gil_scoped_release>())
      .def("profile_json",
           [](const SensorClassifier& self, const std::string& board, const std::string& mode) {
             const nb::gil_scoped_release release;
             return to_json(self.profile(board, parse_mode(mode)));
           })
      .def("summary", &SensorClassifier::summary)
      .def("labels", &SensorClassifier::labels)
      .def("channels", [](const SensorClassifier& self) { return self.model().front_end.channels(); });
}

}  // namespace tinyml::python
