// SPDX-License-Identifier: Apache-2.0
#include <nanobind/ndarray.h>

#include "python/module_parts.h"
#include "tinyml/project/anomaly_detector.h"

namespace tinyml::python {
namespace {

using namespace nb::literals;
using Table = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

/// Tables [samples, channels] as recordings.
std::vector<data::SensorRecording> recordings_of(const nb::list& tables, double rate_hz) {
  std::vector<data::SensorRecording> recordings;
  for (const nb::handle item : tables) {
    const auto table = nb::cast<Table>(item);
    data::SensorRecording recording;
    for (size_t c = 0; c < table.shape(1); ++c) recording.channels.push_back({std::to_string(c), ""});
    recording.rate_hz = rate_hz;
    recording.values.assign(table.data(), table.data() + table.size());
    recordings.push_back(std::move(recording));
  }
  return recordings;
}

AnomalyConfig make_anomaly_config(const nb::list& sensors, const nb::dict& options) {
  AnomalyConfig config;
  for (const nb::handle item : sensors) {
    if (nb::isinstance<nb::str>(item)) {
      config.sensors.push_back(known_sensor(nb::cast<std::string>(item)));
    } else {
      config.sensors.push_back({as<std::string>(item[0], "sensor name"), as<int32_t>(item[1], "channels"),
                                as<double>(item[2], "rate_hz"), as<std::string>(item[3], "unit"),
                                as<double>(item[4], "range")});
    }
  }
  for (const auto& [key, value] : options) {
    const auto name = nb::cast<std::string>(key);
    if (name == "name")
      config.name = as<std::string>(value, name);
    else if (name == "context")
      config.context = as<std::vector<std::string>>(value, name);
    else if (name == "window_size")
      config.window_size = as<int32_t>(value, name);
    else if (name == "hop")
      config.hop = as<int32_t>(value, name);
    else if (name == "training_stride")
      config.training_stride = as<int32_t>(value, name);
    else if (name == "rate_hz")
      config.rate_hz = as<double>(value, name);
    else if (name == "threshold")
      config.threshold = as<double>(value, name);
    else if (name == "smoothing")
      config.smoothing = as<int32_t>(value, name);
    else if (name == "held_out")
      config.held_out = as<double>(value, name);
    else if (name == "method")
      config.method = as<std::string>(value, name);
    else if (name == "fft_size")
      config.fft_size = as<int32_t>(value, name);
    else if (name == "clusters")
      config.clusters = as<int32_t>(value, name);
    else if (name == "shrinkage")
      config.shrinkage = as<double>(value, name);
    else if (name == "width")
      config.net.width = as<int32_t>(value, name);
    else if (name == "depth")
      config.net.depth = as<int32_t>(value, name);
    else if (name == "bottleneck")
      config.net.bottleneck = as<int32_t>(value, name);
    else if (name == "epochs")
      config.epochs = as<int32_t>(value, name);
    else if (name == "seed")
      config.seed = as<uint64_t>(value, name);
    else if (name == "board")
      config.board = as<std::string>(value, name);
    else
      throw Error(ErrorKind::invalid_argument, "unknown option " + name);
  }
  return config;
}

nb::dict metrics_dict(const project::AnomalyMetrics& metrics) {
  nb::dict result;
  result["auc"] = metrics.auc;
  result["recall"] = metrics.recall;
  result["false_alarms"] = metrics.false_alarms;
  result["normal"] = metrics.normal;
  result["anomalous"] = metrics.anomalous;
  return result;
}

}  // namespace

void bind_anomalies(nb::module_& m) {
  nb::class_<AnomalyDetector>(m, "AnomalyDetector")
      .def("__init__",
           [](AnomalyDetector* self, const nb::list& sensors, int threads, const nb::dict& options) {
             new (self) AnomalyDetector(make_anomaly_config(sensors, options), threads);
           })
      .def_static("load", &AnomalyDetector::load, "folder"_a, "threads"_a = 0)
      .def("save", &AnomalyDetector::save, nb::call_guard<nb::gil_scoped_release>())
      .def("train_path",
           [](AnomalyDetector& self, const std::filesystem::path& path, const PythonProgress& progress) {
             const nb::gil_scoped_release release;
             self.train(path, hook_of(progress));
           })
      .def("train",
           [](AnomalyDetector& self, const nb::list& tables, const PythonProgress& progress) {
             const auto recordings = recordings_of(tables, self.config().rate_hz);
             const nb::gil_scoped_release release;
             self.train(recordings, hook_of(progress));
           })
      .def("calibrate",
           [](AnomalyDetector& self, const nb::list& tables) { self.calibrate(recordings_of(tables, 0)); })
      .def("score",
           [](const AnomalyDetector& self, const nb::list& tables) {
             nb::list rows;
             for (const AnomalyScore& s : self.score(recordings_of(tables, 0))) {
               rows.append(nb::make_tuple(s.recording, s.begin, s.answer, s.score, s.smoothed, s.anomalous,
                                          s.sensors));
             }
             return rows;
           })
      .def("evaluate",
           [](const AnomalyDetector& self, const nb::list& normal, const nb::list& anomalous) {
             const AnomalyEvaluation e = self.evaluate(recordings_of(normal, 0), recordings_of(anomalous, 0));
             nb::dict result = metrics_dict(e.int8);
             result["float32"] = metrics_dict(e.float32);
             result["smoothed"] = metrics_dict(e.smoothed);
             return result;
           })
      .def("export_tflite_micro", &AnomalyDetector::export_tflite_micro, "quantization"_a, "model_size_kb"_a)
      .def("fit",
           [](const AnomalyDetector& self) {
             const AnomalyFit& fit = self.fit();
             return nb::make_tuple(fit.chosen, fit.given_up, fit.tflite_bytes, fit.flash_bytes,
                                   fit.feature_bytes, fit.flash_measured);
           })
      .def("export_to", [](const AnomalyDetector& self, const std::string& to,
                           const std::filesystem::path& folder) { return self.export_to(to, folder); })
      .def("profile_json",
           [](const AnomalyDetector& self, const std::string& board, const std::string& mode) {
             const nb::gil_scoped_release release;
             return to_json(self.profile(board, parse_mode(mode)));
           })
      .def("sensors",
           [](const AnomalyDetector& self) {
             std::vector<std::string> names;
             for (const Sensor& sensor : self.config().sensors) names.push_back(sensor.name);
             return names;
           })
      .def("threshold", [](const AnomalyDetector& self) { return self.config().threshold; })
      .def("summary", &AnomalyDetector::summary);
}

}  // namespace tinyml::python
