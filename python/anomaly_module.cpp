// SPDX-License-Identifier: Apache-2.0
#include <nanobind/ndarray.h>

#include <cmath>

#include "python/module_parts.h"
#include "tinyml/device/app/level_alarm.h"
#include "tinyml/project/anomaly/anomaly_detector.h"

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

template <class Act>
auto without_gil(const Act& act) {
  const nb::gil_scoped_release release;
  return act();
}

/// What `act` makes of the recordings of a path or of a list of tables, without the GIL.
template <class Act>
auto on_recordings(const AnomalyDetector& detector, const nb::object& data, const Act& act) {
  const bool tables = nb::isinstance<nb::list>(data);
  const auto path = tables ? std::filesystem::path() : nb::cast<std::filesystem::path>(data);
  std::vector<data::SensorRecording> recordings;
  if (tables) recordings = recordings_of(nb::cast<nb::list>(data), 0);
  return without_gil([&] {
    if (!tables) recordings = detector.recordings_of(path);
    return act(recordings);
  });
}

AnomalyConfig make_config(const nb::list& sensors, const nb::dict& given) {
  AnomalyConfig config;
  config.sensors = sensors_of(sensors);
  Options options;
  options.add("name", config.name);
  options.add("context", config.context);
  options.add("window_size", config.window_size);
  options.add("hop", config.hop);
  options.add("training_stride", config.training_stride);
  options.add("rate_hz", config.rate_hz);
  options.add("threshold", config.threshold);
  options.add("smoothing", config.smoothing);
  options.add("held_out", config.held_out);
  options.add("method", config.method);
  options.add("fft_size", config.fft_size);
  options.add("clusters", config.clusters);
  options.add("shrinkage", config.shrinkage);
  options.add("width", config.net.width);
  options.add("depth", config.net.depth);
  options.add("bottleneck", config.net.bottleneck);
  options.add("epochs", config.epochs);
  options.add("seed", config.seed);
  options.add("board", config.board);
  options.add("normal", config.data.normal);
  options.add("columns", config.data.csv.channels);
  options.add("run_columns", config.data.csv.run_columns);
  options.add("time_column", config.data.csv.time_column);
  options.add("time_unit", config.data.csv.time_unit, project::parse_time_unit);
  options.add("backward_clock", config.data.csv.backward_clock, project::parse_backward_clock);
  options.add("row_rate_hz", config.data.csv.row_rate_hz);
  options.add("label_column", config.data.csv.label_column);
  options.add("group_column", config.data.csv.group_column);
  options.add("file_pattern", config.data.file_pattern);
  options.add("fuse", config.data.fuse);
  options.add("hmac_key", config.data.hmac_key);
  options.refuse("model_size_kb",
                 "is an argument of export_tflite_micro, which makes the detector fit, not of "
                 "AnomalyDetector");
  options.apply(given);
  return config;
}

/// Without anomalous windows there is no recall, without either kind no AUC: NaN.
nb::dict metrics_dict(const project::AnomalyMetrics& metrics) {
  nb::dict result;
  result["auc"] = metrics.normal > 0 && metrics.anomalous > 0 ? metrics.auc : NAN;
  result["recall"] = metrics.anomalous > 0 ? metrics.recall : NAN;
  result["false_alarms"] = metrics.false_alarms;
  result["normal"] = metrics.normal;
  result["anomalous"] = metrics.anomalous;
  return result;
}

nb::dict evaluation_dict(const AnomalyEvaluation& evaluation) {
  nb::dict result = metrics_dict(evaluation.int8);
  result["data"] = evaluation.data;
  result["float32"] = metrics_dict(evaluation.float32);
  result["smoothed"] = metrics_dict(evaluation.smoothed);
  return result;
}

}  // namespace

void bind_anomalies(nb::module_& m) {
  nb::class_<device::LevelAlarm> level_alarm(m, "LevelAlarm");
  level_alarm.def(nb::init<int32_t, int32_t>())
      .def("add", &device::LevelAlarm::add)
      .def("mean", &device::LevelAlarm::mean);
  level_alarm.attr("FRACTION_BITS") = static_cast<int>(device::LevelAlarm::fraction_bits);

  bind_project<AnomalyDetector>(m, "AnomalyDetector")
      .def("__init__",
           [](AnomalyDetector* self, const nb::list& sensors, int threads, const nb::dict& options) {
             new (self) AnomalyDetector(make_config(sensors, options), threads);
           })
      .def("train_tables",
           [](AnomalyDetector& self, const nb::list& tables, const PythonProgress& progress) {
             const auto recordings = recordings_of(tables, self.config().rate_hz);
             const nb::gil_scoped_release release;
             self.train(recordings, hook_of(progress));
           })
      .def("calibrate",
           [](AnomalyDetector& self, const nb::object& data) {
             on_recordings(self, data, [&](const auto& recordings) { self.calibrate(recordings); });
           })
      .def("score",
           [](const AnomalyDetector& self, const nb::object& data) {
             const auto scores =
                 on_recordings(self, data, [&](const auto& recordings) { return self.score(recordings); });
             nb::list rows;
             for (const AnomalyScore& s : scores) {
               rows.append(nb::make_tuple(s.recording, s.begin, s.answer, s.score, s.smoothed, s.anomalous,
                                          s.sensors, s.times));
             }
             return rows;
           })
      .def("evaluate",
           [](const AnomalyDetector& self, const nb::list& normal, const nb::list& anomalous) {
             const auto of_normal = recordings_of(normal, 0), of_anomalous = recordings_of(anomalous, 0);
             return evaluation_dict(without_gil([&] { return self.evaluate(of_normal, of_anomalous); }));
           })
      .def("evaluate_path",
           [](const AnomalyDetector& self, const std::filesystem::path& path) {
             return evaluation_dict(without_gil([&] { return self.evaluate(path); }));
           })
      .def(
          "export_tflite_micro",
          [](AnomalyDetector& self, const std::string& quantization, std::optional<double> model_size_kb,
             const PythonProgress& progress) {
            return without_gil(
                [&] { return self.export_tflite_micro(quantization, model_size_kb, hook_of(progress)); });
          },
          "quantization"_a, nb::arg("model_size_kb").none(), "progress"_a)
      .def("compare",
           [](const AnomalyDetector& self, const std::vector<std::string>& cores,
              const std::filesystem::path& path) {
             std::vector<Core> parsed;
             for (const std::string& core : cores) parsed.push_back(parse_core(core));
             const auto agreements = without_gil([&] { return self.compare(parsed, path); });
             nb::list rows;
             for (const project::Agreement& a : agreements) {
               rows.append(nb::make_tuple(a.engine, a.equal, a.clips));
             }
             return rows;
           })
      .def("deploy_to_arduino", &AnomalyDetector::deploy_to_arduino, nb::call_guard<nb::gil_scoped_release>())
      .def("fit",
           [](const AnomalyDetector& self) {
             const AnomalyFit& fit = self.fit();
             return nb::make_tuple(fit.chosen, fit.given_up, fit.tflite_bytes, fit.flash_bytes,
                                   fit.feature_bytes, fit.flash_measured, fit.limit_kb);
           })
      .def("sensors",
           [](const AnomalyDetector& self) {
             std::vector<std::string> names;
             for (const Sensor& sensor : self.config().sensors) names.push_back(sensor.name);
             return names;
           })
      .def("threshold", [](const AnomalyDetector& self) { return self.config().threshold; });
}

}  // namespace tinyml::python
