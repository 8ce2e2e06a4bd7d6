// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "tinyml/boards/boards.h"
#include "tinyml/data/window.h"
#include "tinyml/deploy/arduino.h"
#include "tinyml/firmware/arduino.h"
#include "tinyml/firmware/tflite_micro.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/project/audio_classifier_state.h"

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
  const project::AudioModel& model = state_->trained();
  const boards::Board& board = boards::find_board(options.target);
  if (options.quantization == "float32") return Model(model.float_net);
  if (options.quantization != "int8") {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("unknown quantization \"{}\": int8 or float32", options.quantization));
  }
  const Mode mode = options.optimize_for_size ? Mode::size : Mode::balanced;
  const codegen::GeneratedModel made = project::generate(
      model.int8_net, project::feature_operator(state_->config), {board.core, mode}, "export_tflite_micro");
  if (options.tensor_arena_size > 0 && options.tensor_arena_size < made.arena_bytes) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("tensor_arena_size of {} bytes is too small: the generated program needs {}",
                            options.tensor_arena_size, made.arena_bytes));
  }
  if (made.arena_bytes + made.state_bytes > board.ram_bytes || made.table_bytes > board.flash_bytes) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} has {} bytes of RAM and {} of flash; this model needs {} and {}", board.id,
                            board.ram_bytes, board.flash_bytes, made.arena_bytes + made.state_bytes,
                            made.table_bytes));
  }
  return Model(model.int8_net);
}

std::vector<std::filesystem::path> AudioClassifier::export_to(const std::string& to,
                                                              const std::filesystem::path& folder,
                                                              const std::string& command_line) const {
  const State& s = *state_;
  const project::AudioModel& model = s.trained();
  const std::string& name = s.config.name;
  if (to == "tflite") {
    write_bytes(folder / (name + ".tflite"), formats::write_tflite(model.int8_net));
    return {folder / (name + ".tflite")};
  }
  if (to == "c_array") {
    firmware::export_tflite_micro(folder, formats::write_tflite(model.int8_net));
    return {folder / "model_data.tflite", folder / "model_data.h"};
  }
  if (to != "arduino") {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("unknown export \"{}\"; nearest: {}", to,
                            nearest_names(to, {"arduino", "tflite", "c_array"})));
  }
  const boards::Board& board = boards::find_board(s.config.target.board);
  const codegen::GeneratedModel made = project::generate(model.int8_net, project::feature_operator(s.config),
                                                         {board.core, Mode::balanced}, command_line);

  firmware::ArduinoLibrary library;
  library.name = "tinyml_" + name;
  library.sentence = fmt::format("Tells {} apart", fmt::join(model.labels, ", "));
  library.model_name = made.name;
  library.labels = model.labels;
  library.sources = {made.header, made.source};
  library.sample_rate_hz = s.config.data.sample_rate_hz;
  library.hop_samples = s.config.hop_samples();
  library.window_samples = s.config.window_samples();
  if (const auto clip = state_->example_clip()) {
    library.clip = data::fit_window(clip->samples, s.config.window_samples());
    library.clip_title = fmt::format("a recording of \"{}\" that training did not hear", clip->label);
  }
  const firmware::ArduinoExport written = firmware::export_arduino(folder, library);
  return {written.folder, written.zip};
}

void AudioClassifier::deploy_to_arduino(const std::string& board, const std::string& port) const {
  state_->trained();
  deploy::check_arduino_deploy(board, port);
  const TemporaryFolder folder;
  const std::filesystem::path library = export_to("arduino", folder.path()).at(0);
  deploy::DeployOptions options;
  options.libraries = {library};
  deploy::deploy_to_arduino(library / "examples" / (library.filename().string() + "_microphone"), board, port,
                            options);
}

project::Profile AudioClassifier::profile(const std::string& board, Mode mode) const {
  const State& s = *state_;
  return project::profile(s.trained().int8_net, project::feature_operator(s.config),
                          board.empty() ? s.config.target.board : board, mode);
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
  return project::compare_engines(s.model->int8_net, s.config, windows, cores, s.pool, progress);
}

}  // namespace tinyml
