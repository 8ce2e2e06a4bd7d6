// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tinyml/codegen/text.h"
#include "tinyml/project/anomaly/anomaly_detector_state.h"
#include "tinyml/project/deployable.h"
#include "tinyml/project/sensors/arduino_sensors.h"

namespace tinyml {
namespace {

/// The last window of a recording and what it was taken at.
struct StoredWindow {
  std::vector<int16_t> samples;  // of the sensors, whole hops
  std::vector<float> context;
};

StoredWindow stored_window(const data::SensorRecording& example, const AnomalyConfig& config,
                           const project::AnomalyRows& rows) {
  StoredWindow stored;
  const auto window = static_cast<size_t>(config.window_size);
  if (example.samples() < window) return stored;
  const std::span<const float> values = example.rows(example.samples() - window, window);
  const std::vector<int16_t> counts = rows.counts(values);
  const auto sensed = static_cast<size_t>(rows.inputs().sensed()), all = counts.size() / window;
  for (size_t i = 0; i < counts.size(); i += all) {
    stored.samples.insert(stored.samples.end(), counts.begin() + static_cast<std::ptrdiff_t>(i),
                          counts.begin() + static_cast<std::ptrdiff_t>(i + sensed));
  }
  const std::span<const float> newest = values.last(config.context.size());
  stored.context.assign(newest.begin(), newest.end());
  return stored;
}

/// Recordings as stretches of as many pushes each, at most `most` windows of them together.
std::vector<data::SensorRecording> stretches_of(const std::vector<data::SensorRecording>& recordings,
                                                const AnomalyConfig& config, size_t most) {
  const auto hop = static_cast<size_t>(config.hop_samples()),
             least = static_cast<size_t>(config.window_hops());
  size_t longest = 0;
  for (const data::SensorRecording& recording : recordings) {
    longest = std::max(longest, recording.samples() / hop);
  }
  constexpr size_t kWindows = 64;  // of a stretch, at most
  const size_t pushes = std::min(longest, least - 1 + std::min(kWindows, most));
  std::vector<data::SensorRecording> stretches;
  if (pushes < least) return stretches;
  const size_t room = most / (pushes - least + 1);
  for (const data::SensorRecording& recording : recordings) {
    for (size_t begin = 0; begin + pushes * hop <= recording.samples(); begin += pushes * hop) {
      stretches.push_back(slice(recording, begin, begin + pushes * hop));
    }
  }
  std::vector<data::SensorRecording> chosen;
  const size_t count = std::min(room, stretches.size());
  for (size_t i = 0; i < count; ++i) chosen.push_back(std::move(stretches[i * stretches.size() / count]));
  return chosen;
}

/// The sources of the whole detector. Returns what was written for it.
std::vector<std::filesystem::path> write_program(const project::AnomalyProgram& program,
                                                 const std::string& board, Mode mode,
                                                 const std::filesystem::path& folder,
                                                 const std::string& command_line) {
  const codegen::SourceFile score = program.score_header();
  const codegen::GeneratedModel made =
      project::compile(program.net, program.inputs.front_end.op, board, mode, folder, command_line, score);
  return {folder / made.header.name, folder / made.source.name, folder / score.name};
}

}  // namespace

codegen::SourceFile AnomalyDetector::score_header() const { return state_->program().score_header(); }

std::vector<std::filesystem::path> AnomalyDetector::export_to(const std::string& to,
                                                              const std::filesystem::path& folder,
                                                              const std::string& command_line) const {
  const State& s = *state_;
  const State::Trained& model = s.trained();
  const project::AnomalyProgram program = s.program();
  if (to == "cpp") return write_program(program, s.config.board, Mode::balanced, folder, command_line);
  if (to != "arduino" && to != "tflite" && to != "c_array") {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("unknown export \"{}\"; nearest: {}", to,
                            nearest_names(to, {"arduino", "cpp", "tflite", "c_array"})));
  }
  const project::Deployable deployable{s.config.name,         {},          model.float_net,
                                       model.int8_net,        front_end(), s.config.board,
                                       program.score_header()};
  return project::export_to(deployable, to, folder, command_line, [&](firmware::ArduinoLibrary& library) {
    const project::AnomalyInputs& inputs = s.inputs->inputs();
    std::vector<std::string> sensors;
    for (const Sensor& sensor : s.config.sensors) sensors.push_back(sensor.name);
    library.sentence = fmt::format("Tells what is unlike normal {}", fmt::join(sensors, ", "));
    library.hop_samples = s.config.hop_samples() * inputs.sensed();
    library.window_samples = s.config.window_size * inputs.sensed();
    project::describe_sensors(library, s.config.sensors, s.rate_hz);
    StoredWindow stored = stored_window(s.example, s.config, *s.inputs);
    library.clip = std::move(stored.samples);
    library.clip_title = "a normal window that training did not see";
    firmware::ArduinoAnomaly anomaly;
    anomaly.context = s.config.context;
    anomaly.context_values = stored.context;
    anomaly.context_values.resize(anomaly.context.size());
    library.anomaly = std::move(anomaly);
  });
}

void AnomalyDetector::compile(const std::filesystem::path& folder, const std::string& board,
                              Mode mode) const {
  const State& s = *state_;
  write_program(s.program(), board.empty() ? s.config.board : board, mode, folder,
                "tinyml.AnomalyDetector.compile");
}

void AnomalyDetector::deploy_to_arduino(const std::string& board, const std::string& port) const {
  state_->trained();
  project::deploy_to_arduino(
      board, port, {"motion", "static_buffer"},
      [&](const std::filesystem::path& folder) { return export_to("arduino", folder).at(0); });
}

project::Profile AnomalyDetector::profile(const std::string& board, Mode mode) const {
  const State& s = *state_;
  return project::profile(s.trained().int8_net, front_end(), board.empty() ? s.config.board : board, mode);
}

std::vector<project::Agreement> AnomalyDetector::compare(const std::vector<Core>& cores,
                                                         const std::filesystem::path& path,
                                                         const ProgressHook& progress) const {
  const State& s = *state_;
  const project::AnomalyProgram program = s.program();
  std::vector<data::SensorRecording> recordings{s.example};
  if (!path.empty()) {
    State::Labelled labelled = s.load(path, progress);
    recordings = std::move(labelled.normal);
    recordings.insert(recordings.end(), std::make_move_iterator(labelled.anomalous.begin()),
                      std::make_move_iterator(labelled.anomalous.end()));
  }
  s.check(recordings);
  const size_t most = program.inputs.raw ? 64 : 1024;  // an lstm runs a whole window of steps for each
  const std::vector<data::SensorRecording> stretches = stretches_of(recordings, s.config, most);
  if (stretches.empty()) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("no recording has the {} samples until the first score",
                            s.config.window_hops() * s.config.hop_samples()));
  }
  std::vector<project::AnomalyAnswer> expected;
  const std::vector<AnomalyScore> scores = s.score(stretches, nullptr);
  const auto pushes = stretches[0].samples() / static_cast<size_t>(s.config.hop_samples());
  const size_t each = pushes - static_cast<size_t>(s.config.window_hops()) + 1;
  for (size_t i = 0; i < scores.size(); ++i) {
    const auto count = static_cast<double>(std::min(i % each + 1, static_cast<size_t>(s.config.smoothing)));
    expected.push_back({scores[i].answer, static_cast<int32_t>(std::lround(scores[i].smoothed * 255 * count)),
                        scores[i].anomalous});
  }
  std::vector<Bytes> records;
  const auto hop = static_cast<size_t>(s.config.hop_samples()), contexts = s.config.context.size();
  for (const data::SensorRecording& stretch : stretches) {
    records.emplace_back();
    for (size_t push = 0; push < pushes; ++push) {
      const std::span<const float> values = stretch.rows(push * hop, hop);
      project::append_push(records.back(), s.inputs->sensed_counts(values), values.last(contexts));
    }
  }
  std::vector<project::Agreement> agreements;
  for (const Core core : cores) {
    const std::vector<std::vector<project::AnomalyAnswer>> answers =
        project::run_detector(program, core, records);
    project::Agreement agreement;
    agreement.engine =
        "generated C++ on " + (core == Core::host ? "the host" : fmt::format("emulated {}", name_of(core)));
    size_t next = 0;
    for (const auto& stretch : answers) {
      for (const project::AnomalyAnswer& answer : stretch) agreement.equal += answer == expected.at(next++);
    }
    agreement.clips = static_cast<int64_t>(expected.size());
    agreements.push_back(std::move(agreement));
    if (progress) {
      progress(
          {"comparing", static_cast<int64_t>(agreements.size()), static_cast<int64_t>(cores.size()), -1, ""});
    }
  }
  return agreements;
}

}  // namespace tinyml
