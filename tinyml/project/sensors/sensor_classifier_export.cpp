// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "tinyml/ops/operator.h"
#include "tinyml/project/audio/audio_report.h"
#include "tinyml/project/sensors/arduino_sensors.h"
#include "tinyml/project/sensors/sensor_classifier_state.h"
#include "tinyml/project/signal_pictures.h"

namespace tinyml {
namespace {

/// One window of every label, of those that the results are of.
std::vector<report::SignalPicture> example_pictures(const project::SensorExamples& examples,
                                                    const std::vector<size_t>& chosen) {
  std::vector<report::SignalPicture> pictures;
  for (size_t label = 0; label < examples.dataset.labels.size(); ++label) {
    for (const size_t i : chosen) {
      const data::SensorWindow& window = examples.windows[i];
      if (window.label != static_cast<int32_t>(label)) continue;
      const data::SensorRecording& recording = examples.dataset.recordings[window.recording];
      pictures.push_back(project::signal_picture(examples.dataset.labels[label], examples.values(i),
                                                 recording.channels.size(), recording.channels,
                                                 recording.rate_hz));
      break;
    }
  }
  return pictures;
}

}  // namespace

void SensorClassifier::save(const std::filesystem::path& folder) const {
  const State& s = *state_;
  const project::SensorModel& model = s.trained();
  const project::ProjectFiles files(folder);
  std::vector<std::string> sensors;
  for (const Sensor& sensor : model.front_end.sensors) {
    sensors.push_back(fmt::format("{} ({}{}{})", sensor.name, sensor.channels,
                                  sensor.unit.empty() ? "" : " in ", sensor.unit));
  }
  project::ReportFacts facts{
      {"Task", std::string(project::name_of(s.config.data.task))},
      {"Labels", fmt::format("{}", fmt::join(model.nets.labels, ", "))},
      {"Sensors", fmt::format("{}", fmt::join(sensors, ", "))},
      {"Windows", fmt::format("{}, {}", model.front_end.describe_window(), name_of(model.front_end.op))},
      {"Data", s.config.data.path.empty() ? "recordings in memory" : s.config.data.path},
      {"Net", fmt::format("{}, {:.2f} M MACs", s.config.architecture(s.features->shape().at(1) == 1),
                          static_cast<double>(ops::macs(model.nets.int8_net)) / 1e6)}};
  std::vector<report::SignalPicture> pictures;
  if (s.examples) {
    pictures = example_pictures(*s.examples, State::evaluation_windows(*s.examples).second);
  }
  project::save_project(
      files, model.nets, s.record,
      project::report_html(s.deployable(), s.record, std::move(facts), {}, std::move(pictures)),
      project::describes(files, s.config) ? "" : to_toml(s.config));
}

Model SensorClassifier::export_tflite_micro(const ExportOptions& options) const {
  return project::export_tflite_micro(state_->deployable(), options);
}

std::vector<std::filesystem::path> SensorClassifier::export_to(const std::string& to,
                                                               const std::filesystem::path& folder,
                                                               const std::string& command_line) const {
  State& s = *state_;
  return project::export_to(s.deployable(), to, folder, command_line, [&](firmware::ArduinoLibrary& library) {
    const project::SensorFrontEnd& front_end = s.model->front_end;
    const bool live = front_end.has_clock && s.config.data.fit == project::WindowFit::cut;
    project::describe_sensors(library, front_end.sensors, live ? front_end.frame().rate_hz : 0);
    const bool readable =
        s.examples || (!s.config.data.path.empty() && std::filesystem::exists(s.folder / s.config.data.path));
    if (!readable) return;
    const project::SensorExamples& examples = s.own_examples({});
    const size_t window = State::evaluation_windows(examples).second.front();
    library.clip = s.features->to_counts(examples.values(window));
    library.clip_title =
        fmt::format("a window of \"{}\" that training did not see",
                    examples.dataset.labels[static_cast<size_t>(examples.windows[window].label)]);
  });
}

void SensorClassifier::compile(const std::filesystem::path& folder, const std::string& board,
                               Mode mode) const {
  project::compile(state_->deployable(), folder, board, mode, "tinyml.SensorClassifier.compile");
}

void SensorClassifier::deploy_to_arduino(const std::string& board, const std::string& port) const {
  state_->trained();
  project::deploy_to_arduino(
      board, port, {"motion", "static_buffer"},
      [&](const std::filesystem::path& folder) { return export_to("arduino", folder).at(0); });
}

project::Profile SensorClassifier::profile(const std::string& board, Mode mode) const {
  return project::profile(state_->deployable(), board, mode);
}

std::vector<project::Agreement> SensorClassifier::compare(const std::vector<Core>& cores,
                                                          const std::filesystem::path& path,
                                                          const ProgressHook& progress) const {
  State& s = *state_;
  s.trained();
  const project::SensorExamples other = path.empty() ? project::SensorExamples{} : s.load(path, progress);
  const project::SensorExamples& examples = path.empty() ? s.own_examples(progress) : other;
  std::vector<std::vector<int16_t>> windows;
  for (const project::WindowValues& values : examples.values(State::evaluation_windows(examples).second)) {
    windows.push_back(s.features->to_counts(values));
  }
  return project::compare_engines(s.model->nets.int8_net, s.model->front_end.op, s.features->extractor(),
                                  windows, cores, s.pool, progress);
}

}  // namespace tinyml
