// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/deployable.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "tinyml/boards/boards.h"
#include "tinyml/deploy/arduino.h"
#include "tinyml/firmware/tflite_micro.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/ops/front_end.h"

namespace tinyml::project {

Model export_tflite_micro(const Deployable& model, const ExportOptions& options) {
  const boards::Board& board = boards::find_board(options.target);
  if (options.quantization == "float32") return Model(model.float_net);
  if (options.quantization != "int8") {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("unknown quantization \"{}\": int8 or float32", options.quantization));
  }
  const Mode mode = options.optimize_for_size ? Mode::size : Mode::balanced;
  const codegen::GeneratedModel made =
      generate(model.int8_net, model.front_end, {board.core, mode}, "export_tflite_micro");
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

std::vector<std::filesystem::path> export_to(const Deployable& model, const std::string& to,
                                             const std::filesystem::path& folder,
                                             const std::string& command_line,
                                             const std::function<void(firmware::ArduinoLibrary&)>& finish) {
  if (to == "tflite") {
    write_bytes(folder / (model.name + ".tflite"), formats::write_tflite(model.int8_net));
    return {folder / (model.name + ".tflite")};
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
  const boards::Board& board = boards::find_board(model.board);
  const codegen::GeneratedModel made = generate(model.int8_net, model.front_end, {board.core, Mode::balanced},
                                                command_line, model.facade ? model.facade->name : "");
  const ops::FrontEndFrame frame = ops::frame_of(model.front_end.value()).value();
  firmware::ArduinoLibrary library;
  library.name = "tinyml_" + model.name;
  library.sentence = fmt::format("Tells {} apart", fmt::join(model.labels, ", "));
  library.model_name = made.name;
  library.labels = model.labels;
  library.sources = {made.header, made.source};
  if (model.facade) library.sources.push_back(*model.facade);
  library.sample_rate_hz = frame.rate_hz;
  library.hop_samples = frame.hop_values;
  const int32_t frames = model.int8_net[model.int8_net.inputs.at(0)].shape.at(1);
  library.window_samples = (frames - 1) * frame.hop_values + frame.frame_values;
  finish(library);
  const firmware::ArduinoExport written = firmware::export_arduino(folder, library);
  return {written.folder, written.zip};
}

void deploy_to_arduino(
    const std::string& board, const std::string& port, const std::vector<std::string>& examples,
    const std::function<std::filesystem::path(const std::filesystem::path& folder)>& make_library) {
  deploy::check_arduino_deploy(board, port);
  const TemporaryFolder folder;
  const std::filesystem::path library = make_library(folder.path());
  deploy::DeployOptions options;
  options.libraries = {library};
  std::filesystem::path sketch;
  for (const std::string& example : examples) {
    sketch = library / "examples" / (library.filename().string() + "_" + example);
    if (std::filesystem::exists(sketch)) break;
  }
  deploy::deploy_to_arduino(sketch, board, port, options);
}

void compile(const Deployable& model, const std::filesystem::path& folder, const std::string& board,
             Mode mode, const std::string& command_line) {
  compile(model.int8_net, model.front_end, board.empty() ? model.board : board, mode, folder, command_line);
}

Profile profile(const Deployable& model, const std::string& board, Mode mode) {
  return profile(model.int8_net, model.front_end, board.empty() ? model.board : board, mode);
}

}  // namespace tinyml::project
