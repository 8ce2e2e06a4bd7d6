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
#include <optional>
#include <string>

#include "tinyml/base/error.h"
#include "tinyml/base/progress.h"
#include "tinyml/project/classifier_net.h"

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

/// Binds SensorClassifier as _SensorClassifier's core.
void bind_sensors(nb::module_& m);
void bind_anomalies(nb::module_& m);

}  // namespace tinyml::python
