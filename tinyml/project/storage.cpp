// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/storage.h"

#include <nlohmann/json.hpp>

#include "tinyml/base/file.h"
#include "tinyml/formats/model_file.h"
#include "tinyml/formats/tflite.h"

namespace tinyml::project {
namespace {

nlohmann::json confusion_json(const train::Confusion& confusion) {
  return {{"labels", confusion.labels}, {"counts", confusion.counts}};
}

train::Confusion parse_confusion(const nlohmann::json& json) {
  train::Confusion confusion(json.at("labels").get<std::vector<std::string>>());
  confusion.counts = json.at("counts").get<std::vector<std::vector<int64_t>>>();
  const size_t labels = confusion.labels.size();
  bool square = confusion.counts.size() == labels;
  for (const auto& row : confusion.counts) square = square && row.size() == labels;
  if (!square) throw Error(ErrorKind::bad_file, "counts do not fit labels");
  return confusion;
}

template <class AnyConfig>
bool describes(const ProjectFiles& files, const AnyConfig& config,
               AnyConfig (*read)(const std::filesystem::path&)) {
  std::error_code ignored;
  if (!std::filesystem::exists(files.config(), ignored)) return false;
  try {
    AnyConfig written = read(files.config());
    const auto path = std::filesystem::absolute(files.folder / written.data.path).lexically_normal();
    if (path == std::filesystem::path(config.data.path)) written.data.path = config.data.path;
    return to_toml(written) == to_toml(config);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

bool describes(const ProjectFiles& files, const AudioConfig& config) {
  return describes(files, config, read_config);
}
bool describes(const ProjectFiles& files, const SensorConfig& config) {
  return describes(files, config, read_sensor_config);
}
bool describes(const ProjectFiles& files, const ImageConfig& config) {
  return describes(files, config, read_image_config);
}

void check_writable(const ProjectFiles& files) {
  for (const auto& file : {files.config(), files.report(), files.int8_model()}) tinyml::check_writable(file);
}

void save_project(const ProjectFiles& files, const ClassifierModel& model, const TrainingRecord& record,
                  const std::string& report, const std::string& toml) {
  const auto bytes_of = [](const std::string& text) { return Bytes(text.begin(), text.end()); };
  std::vector<NewFile> made{{files.float_model(), formats::write_tflite(model.float_net)},
                            {files.int8_model(), formats::write_tflite(model.int8_net)},
                            {files.training(), bytes_of(to_json(record))},
                            {files.report(), bytes_of(report)}};
  if (!toml.empty()) made.push_back({files.config(), bytes_of(toml)});
  write_files(made);
}

SavedProject load_project(const ProjectFiles& files, const std::string& name) {
  if (!std::filesystem::exists(files.int8_model())) {
    throw Error(ErrorKind::not_found,
                files.folder.string() + " is not trained yet: tinyml train " + files.folder.string());
  }
  SavedProject saved;
  ClassifierModel& model = saved.model;
  model.float_net = formats::read_model(files.float_model());
  model.int8_net = formats::read_model(files.int8_model());
  model.labels = labels_of(model.int8_net);
  model.float_net.name = model.int8_net.name = name;
  const std::string training = read_text(files.training());
  saved.record = with_context(files.training().string(), [&] { return parse_training(training); });
  model.log = saved.record.log;
  return saved;
}

std::string to_json(const TrainingRecord& record) {
  nlohmann::json epochs = nlohmann::json::array();
  for (const train::Epoch& epoch : record.log.epochs) {
    epochs.push_back({{"loss", epoch.loss},
                      {"validation_loss", epoch.validation_loss},
                      {"validation_accuracy", epoch.validation_accuracy},
                      {"learning_rate", epoch.learning_rate}});
  }
  return nlohmann::json{{"epochs", epochs},
                        {"best_epoch", record.log.best_epoch},
                        {"refit", record.log.refit},
                        {"feature_seconds", record.log.feature_seconds},
                        {"training_seconds", record.log.training_seconds},
                        {"split", record.evaluation.split},
                        {"float32", confusion_json(record.evaluation.float32)},
                        {"int8", confusion_json(record.evaluation.int8)}}
             .dump(1) +
         "\n";
}

TrainingRecord parse_training(const std::string& text) {
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    TrainingRecord record;
    for (const nlohmann::json& epoch : json.at("epochs")) {
      record.log.epochs.push_back({epoch.at("loss"), epoch.at("validation_loss"),
                                   epoch.at("validation_accuracy"), epoch.at("learning_rate")});
    }
    record.log.best_epoch = json.at("best_epoch");
    record.log.refit = json.at("refit");
    record.log.feature_seconds = json.at("feature_seconds");
    record.log.training_seconds = json.at("training_seconds");
    record.evaluation = {json.at("split"), parse_confusion(json.at("float32")),
                         parse_confusion(json.at("int8"))};
    return record;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::bad_file, error.what());
  }
}

void put_metadata(Graph& net, const std::vector<std::string>& labels, const AudioConfig& config) {
  const Operator op = feature_operator(config);
  const bool mfcc = std::holds_alternative<Mfcc>(op);
  const Mfe& mfe = mfcc ? std::get<Mfcc>(op).mfe : std::get<Mfe>(op);
  nlohmann::json features{{"kind", name_of(op)},
                          {"sample_rate_hz", mfe.sample_rate_hz},
                          {"frame_samples", mfe.frame_samples},
                          {"hop_samples", mfe.hop_samples},
                          {"fft_size", mfe.fft_size},
                          {"bands", mfe.bands},
                          {"low_hz", mfe.low_hz},
                          {"high_hz", mfe.high_hz},
                          {"floor_db", mfe.floor_db},
                          {"ceiling_db", mfe.ceiling_db}};
  if (mfcc) features["coefficients"] = std::get<Mfcc>(op).coefficients;
  put_labels(net, labels);
  net.metadata["features"] = features.dump();
}

void put_labels(Graph& net, const std::vector<std::string>& labels) {
  net.metadata["labels"] = nlohmann::json(labels).dump();
}

std::vector<std::string> labels_of(const Graph& net) {
  const auto found = net.metadata.find("labels");
  if (found == net.metadata.end()) return {};
  try {
    return nlohmann::json::parse(found->second).get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorKind::bad_file, "the model's list of labels cannot be read");
  }
}

}  // namespace tinyml::project
