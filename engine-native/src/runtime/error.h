// The one exception of this library: a WEIR_ status and a line of text that names the thing and the reason. It is thrown where the fault is
// found and becomes a status and a message at the ABI (abi/guarded.h); it never crosses.
#pragma once

#include <cstdint>
#include <exception>
#include <sstream>
#include <string>
#include <utility>

#include "weir/weir.h"

namespace weir {

class Error : public std::exception {
 public:
  Error(int32_t status, std::string message) : status_(status), message_(std::move(message)) {}
  int32_t status() const { return status_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  int32_t status_;
  std::string message_;
};

template <typename... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

template <typename... Parts>
[[noreturn]] void fail(int32_t status, const Parts&... parts) {
  throw Error(status, text(parts...));
}

template <typename... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) [[unlikely]] fail(WEIR_INVALID_ARGUMENT, parts...);
}

}  // namespace weir
