// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/program.h"

#include "tinyml/formats/model_file.h"
#include "tinyml/project/anomaly/anomaly_detector.h"
#include "tinyml/project/audio/audio_config.h"
#include "tinyml/project/images/image_model.h"
#include "tinyml/project/sensors/sensor_features.h"
#include "tinyml/project/storage.h"

namespace tinyml::project {
namespace {

Program load_detector(const std::filesystem::path& path, const std::string& board) {
  const AnomalyDetector detector = AnomalyDetector::load(path, 1);
  return {detector.int8_net(), detector.front_end(), board.empty() ? detector.config().board : board,
          detector.score_header()};
}

void check_trained(const ProjectFiles& files) {
  if (std::filesystem::exists(files.int8_model())) return;
  throw Error(ErrorKind::not_found,
              files.folder.string() + " is not trained yet: tinyml train " + files.folder.string());
}

Program load_image_program(const ProjectFiles& files, const std::string& board) {
  const ImageConfig config = read_image_config(files.config());
  check_trained(files);
  Graph net = formats::read_model(files.int8_model());
  net.name = config.name;
  if (net[net.inputs.at(0)].shape != config.input()) {
    throw Error(ErrorKind::bad_file, files.int8_model().string() + " does not fit tinyml.toml: train again");
  }
  return {with_camera(net, config), {}, board.empty() ? config.target.board : board};
}

}  // namespace

Program load_program(const std::filesystem::path& path, const std::string& board) {
  if (!std::filesystem::is_directory(path)) {
    return {formats::read_model(path), {}, board.empty() ? "arduino_nano33_ble" : board};
  }
  const ProjectFiles files(path);
  const std::string task = task_of_project(files.config());
  if (task == name_of(SensorTask::anomaly_detection)) return load_detector(path, board);
  if (task == kImageTask) return load_image_program(files, board);
  const bool sensors = is_sensor_task(task);
  std::optional<AudioConfig> audio;
  std::string name, own_board;
  if (sensors) {
    const SensorConfig config = read_sensor_config(files.config());
    name = config.name;
    own_board = config.target.board;
  } else {
    audio = read_config(files.config());
    name = audio->name;
    own_board = audio->target.board;
  }
  check_trained(files);
  Graph net = formats::read_model(files.int8_model());
  net.name = name;
  const auto front_end = [&] {
    if (audio) return feature_operator(*audio);
    const auto found = net.metadata.find("features");
    return parse_front_end(found == net.metadata.end() ? "" : found->second).op;
  };
  const Operator features = with_context(files.int8_model().string(), front_end);
  return {std::move(net), features, board.empty() ? own_board : board};
}

}  // namespace tinyml::project
