#include "abi/guarded.h"

#include <cstring>

namespace weir::abi {

int32_t report(weir_error* error, int32_t status, const char* message) noexcept {
  if (error == nullptr) return status;
  error->status = status;
  size_t length = strnlen(message, WEIR_ERROR_MESSAGE_BYTES);
  if (length == WEIR_ERROR_MESSAGE_BYTES) {
    --length;
    while (length > 0 && (static_cast<unsigned char>(message[length]) & 0xc0) == 0x80) --length;  // not inside a UTF-8 character
  }
  for (size_t i = 0; i < length; ++i) {
    const unsigned char byte = static_cast<unsigned char>(message[i]);
    error->message[i] = byte < 0x20 || byte == 0x7f ? '?' : message[i];  // one line, whatever a file's name or a tensor's holds
  }
  error->message[length] = '\0';
  return status;
}

void write_text(const std::string& value, char* buffer, int64_t capacity, int64_t* required) {
  require(required != nullptr, "required is null");
  require(capacity >= 0, "capacity: ", capacity, " is negative");
  require(buffer != nullptr || capacity == 0, "buffer is null, but capacity is ", capacity);
  *required = static_cast<int64_t>(value.size()) + 1;
  if (buffer == nullptr) return;
  require(capacity >= *required, "capacity: ", capacity, " bytes are too few for ", *required);
  std::memcpy(buffer, value.c_str(), value.size() + 1);
}

}  // namespace weir::abi
