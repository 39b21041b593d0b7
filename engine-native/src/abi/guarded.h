// What every exported function is made of: no exception leaves, sized structs are the library's own, text goes into the caller's buffer.
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <system_error>

#include "runtime/error.h"
#include "weir/weir.h"

namespace weir::abi {

// Fills the caller's error, if there is one, with one line of at most WEIR_ERROR_MESSAGE_BYTES - 1 bytes, cut between characters.
int32_t report(weir_error* error, int32_t status, const char* message) noexcept;

// The one place where exceptions become statuses.
template <typename Body>
int32_t guarded(weir_error* error, const Body& body) noexcept {
  try {
    body();
    return WEIR_OK;
  } catch (const Error& failure) {
    return report(error, failure.status(), failure.what());
  } catch (const std::bad_alloc&) {
    return report(error, WEIR_OUT_OF_MEMORY, "the process cannot get more memory");
  } catch (const std::system_error& failure) {  // a thread that cannot be started
    return report(error, WEIR_OUT_OF_MEMORY, failure.what());
  } catch (const std::exception& failure) {
    return report(error, WEIR_DEVICE_ERROR, failure.what());
  } catch (...) {
    return report(error, WEIR_DEVICE_ERROR, "unknown failure");
  }
}

template <typename T>
const T& sized(const T* value, const char* name) {
  require(value != nullptr, name, " is null");
  require(value->struct_bytes == sizeof(T), name, ".struct_bytes: ", value->struct_bytes, " is not the library's ", sizeof(T),
          "; caller and library were built from different versions of weir.h");
  return *value;
}

template <typename T>
T& output(T* value, const char* name) {
  require(value != nullptr, name, " is null");
  return *value;
}

void write_text(const std::string& value, char* buffer, int64_t capacity, int64_t* required);

}  // namespace weir::abi
