// SPDX-License-Identifier: Apache-2.0
// The Python package's extension: thin wrappers that turn numpy arrays into spans and back. The classes that
// people use, with their help texts, are in python/tinyml/*.py.
#include <filesystem>

#include "python/module_parts.h"

namespace tinyml::python {
namespace {

/// A path in the message need not be UTF-8.
void set_error(nb::handle type, std::string_view text) {
  const nb::object message =
      nb::steal(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace"));
  PyErr_SetObject(type.ptr(), message.ptr());
}

void translate(const std::exception_ptr& pointer, void* error_type) {
  const nb::handle type(static_cast<PyObject*>(error_type));
  try {
    std::rethrow_exception(pointer);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) {
      // The pending signal raises it, and does not raise it again later.
      if (PyErr_CheckSignals() == 0) PyErr_SetNone(PyExc_KeyboardInterrupt);
      return;
    }
    set_error(type, error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    set_error(type, error.what());
  }
}

}  // namespace
}  // namespace tinyml::python

NB_MODULE(_tinyml, m) {
  namespace nb = nanobind;
  nb::object error_type = nb::exception<tinyml::Error>(m, "Error", PyExc_ValueError);
  nb::register_exception_translator(tinyml::python::translate, error_type.release().ptr());
  tinyml::python::bind_model(m);
  tinyml::python::bind_audio(m);
  tinyml::python::bind_sensors(m);
  tinyml::python::bind_anomalies(m);
  tinyml::python::bind_images(m);
  tinyml::python::bind_optimizer(m);
}
