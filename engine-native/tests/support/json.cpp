#include "support/json.h"

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace weir::testing {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Json document() {
    Json all = value();
    if (peek() != '\0') refuse("something behind the document");
    return all;
  }

 private:
  static constexpr int kDepthMax = 64;

  [[noreturn]] void refuse(const std::string& why) const { throw std::runtime_error("JSON: " + why + " at byte " + std::to_string(at_)); }

  // The next character that is no space; 0 at the end.
  char peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char wanted) {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) refuse(std::string("no '") + wanted + "'");
  }
  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  Json value() {
    if (++depth_ > kDepthMax) refuse("deeper than " + std::to_string(kDepthMax));
    Json out = undeepened();
    --depth_;
    return out;
  }

  Json undeepened() {
    switch (peek()) {
      case '{': return object();
      case '[': return array();
      case '"': return Json(string());
      default: break;
    }
    if (take_word("true")) return Json(true);
    if (take_word("false")) return Json(false);
    if (take_word("null")) return {};
    return number();
  }

  Json object() {
    Json::Object fields;
    expect('{');
    if (take('}')) return Json(std::move(fields));
    do {
      if (peek() != '"') refuse("no name of a field");
      std::string name = string();
      expect(':');
      fields.insert_or_assign(std::move(name), value());
    } while (take(','));
    expect('}');
    return Json(std::move(fields));
  }

  Json array() {
    Json::Array items;
    expect('[');
    if (take(']')) return Json(std::move(items));
    do items.push_back(value());
    while (take(','));
    expect(']');
    return Json(std::move(items));
  }

  Json number() {
    const std::string digits(text_.substr(at_, text_.find_first_not_of("+-.0123456789eE", at_) - at_));
    char* end = nullptr;
    const double parsed = std::strtod(digits.c_str(), &end);
    if (digits.empty() || *end != '\0') refuse("no value");
    at_ += digits.size();
    return Json(parsed);
  }

  // Of escapes beyond ASCII the names and settings of models have no need.
  std::string string() {
    std::string out;
    expect('"');
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') {
        out += text_[at_];
        continue;
      }
      constexpr std::string_view kEscapes = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
      const size_t which = ++at_ < text_.size() ? kEscapes.find(text_[at_]) : std::string_view::npos;
      if (which == std::string_view::npos) refuse("an escape that is not understood");
      out += kMeant[which];
    }
    expect('"');
    return out;
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Json Json::parse(std::string_view text) { return Parser(text).document(); }

Json Json::read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return parse(text);
}

bool Json::has(const std::string& name) const {
  const Object& fields = object();
  const auto found = fields.find(name);
  return found != fields.end() && !std::holds_alternative<std::monostate>(found->second.value_);
}

const Json& Json::at(const std::string& name) const {
  if (!has(name)) throw std::runtime_error("there is no \"" + name + "\"");
  return object().at(name);
}

}  // namespace weir::testing
