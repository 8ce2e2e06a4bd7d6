// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the parts of the extension share.

#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/function.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "tinyml/base/error.h"
#include "tinyml/base/progress.h"
#include "tinyml/base/target.h"
#include "tinyml/project/classifier_net.h"
#include "tinyml/project/profile.h"
#include "tinyml/project/sensors/sensor_config.h"

namespace tinyml::python {

namespace nb = nanobind;

/// (stage, done, total, seconds_left, detail)
using PythonProgress = std::optional<std::function<void(std::string, int64_t, int64_t, double, std::string)>>;

/// Calls Python's hook with the GIL and lets Ctrl-C through as KeyboardInterrupt.
inline ProgressHook hook_of(const PythonProgress& progress) {
  return [&progress](const Progress& p) {
    const nb::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    if (progress) (*progress)(p.stage, p.done, p.total, p.seconds_left, p.detail);
  };
}

inline nb::dict confusion_dict(const train::Confusion& confusion) {
  nb::dict result;
  result["labels"] = confusion.labels;
  result["confusion"] = confusion.counts;
  result["accuracy"] = confusion.accuracy();
  nb::list classes;
  for (const train::ClassScore& score : confusion.scores()) {
    nb::dict row;
    row["label"] = score.label;
    row["clips"] = score.clips;
    row["precision"] = score.precision;
    row["recall"] = score.recall;
    row["f1"] = score.f1;
    classes.append(row);
  }
  result["classes"] = classes;
  return result;
}

inline nb::dict evaluation_dict(const Evaluation& evaluation) {
  nb::dict result;
  result["split"] = evaluation.split;
  result["clips"] = evaluation.int8.total();
  result["accuracy"] = evaluation.int8.accuracy();
  result["int8"] = confusion_dict(evaluation.int8);
  result["float32"] = confusion_dict(evaluation.float32);
  return result;
}

/// Errors: invalid_argument naming the option.
template <class T>
T as(const nb::handle& value, const std::string& name) {
  T result;
  if (!nb::try_cast<T>(value, result)) {
    const std::string given = nb::cast<std::string>(nb::repr(value));
    throw Error(ErrorKind::invalid_argument, name + " does not take " + given);
  }
  return result;
}

/// Keyword arguments that set the fields of a configuration.
class Options {
 public:
  template <class T>
  void add(const std::string& name, T& field) {
    setters_[name] = [&field, name](const nb::handle& value) { field = as<T>(value, name); };
  }
  /// `parse` makes the field of a word.
  template <class T, class Parse>
  void add(const std::string& name, T& field, Parse parse) {
    setters_[name] = [&field, name, parse](const nb::handle& value) {
      field = parse(as<std::string>(value, name));
    };
  }
  /// An option that others have: `advice` says where.
  void refuse(const std::string& name, const std::string& advice) {
    setters_[name] = [name, advice](const nb::handle&) {
      throw Error(ErrorKind::invalid_argument, name + " " + advice);
    };
  }
  /// Errors: invalid_argument naming the option.
  void apply(const nb::dict& given) const {
    for (const auto& [key, value] : given) {
      const auto name = as<std::string>(key, "the name of an option");
      const auto found = setters_.find(name);
      if (found == setters_.end()) {
        std::vector<std::string> names;
        for (const auto& [known, set] : setters_) names.push_back(known);
        throw Error(ErrorKind::invalid_argument,
                    "unknown option \"" + name + "\"; nearest: " + nearest_names(name, names));
      }
      found->second(value);
    }
  }

 private:
  std::map<std::string, std::function<void(const nb::handle&)>> setters_;
};

/// Of names, or (name, channels, rate_hz, unit, range).
std::vector<Sensor> sensors_of(const nb::list& sensors);

/// The verbs of everything that is trained and saved as a project.
template <class Project>
nb::class_<Project> bind_project(nb::module_& m, const char* name) {
  using namespace nb::literals;
  return nb::class_<Project>(m, name)
      .def_static("load", &Project::load, "folder"_a, "threads"_a)
      .def("save", &Project::save, nb::call_guard<nb::gil_scoped_release>())
      .def("train",
           [](Project& self, const std::filesystem::path& path, const PythonProgress& progress) {
             const nb::gil_scoped_release release;
             self.train(path, hook_of(progress));
           })
      .def("export_to", [](const Project& self, const std::string& to,
                           const std::filesystem::path& folder) { return self.export_to(to, folder); })
      .def("compile",
           [](const Project& self, const std::filesystem::path& folder, const std::string& board,
              const std::string& mode) {
             const nb::gil_scoped_release release;
             self.compile(folder, board, parse_mode(mode));
           })
      .def("profile_json",
           [](const Project& self, const std::string& board, const std::string& mode) {
             const nb::gil_scoped_release release;
             return project::to_json(self.profile(board, parse_mode(mode)));
           })
      .def("summary", &Project::summary);
}

/// Those of the classifiers.
template <class Classifier>
nb::class_<Classifier> bind_classifier(nb::module_& m, const char* name) {
  return bind_project<Classifier>(m, name)
      .def("evaluate",
           [](const Classifier& self, const std::filesystem::path& path) {
             nb::gil_scoped_release release;
             const Evaluation evaluation = self.evaluate(path);
             const nb::gil_scoped_acquire gil;
             return evaluation_dict(evaluation);
           })
      .def("export_tflite_micro",
           [](const Classifier& self, const std::string& quantization, const std::string& target,
              int64_t arena, bool optimize_for_size) {
             return self.export_tflite_micro({quantization, target, arena, optimize_for_size});
           })
      .def("deploy_to_arduino", &Classifier::deploy_to_arduino, nb::call_guard<nb::gil_scoped_release>())
      .def("labels", &Classifier::labels);
}

void bind_model(nb::module_& m);
void bind_audio(nb::module_& m);
void bind_sensors(nb::module_& m);
void bind_anomalies(nb::module_& m);
void bind_images(nb::module_& m);
void bind_optimizer(nb::module_& m);

}  // namespace tinyml::python
