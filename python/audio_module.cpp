// SPDX-License-Identifier: Apache-2.0
#include <nanobind/ndarray.h>

#include "python/module_parts.h"
#include "tinyml/data/audio.h"
#include "tinyml/data/synth.h"
#include "tinyml/project/audio/audio_classifier.h"

namespace tinyml::python {
namespace {

using Samples = nb::ndarray<const int16_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using FloatSamples = nb::ndarray<const float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
std::span<const int16_t> span_of(const Samples& samples) { return {samples.data(), samples.shape(0)}; }

bool parse_features(const std::string& name) {
  if (name != "mfe" && name != "mfcc") {
    throw Error(ErrorKind::invalid_argument, "unknown features \"" + name + "\": mfe or mfcc");
  }
  return name == "mfcc";
}

project::AudioConfig make_config(const std::string& model_type, const std::vector<std::string>& keywords,
                                 int32_t sample_rate_hz, const nb::dict& given) {
  project::AudioConfig config;
  config.data.task = project::parse_task(model_type);
  config.data.keywords = keywords;
  config.data.sample_rate_hz = sample_rate_hz;
  if (config.data.task == project::Task::sound_classification) config.name = "sounds";
  Options options;
  options.add("name", config.name);
  options.add("window_ms", config.data.window_ms);
  options.add("features", config.features.mfcc, parse_features);
  options.add("bands", config.features.bands);
  options.add("architecture", config.model.architecture);
  options.add("epochs", config.training.epochs);
  options.add("batch", config.training.batch);
  options.add("copies", config.training.copies);
  options.add("learning_rate", config.training.learning_rate);
  options.add("augment", config.training.augment);
  options.add("refit", config.training.refit);
  options.add("label_smoothing", config.training.label_smoothing);
  options.add("balance_classes", config.training.balance_classes);
  options.add("seed", config.training.seed);
  options.add("board", config.target.board);
  options.apply(given);
  return config;
}

}  // namespace

void bind_audio(nb::module_& m) {
  m.def("to_int16", [](const FloatSamples& samples) {
    const std::vector<int16_t> converted = data::to_int16({samples.data(), samples.shape(0)});
    return nb::bytes(reinterpret_cast<const char*>(converted.data()), converted.size() * 2);
  });

  m.def("synthesize_speech", [](const std::vector<std::string>& keywords, const std::filesystem::path& folder,
                                int32_t clips, uint64_t seed, int threads, const PythonProgress& progress) {
    const nb::gil_scoped_release release;
    data::SynthOptions options;
    options.keywords = keywords;
    options.clips_per_keyword = clips;
    options.seed = seed;
    options.threads = threads;
    options.progress = hook_of(progress);
    data::synthesize(folder, options);
  });

  bind_classifier<AudioClassifier>(m, "AudioClassifier")
      .def("__init__",
           [](AudioClassifier* self, const std::string& model_type, const std::vector<std::string>& keywords,
              int32_t sample_rate_hz, int threads, const nb::dict& options) {
             new (self) AudioClassifier(make_config(model_type, keywords, sample_rate_hz, options), threads);
           })
      .def("train_clips",
           [](AudioClassifier& self, const nb::list& clips, const PythonProgress& progress) {
             std::vector<data::Recording> recordings;
             for (const nb::handle clip : clips) {
               const auto samples = nb::cast<Samples>(clip[0]);
               data::Recording recording;
               recording.label = recording.word = nb::cast<std::string>(clip[1]);
               recording.samples.assign(samples.data(), samples.data() + samples.shape(0));
               recordings.push_back(std::move(recording));
             }
             const nb::gil_scoped_release release;
             self.train(self.dataset_of(std::move(recordings)), hook_of(progress));
           })
      .def("predict",
           [](const AudioClassifier& self, const Samples& samples, int32_t sample_rate_hz) {
             const Prediction prediction = self.predict(span_of(samples), sample_rate_hz);
             return nb::make_tuple(prediction.label, prediction.score, prediction.scores);
           })
      .def("features", [](const AudioClassifier& self, const Samples& samples,
                          int32_t sample_rate_hz) { return self.features(span_of(samples), sample_rate_hz); })
      .def("sample_rate_hz", [](const AudioClassifier& self) { return self.config().data.sample_rate_hz; });
}

}  // namespace tinyml::python
