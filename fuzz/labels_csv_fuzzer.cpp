// SPDX-License-Identifier: Apache-2.0
// Any text is either rows that read back as they were read, or refused with a one-line bad_file.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tinyml/base/error.h"
#include "tinyml/data/labels_csv.h"

namespace {

template <class Body>
void expect_rows_or_error(Body&& body) {
  try {
    body();
  } catch (const tinyml::Error& error) {
    const std::string_view message = error.what();
    if (error.kind() != tinyml::ErrorKind::bad_file || message.find('\n') != std::string_view::npos ||
        message.substr(0, 8) != "fuzz.csv") {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  namespace data = tinyml::data;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  expect_rows_or_error([&] {
    for (const data::LabelRow& row : data::parse_labels_csv(text, "fuzz.csv")) {
      if (row.path.empty() || row.label.empty() || row.line == 0) std::abort();
    }
  });
  expect_rows_or_error([&] {
    std::string written = "first,line\n";
    const std::vector<data::CsvRow> rows = data::parse_csv(text, "fuzz.csv");
    for (const data::CsvRow& row : rows) {
      for (const std::string& field : row.fields) {
        written += (&field == row.fields.data() ? "" : ",") + data::csv_field(field);
      }
      written += row.fields.size() == 1 && row.fields[0].empty() ? "\"\"\n" : "\n";
    }
    const std::vector<data::CsvRow> again = data::parse_csv(written, "fuzz.csv");
    if (again.size() != rows.size() + 1) std::abort();
    for (size_t i = 0; i < rows.size(); ++i) {
      if (again[i + 1].fields != rows[i].fields) std::abort();
    }
  });
  return 0;
}
