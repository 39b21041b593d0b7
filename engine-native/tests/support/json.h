// JSON as the files of models have it, as a tree of values. For tests: it takes what is right and says of the rest where it is wrong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weir::testing {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json>;

  Json() = default;
  template <typename Value>
  explicit Json(Value value) : value_(std::move(value)) {}

  static Json parse(std::string_view text);
  static Json read(const std::filesystem::path& file);

  // Whether an object has the field, and not as null.
  bool has(const std::string& name) const;

  // A field of an object. Throws where there is none.
  const Json& at(const std::string& name) const;

  // The field, or what it means when it is left out or null.
  double number(const std::string& name, double otherwise) const { return has(name) ? at(name).number() : otherwise; }
  int32_t integer(const std::string& name, int32_t otherwise) const { return has(name) ? at(name).integer() : otherwise; }
  bool flag(const std::string& name) const { return has(name) && std::get<bool>(at(name).value_); }
  std::string string(const std::string& name, const std::string& otherwise) const { return has(name) ? at(name).string() : otherwise; }

  double number() const { return std::get<double>(value_); }
  int32_t integer() const { return static_cast<int32_t>(number()); }
  const std::string& string() const { return std::get<std::string>(value_); }
  const Array& array() const { return std::get<Array>(value_); }
  const Object& object() const { return std::get<Object>(value_); }

 private:
  std::variant<std::monostate, bool, double, std::string, Array, Object> value_;  // monostate: null
};

}  // namespace weir::testing
