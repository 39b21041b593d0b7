#include "abi/describe.h"

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <type_traits>

#include "abi/table.h"
#include "weir/weir.h"

namespace weir::abi {
namespace {

template <typename T>
std::string type_name() {
  if constexpr (std::is_array_v<T>) {
    return type_name<std::remove_extent_t<T>>() + "[" + std::to_string(std::extent_v<T>) + "]";
  } else if constexpr (std::is_pointer_v<T>) {
    return "ptr";
  } else if constexpr (std::is_void_v<T>) {
    return "void";
  } else if constexpr (std::is_same_v<T, char>) {
    return "i8";
  } else if constexpr (std::is_floating_point_v<T>) {
    return sizeof(T) == 4 ? "f32" : "f64";
  } else {
    static_assert(std::is_integral_v<T> && (sizeof(T) == 4 || sizeof(T) == 8), "not a type that may cross the ABI");
    return (std::is_signed_v<T> ? "i" : "u") + std::to_string(8 * sizeof(T));
  }
}

template <typename Result, typename... Arguments>
std::string signature(Result (*)(Arguments...) noexcept) {
  std::string arguments;
  ((arguments += (arguments.empty() ? "" : ",") + type_name<Arguments>()), ...);
  return type_name<Result>() + "(" + arguments + ")";
}

// No struct has padding, so fields that add up to less than their struct show one that table.h forgot, and a layout that another
// compiler could see otherwise.
template <typename T>
constexpr size_t listed_bytes() {
  size_t bytes = 0;
#define WEIR_STRUCT(type)
#define WEIR_FIELD(type, field) bytes += std::is_same_v<T, type> ? sizeof(type::field) : 0;
  WEIR_STRUCTS(WEIR_STRUCT, WEIR_FIELD)
#undef WEIR_STRUCT
#undef WEIR_FIELD
  return bytes;
}
#define WEIR_STRUCT(type) static_assert(listed_bytes<type>() == sizeof(type), #type " has a field that abi/table.h lacks, or padding");
#define WEIR_FIELD(type, field)
WEIR_STRUCTS(WEIR_STRUCT, WEIR_FIELD)
#undef WEIR_STRUCT
#undef WEIR_FIELD

}  // namespace

std::string describe_abi() {
  std::ostringstream out;
#define WEIR_STRUCT(type) out << "struct " #type " " << sizeof(type) << '\n';
#define WEIR_FIELD(type, field) \
  out << "field " #type "." #field " " << offsetof(type, field) << ' ' << type_name<decltype(type::field)>() << '\n';
  WEIR_STRUCTS(WEIR_STRUCT, WEIR_FIELD)
#undef WEIR_STRUCT
#undef WEIR_FIELD
#define WEIR_FUNCTION(function) out << "function " #function " " << signature(&function) << '\n';
  WEIR_FUNCTIONS(WEIR_FUNCTION)
#undef WEIR_FUNCTION
#define WEIR_CONSTANT(constant) out << "constant " #constant " " << constant << '\n';
  WEIR_CONSTANTS(WEIR_CONSTANT)
#undef WEIR_CONSTANT
  return out.str();
}

}  // namespace weir::abi
