// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "tinyml/data/window.h"
#include "tinyml/project/audio/audio_classifier_state.h"

namespace tinyml {

std::optional<data::Recording> AudioClassifier::State::example_clip() {
  const bool readable =
      dataset || (!config.data.path.empty() && std::filesystem::exists(folder / config.data.path));
  if (!readable) return {};
  const data::Dataset& all = clips({});
  for (const size_t i : data::recordings_in(all, data::Split::test)) {
    if (all.recordings[i].label == model->labels.front()) return all.recordings[i];
  }
  return {};
}

Model AudioClassifier::export_tflite_micro(const ExportOptions& options) const {
  return project::export_tflite_micro(state_->deployable(), options);
}

std::vector<std::filesystem::path> AudioClassifier::export_to(const std::string& to,
                                                              const std::filesystem::path& folder,
                                                              const std::string& command_line) const {
  State& s = *state_;
  return project::export_to(s.deployable(), to, folder, command_line, [&](firmware::ArduinoLibrary& library) {
    if (const auto clip = s.example_clip()) {
      library.clip = data::fit_window(clip->samples, s.config.window_samples());
      library.clip_title = fmt::format("a recording of \"{}\" that training did not hear", clip->label);
    }
  });
}

void AudioClassifier::compile(const std::filesystem::path& folder, const std::string& board,
                              Mode mode) const {
  project::compile(state_->deployable(), folder, board, mode, "tinyml.AudioClassifier.compile");
}

void AudioClassifier::deploy_to_arduino(const std::string& board, const std::string& port) const {
  state_->trained();
  project::deploy_to_arduino(board, port, {"microphone"}, [&](const std::filesystem::path& folder) {
    return export_to("arduino", folder).at(0);
  });
}

project::Profile AudioClassifier::profile(const std::string& board, Mode mode) const {
  return project::profile(state_->deployable(), board, mode);
}

std::vector<project::Agreement> AudioClassifier::compare(const std::vector<Core>& cores,
                                                         const std::filesystem::path& audio,
                                                         const ProgressHook& progress) const {
  State& s = *state_;
  s.trained();
  const data::Dataset other =
      audio.empty() ? data::Dataset{} : data::load_dataset(audio, s.load_options(progress));
  const data::Dataset& clips = audio.empty() ? s.clips(progress) : other;
  std::vector<std::vector<int16_t>> windows;
  for (const size_t i : State::evaluation_clips(clips).second) {
    windows.push_back(data::fit_window(clips.recordings[i].samples, s.extractor.window_samples()));
  }
  return project::compare_engines(s.model->int8_net, project::feature_operator(s.config), s.extractor,
                                  windows, cores, s.pool, progress);
}

}  // namespace tinyml
