// SPDX-License-Identifier: Apache-2.0
// The Python package's extension: thin wrappers that turn numpy arrays into spans and back. The classes that
// people use, with their help texts, are in python/tinyml/*.py.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <filesystem>

#include "python/module_parts.h"
#include "tinyml/base/error.h"
#include "tinyml/base/file.h"
#include "tinyml/data/audio.h"
#include "tinyml/data/synth.h"
#include "tinyml/project/audio_classifier.h"
#include "tinyml/project/model.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace tinyml;
using namespace tinyml::python;

namespace {

using Samples = nb::ndarray<const int16_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using FloatSamples = nb::ndarray<const float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
std::span<const int16_t> span_of(const Samples& samples) { return {samples.data(), samples.shape(0)}; }

nb::bytes to_bytes(const Bytes& bytes) {
  return nb::bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

bool parse_features(const std::string& name) {
  if (name != "mfe" && name != "mfcc") {
    throw Error(ErrorKind::invalid_argument, "unknown features \"" + name + "\": mfe or mfcc");
  }
  return name == "mfcc";
}

project::Config make_config(const std::string& model_type, const std::vector<std::string>& keywords,
                            int32_t sample_rate_hz, const nb::dict& options) {
  project::Config config;
  config.data.task = project::parse_task(model_type);
  config.data.keywords = keywords;
  config.data.sample_rate_hz = sample_rate_hz;
  if (config.data.task == project::Task::sound_classification) config.name = "sounds";
  for (const auto& [key, value] : options) {
    const std::string name = as<std::string>(key, "the name of an option");
    if (name == "window_ms")
      config.data.window_ms = as<int32_t>(value, name);
    else if (name == "features")
      config.features.mfcc = parse_features(as<std::string>(value, name));
    else if (name == "bands")
      config.features.bands = as<int32_t>(value, name);
    else if (name == "architecture")
      config.model.architecture = as<std::string>(value, name);
    else if (name == "epochs")
      config.training.epochs = as<int32_t>(value, name);
    else if (name == "batch")
      config.training.batch = as<int32_t>(value, name);
    else if (name == "copies")
      config.training.copies = as<int32_t>(value, name);
    else if (name == "learning_rate")
      config.training.learning_rate = as<double>(value, name);
    else if (name == "augment")
      config.training.augment = as<bool>(value, name);
    else if (name == "refit")
      config.training.refit = as<bool>(value, name);
    else if (name == "label_smoothing")
      config.training.label_smoothing = as<double>(value, name);
    else if (name == "balance_classes")
      config.training.balance_classes = as<bool>(value, name);
    else if (name == "seed")
      config.training.seed = as<uint64_t>(value, name);
    else if (name == "board")
      config.target.board = as<std::string>(value, name);
    else if (name == "name")
      config.name = as<std::string>(value, name);
    else
      throw Error(ErrorKind::invalid_argument,
                  "unknown option \"" + name + "\"; nearest: " +
                      nearest_names(name, {"window_ms", "features", "bands", "architecture", "epochs",
                                           "batch", "copies", "learning_rate", "augment", "refit",
                                           "label_smoothing", "balance_classes", "seed", "board", "name"}));
  }
  return config;
}

/// The elements in an array of their own, of the tensor's dtype and shape.
nb::object numpy_array(const Tensor& tensor, const Bytes& bytes) {
  nb::module_ numpy = nb::module_::import_("numpy");
  nb::object flat = numpy.attr("frombuffer")(to_bytes(bytes), "dtype"_a = std::string(name_of(tensor.dtype)));
  nb::list shape;
  for (const int32_t extent : tensor.shape) shape.append(extent);
  return flat.attr("reshape")(shape).attr("copy")();
}

nb::list run_model(Model& model, const nb::list& inputs) {
  const Graph& graph = model.graph();
  std::vector<Bytes> held;
  if (nb::len(inputs) != graph.inputs.size()) {
    throw Error(ErrorKind::invalid_argument, "the model has " + std::to_string(graph.inputs.size()) +
                                                 " inputs, not " + std::to_string(nb::len(inputs)));
  }
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const Tensor& tensor = graph[graph.inputs[i]];
    const nb::object array = inputs[i];
    const std::string dtype = nb::cast<std::string>(array.attr("dtype").attr("name"));
    const auto shape = nb::cast<std::vector<int64_t>>(array.attr("shape"));
    if (dtype != name_of(tensor.dtype) || !std::ranges::equal(shape, tensor.shape)) {
      throw Error(ErrorKind::invalid_argument, "input " + std::to_string(i) + " takes " +
                                                   std::string(name_of(tensor.dtype)) + " " +
                                                   to_string(tensor.shape) + ", not " + dtype + " " +
                                                   to_string(Shape(shape.begin(), shape.end())));
    }
    const nb::bytes raw = nb::cast<nb::bytes>(array.attr("tobytes")());
    const auto* first = reinterpret_cast<const uint8_t*>(raw.c_str());
    held.emplace_back(first, first + raw.size());
  }
  std::vector<Bytes> outputs;
  {
    const nb::gil_scoped_release release;
    outputs = model.run({held.begin(), held.end()});
  }
  nb::list arrays;
  for (size_t i = 0; i < outputs.size(); ++i) arrays.append(numpy_array(graph[graph.outputs[i]], outputs[i]));
  return arrays;
}

/// A path in the message need not be UTF-8.
void set_error(nb::handle type, std::string_view text) {
  const nb::object message =
      nb::steal(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace"));
  PyErr_SetObject(type.ptr(), message.ptr());
}

}  // namespace

NB_MODULE(_tinyml, m) {
  static const nb::handle error_type = nb::exception<Error>(m, "Error", PyExc_ValueError).release();
  nb::register_exception_translator([](const std::exception_ptr& pointer, void*) {
    try {
      std::rethrow_exception(pointer);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) {
        // The pending signal raises it, and does not raise it again later.
        if (PyErr_CheckSignals() == 0) PyErr_SetNone(PyExc_KeyboardInterrupt);
        return;
      }
      set_error(error_type, error.what());
    } catch (const std::filesystem::filesystem_error& error) {
      set_error(error_type, error.what());
    }
  });

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

  nb::class_<Model>(m, "Model")
      .def_static("load", &Model::load, "path"_a)
      .def("run", &run_model, "inputs"_a)
      .def("to_bytes", [](const Model& model) { return to_bytes(model.bytes()); })
      .def("save",
           [](const Model& model, const std::filesystem::path& path) { write_bytes(path, model.bytes()); })
      .def("profile_json",
           [](const Model& model, const std::string& board, const std::string& mode) {
             const nb::gil_scoped_release release;
             return to_json(model.profile(board, parse_mode(mode)));
           })
      .def("compile", [](const Model& model, const std::filesystem::path& folder, const std::string& board,
                         const std::string& mode) { model.compile(folder, board, parse_mode(mode)); });

  nb::class_<AudioClassifier>(m, "AudioClassifier")
      .def("__init__",
           [](AudioClassifier* self, const std::string& model_type, const std::vector<std::string>& keywords,
              int32_t sample_rate_hz, int threads, const nb::dict& options) {
             new (self) AudioClassifier(make_config(model_type, keywords, sample_rate_hz, options), threads);
           })
      .def_static("load", &AudioClassifier::load, "folder"_a, "threads"_a = 0)
      .def("save", &AudioClassifier::save, nb::call_guard<nb::gil_scoped_release>())
      .def("train",
           [](AudioClassifier& self, const std::filesystem::path& path, const PythonProgress& progress) {
             const nb::gil_scoped_release release;
             self.train(path, hook_of(progress));
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
      .def("evaluate",
           [](const AudioClassifier& self, const std::filesystem::path& path) {
             nb::gil_scoped_release release;
             const Evaluation evaluation = self.evaluate(path);
             const nb::gil_scoped_acquire gil;
             return evaluation_dict(evaluation);
           })
      .def("predict",
           [](const AudioClassifier& self, const Samples& samples, int32_t sample_rate_hz) {
             const Prediction prediction = self.predict(span_of(samples), sample_rate_hz);
             return nb::make_tuple(prediction.label, prediction.score, prediction.scores);
           })
      .def("export_tflite_micro",
           [](const AudioClassifier& self, const std::string& quantization, const std::string& target,
              int64_t arena, bool optimize_for_size) {
             return self.export_tflite_micro({quantization, target, arena, optimize_for_size});
           })
      .def("export_to", [](const AudioClassifier& self, const std::string& to,
                           const std::filesystem::path& folder) { return self.export_to(to, folder); })
      .def("deploy_to_arduino", &AudioClassifier::deploy_to_arduino, nb::call_guard<nb::gil_scoped_release>())
      .def("profile_json",
           [](const AudioClassifier& self, const std::string& board, const std::string& mode) {
             const nb::gil_scoped_release release;
             return to_json(self.profile(board, parse_mode(mode)));
           })
      .def("summary", &AudioClassifier::summary)
      .def("labels", &AudioClassifier::labels)
      .def("sample_rate_hz", [](const AudioClassifier& self) { return self.config().data.sample_rate_hz; });

  bind_sensors(m);
  bind_anomalies(m);
}
