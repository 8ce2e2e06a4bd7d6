// SPDX-License-Identifier: Apache-2.0
// Any text is either recordings of finite values on a clock that ascends, which go to a fixed rate, or
// refused with a one-line error that names the file.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tinyml/base/error.h"
#include "tinyml/data/sensor_csv.h"

namespace {

namespace data = tinyml::data;

void check(const data::SensorRecording& recording) {
  if (recording.channels.empty() || recording.values.size() % recording.channels.size() != 0) std::abort();
  for (const float value : recording.values) {
    if (!std::isfinite(value)) std::abort();
  }
  size_t end = 0;
  for (const data::LabelInterval& interval : recording.intervals) {
    if (interval.begin < end || interval.end <= interval.begin) std::abort();
    end = interval.end;
  }
  if (end > recording.samples()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const data::BackwardClock backward :
       {data::BackwardClock::error, data::BackwardClock::drop, data::BackwardClock::split}) {
    try {
      data::SensorCsvOptions options;
      options.backward_clock = backward;
      for (const data::TimedRecording& timed : data::parse_sensor_csv(text, "fuzz.csv", options)) {
        check(timed.recording);
        if (timed.recording.samples() == 0) std::abort();
        for (size_t i = 1; i < timed.times_s.size(); ++i) {
          if (timed.times_s[i] < timed.times_s[i - 1]) std::abort();
        }
        const double rate_hz = data::measured_rate_hz(timed);
        if (rate_hz == 0) continue;
        for (const double wanted : {0.0, rate_hz * 0.7, rate_hz * 1.3}) {
          for (const data::SensorRecording& piece :
               data::to_fixed_rate(timed, {wanted, 10, data::Gaps::split})) {
            check(piece);
            if (piece.samples() == 0) std::abort();
          }
        }
      }
    } catch (const tinyml::Error& error) {
      const std::string_view message = error.what();
      if (message.find('\n') != std::string_view::npos || message.substr(0, 8) != "fuzz.csv") std::abort();
    }
  }
  return 0;
}
