// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/images/image_model.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "tinyml/formats/model_file.h"
#include "tinyml/graph/channels_last.h"
#include "tinyml/graph/rewrites.h"
#include "tinyml/ops/operator.h"
#include "tinyml/project/storage.h"
#include "tinyml/train/transfer.h"

namespace tinyml::project {
namespace {

/// Copies of each picture whose features the head of a backbone learns from.
constexpr int32_t kHeadCopies = 8;

Graph frame_graph(const CameraFrame& op, const Shape& frame) {
  Graph graph;
  graph.name = "frame";
  graph.inputs = {graph.add({"frame", DType::uint8, frame, {}, nullptr})};
  graph.outputs = {graph.add({"picture", DType::int8, {}, {}, nullptr})};
  graph.nodes = {{op, graph.inputs, graph.outputs}};
  ops::infer(graph);
  return graph;
}

void to_values(const data::Image& image, const Quantization& q, std::span<float> values) {
  TINYML_CHECK(image.pixels.size() == values.size());
  const float scale = q.scale();
  const int32_t zero = 128 + q.zero_point();
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(int32_t{image.pixels[i]} - zero) * scale;
  }
}

class Run {
 public:
  Run(const ImageConfig& config, const data::ImageDataset& dataset, ThreadPool& pool,
      const ProgressHook& progress)
      : config_(config), dataset_(dataset), pool_(pool), progress_(progress) {
    labels_.resize(dataset.labels.size());
    std::iota(labels_.begin(), labels_.end(), 0);
    for (const data::Picture& picture : dataset.pictures) {
      const auto found = std::find(dataset.labels.begin(), dataset.labels.end(), picture.label);
      class_of_.push_back(static_cast<int32_t>(found - dataset.labels.begin()));
    }
  }

  int32_t classes() const { return static_cast<int32_t>(labels_.size()); }
  const std::vector<int32_t>& labels() const { return labels_; }

  train::Examples examples(const std::vector<size_t>& chosen) const {
    train::Examples examples;
    for (const size_t i : chosen) examples.classes.push_back(class_of_[i]);
    examples.fill = [this, chosen](size_t example, Random* random, std::span<float> input) {
      const data::Image& image = dataset_.pictures[chosen[example]].image;
      const Quantization q = config_.input_quantization();
      if (random && config_.training.augment) {
        to_values(data::augment_image(image, config_.training.augmentation, *random), q, input);
      } else {
        to_values(image, q, input);
      }
    };
    return examples;
  }

  train::Training train(const std::string& stage, const Graph& net, const train::Examples& examples,
                        const train::Examples& checks, int32_t epochs) const {
    train::TrainOptions options = train_options(config_.training, examples.classes, labels_.size());
    options.epochs = epochs;
    options.mixup = config_.training.augment ? config_.training.mixup : 0;
    options.progress = [&](Progress told) {
      told.stage = stage;
      if (progress_) progress_(told);
    };
    return train::train(net, examples, checks, labels_, options, pool_);
  }

  /// A net with initial weights, or the backbone with a head that is trained already.
  Graph start(const Graph* backbone, const std::vector<size_t>& chosen, const std::vector<size_t>& checks,
              const std::string& stage) const {
    const ImageConfig::Training& t = config_.training;
    if (!backbone) {
      return train::build_image_net(config_.model.architecture, config_.input(), classes(), t.seed,
                                    config_.net_size());
    }
    const auto features = static_cast<int32_t>(elements((*backbone)[backbone->outputs[0]].shape));
    const Graph head =
        train::build_head(features, classes(), static_cast<float>(config_.model.dropout), t.seed);
    const auto rows = [&](const std::vector<size_t>& of, int32_t copies) {
      return train::features_of(*backbone, examples(of), t.augment ? copies : 0, t.seed, pool_);
    };
    const train::Training trained =
        train(stage + ", last layer", head, rows(chosen, kHeadCopies), rows(checks, 0), t.head_epochs);
    return train::joined(*backbone, trained.graph);
  }

 private:
  const ImageConfig& config_;
  const data::ImageDataset& dataset_;
  ThreadPool& pool_;
  const ProgressHook& progress_;
  std::vector<int32_t> labels_;    // 0, 1, …
  std::vector<int32_t> class_of_;  // of every picture
};

Graph read_backbone(const ImageConfig& config, const std::filesystem::path& base) {
  const std::filesystem::path path = base / config.model.backbone;
  const Graph given = with_channels_last_inputs(formats::read_model(path));
  Graph backbone = with_context(path.string(), [&] { return train::backbone_of(given); });
  const Shape& wanted = backbone[backbone.inputs[0]].shape;
  if (wanted != config.input()) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} takes pictures of {}; [picture] gives {}", path.string(), to_string(wanted),
                            to_string(config.input())));
  }
  return backbone;
}

}  // namespace

data::Image prepare(const ImageConfig& config, const data::Image& image) {
  const PixelFormat format = image.channels == 1 ? PixelFormat::grey8 : PixelFormat::rgb888;
  const Graph graph =
      frame_graph(frame_operator(config, format), {1, image.height, image.width, image.channels});
  const ops::KernelCall call = ops::lower(graph, graph.nodes[0], {});
  data::Image result{config.picture.height, config.picture.width, config.picture.grey ? 1 : 3, {}};
  result.pixels.resize(static_cast<size_t>(elements(config.input())));
  std::vector<int64_t> scratch(static_cast<size_t>(call.scratch_bytes + 7) / 8);
  const void* const inputs[] = {image.pixels.data()};
  void* const outputs[] = {result.pixels.data()};
  call.run(inputs, outputs, scratch.data());
  for (uint8_t& pixel : result.pixels) pixel ^= 0x80;  // from int8 and back: 128 more
  return result;
}

std::vector<int8_t> to_input(const data::Image& prepared) {
  std::vector<int8_t> input;
  for (const uint8_t pixel : prepared.pixels) input.push_back(static_cast<int8_t>(pixel - 128));
  return input;
}

data::ImageLoadOptions load_options(const ImageConfig& config, int threads, const ProgressHook& progress) {
  data::ImageLoadOptions options;
  options.labels = config.data.labels;
  options.prepare = [config](const data::Image& image) { return prepare(config, image); };
  options.threads = threads;
  options.progress = progress;
  return options;
}

std::vector<size_t> TrainingPictures::fitted() const {
  std::vector<size_t> all = training;
  if (refit) all.insert(all.end(), validation.begin(), validation.end());
  return all;
}

TrainingPictures training_pictures(const ImageConfig& config, const data::ImageDataset& dataset) {
  TrainingPictures pictures;
  pictures.training = data::pictures_in(dataset, data::Split::train);
  pictures.validation = data::pictures_in(dataset, data::Split::validation);
  pictures.refit = config.training.refit && !pictures.validation.empty() &&
                   !data::pictures_in(dataset, data::Split::test).empty();
  return pictures;
}

Graph quantize_image_net(const ImageConfig& config, const Graph& float_net, const data::ImageDataset& dataset,
                         const std::vector<size_t>& chosen, ThreadPool& pool) {
  const Quantization q = config.input_quantization();
  const auto fill = [&](size_t i, std::span<float> input) {
    to_values(dataset.pictures[chosen[i]].image, q, input);
  };
  return quantize_classifier(float_net, chosen.size(), fill, config.quantization.calibration, q, pool);
}

ClassifierModel train_image_model(const ImageConfig& config, const data::ImageDataset& dataset,
                                  const TrainingPictures& pictures, const std::filesystem::path& base,
                                  ThreadPool& pool, const ProgressHook& progress) {
  const Run run(config, dataset, pool, progress);
  std::optional<Graph> backbone;
  if (!config.model.backbone.empty()) backbone = read_backbone(config, base);
  const Graph* const given = backbone ? &*backbone : nullptr;

  ClassifierModel model;
  model.labels = dataset.labels;
  train::Training trained =
      run.train("training", run.start(given, pictures.training, pictures.validation, "training"),
                run.examples(pictures.training), run.examples(pictures.validation), config.training.epochs);
  model.log.epochs = std::move(trained.epochs);
  model.log.best_epoch = trained.best_epoch;
  model.log.training_seconds = trained.seconds;
  model.log.refit = pictures.refit;
  if (pictures.refit) {
    const std::vector<size_t> all = pictures.fitted();
    trained =
        run.train("refit", run.start(given, all, {}, "refit"), run.examples(all), {}, config.training.epochs);
    model.log.training_seconds += trained.seconds;
  }
  model.float_net = with_scores(fold_for_inference(trained.graph), run.labels(), run.classes());
  model.float_net.name = config.name;
  model.int8_net = quantize_image_net(config, model.float_net, dataset, pictures.fitted(), pool);
  return model;
}

train::Confusion evaluate(const ClassifierModel& model, const data::ImageDataset& dataset,
                          const std::vector<size_t>& chosen, Precision precision, ThreadPool& pool,
                          std::vector<std::vector<float>>* scores) {
  std::vector<std::vector<int8_t>> inputs;
  std::vector<int32_t> truth;
  for (const size_t i : chosen) {
    inputs.push_back(to_input(dataset.pictures[i].image));
    const auto found = std::find(model.labels.begin(), model.labels.end(), dataset.pictures[i].label);
    truth.push_back(static_cast<int32_t>(found - model.labels.begin()));
  }
  auto found = scores_of(model, inputs, precision, pool);
  train::Confusion confusion = confusion_of(model.labels, truth, found);
  if (scores) *scores = std::move(found);
  return confusion;
}

Graph with_camera(const Graph& net, const ImageConfig& config) {
  Graph graph = net;
  const Node node{frame_operator(config, config.camera.format),
                  {graph.add({"frame", DType::uint8, camera_shape(config), {}, nullptr})},
                  {graph.inputs.at(0)}};
  const Graph alone = frame_graph(std::get<CameraFrame>(node.op), camera_shape(config));
  TINYML_CHECK(alone[alone.outputs[0]].shape == graph[graph.inputs[0]].shape);
  graph.nodes.insert(graph.nodes.begin(), node);
  graph.inputs = {node.inputs[0]};
  verify(graph);
  return graph;
}

}  // namespace tinyml::project
