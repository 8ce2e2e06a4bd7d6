// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/models/inspect.h"

#include "tinyml/project/models/int8_net.h"
#include "tinyml/project/program.h"

namespace tinyml::project {

report::Inspection inspect(const std::filesystem::path& path, const std::string& board) {
  const Program program = load_program(path, board);
  report::InspectOptions options;
  options.path = path.string();
  options.features = program.features;
  options.board = program.board;
  if (!std::filesystem::is_directory(path))
    options.file_bytes = static_cast<int64_t>(std::filesystem::file_size(path));
  return inspect_net(program.net, options);
}

report::Inspection inspect_net(const Graph& net, report::InspectOptions options) {
  const FoldedNet made = fold_where_quantized(net);
  if (made.folded) {
    options.notes.push_back(
        "a file of QuantizeLinear and DequantizeLinear, shown as boards run it: in int8, with int8 inputs "
        "and "
        "outputs");
  } else if (!made.obstacle.empty()) {
    options.notes.push_back("its QuantizeLinear and DequantizeLinear do not make int8 layers: " +
                            made.obstacle);
  }
  return report::inspect(made.graph, options);
}

}  // namespace tinyml::project
