// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "python/dataset_of.h"
#include "python/module_parts.h"
#include "tinyml/project/models/optimizer.h"

namespace tinyml::python {

quantize::Dataset dataset_of(const std::vector<Array>& inputs, const std::vector<int32_t>& classes) {
  quantize::Dataset dataset;
  dataset.count = inputs.empty() ? 0 : inputs[0].shape(0);
  dataset.classes = classes;
  std::vector<std::span<const float>> all;
  for (const Array& array : inputs) all.emplace_back(array.data(), array.size());
  dataset.fill = [all, count = dataset.count](size_t index, size_t input, std::span<float> values) {
    TINYML_CHECK(all.at(input).size() == count * values.size());
    std::copy_n(all[input].data() + index * values.size(), values.size(), values.begin());
  };
  return dataset;
}

namespace {

using namespace nb::literals;
void add_tuning(Options& options, quantize::TuneOptions& tuning) {
  options.add("epochs", tuning.epochs);
  options.add("batch", tuning.batch);
  options.add("learning_rate", tuning.learning_rate);
  options.add("teacher", tuning.teacher);
  options.add("seed", tuning.seed);
}

quantize::OptimizeOptions options_of(const nb::dict& given) {
  quantize::OptimizeOptions made;
  Options options;
  options.add("method", made.method, quantize::parse_method);
  options.add("calibration", made.calibration.method, quantize::parse_calibration);
  options.add("outside", made.calibration.outside);
  options.add("equalize", made.equalize);
  options.add("correct_bias", made.correct_bias);
  options.add("fold_dead_channels", made.fold_dead_channels);
  options.add("least_sqnr_db", made.mixed.least_sqnr_db);
  options.add("most_loss", made.mixed.most_loss);
  add_tuning(options, made.tuning);
  options.apply(given);
  for (const auto& [name, value] : given) quantize::check_option_of(made.method, nb::cast<std::string>(name));
  return made;
}

quantize::PruneOptions prune_options_of(const nb::dict& given) {
  quantize::PruneOptions made;
  Options options;
  options.add("pattern", made.pattern, quantize::parse_pattern);
  options.add("share", made.share);
  options.add("n", made.n);
  options.add("m", made.m);
  add_tuning(options, made.tuning);
  options.apply(given);
  return made;
}

}  // namespace

void bind_optimizer(nb::module_& m) {
  m.def("model_inputs", [](const Model& model) {
    nb::list inputs;
    for (const TensorId id : model.graph().inputs) {
      const Tensor& tensor = model.graph()[id];
      inputs.append(nb::make_tuple(tensor.name, tensor.shape, std::string(name_of(tensor.dtype))));
    }
    return inputs;
  });
  nb::class_<TinyMLOptimizer>(m, "TinyMLOptimizer")
      .def(nb::init<int>(), "threads"_a)
      .def(
          "prune",
          [](TinyMLOptimizer& self, const Model& model, const nb::dict& given,
             const std::vector<Array>& inputs, const std::vector<int32_t>& classes,
             const PythonProgress& progress) {
            quantize::PruneOptions options = prune_options_of(given);
            options.tuning.progress = hook_of(progress);
            const quantize::Dataset dataset = dataset_of(inputs, classes);
            const nb::gil_scoped_release release;
            return self.prune(model, options, dataset);
          },
          "model"_a, "options"_a, "inputs"_a, "classes"_a, "progress"_a.none())
      .def("cluster", &TinyMLOptimizer::cluster, nb::call_guard<nb::gil_scoped_release>())
      .def("low_rank", &TinyMLOptimizer::low_rank, nb::call_guard<nb::gil_scoped_release>())
      .def("equalize", &TinyMLOptimizer::equalize, nb::call_guard<nb::gil_scoped_release>())
      .def("fold_dead_channels", &TinyMLOptimizer::fold_dead_channels,
           nb::call_guard<nb::gil_scoped_release>())
      .def(
          "quantize",
          [](TinyMLOptimizer& self, const Model& model, const nb::dict& given,
             const std::vector<Array>& inputs, const std::vector<int32_t>& classes,
             const PythonProgress& progress) {
            quantize::OptimizeOptions options = options_of(given);
            options.progress = hook_of(progress);
            const quantize::Dataset dataset = dataset_of(inputs, classes);
            std::optional<OptimizedModel> made;
            {
              const nb::gil_scoped_release release;
              made = self.quantize(model, options, dataset);
            }
            return nb::make_tuple(nb::cast(std::move(made->model)), project::to_json(made->report));
          },
          "model"_a, "options"_a, "inputs"_a, "classes"_a, "progress"_a.none());
}

}  // namespace tinyml::python
