// weir_abi_describe says everything that weir.h declares. Sizes and types come from the compiler; what could be forgotten is a name.
#include "abi/describe.h"

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "abi/guarded.h"
#include "check.h"

namespace weir::testing {
namespace {

std::string header() {
  std::ifstream in(WEIR_HEADER);
  std::ostringstream text;
  text << in.rdbuf();
  CHECK(text.str().size() > 1000);
  return text.str();
}

// The second word of every line that begins with `first` and whose third word `third` accepts.
template <typename Accept>
std::set<std::string> named(const std::string& text, const std::string& first, const Accept& third) {
  std::set<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string one, two, three;
    words >> one >> two >> three;
    if (one == first && third(three)) names.insert(two);
  }
  return names;
}

// Every weir_ name that stands before a parenthesis.
std::set<std::string> called(const std::string& text) {
  std::set<std::string> names;
  std::string name;
  for (const char c : text) {
    if (c == '(' && name.rfind("weir_", 0) == 0) names.insert(name);
    const bool part = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    name = part ? name + c : "";
  }
  return names;
}

bool any(const std::string&) { return true; }
bool is_number(const std::string& word) { return !word.empty() && word[0] >= '0' && word[0] <= '9'; }

}  // namespace

TEST(describe, names_every_constant_struct_and_function_of_the_header) {
  const std::string text = abi::describe_abi();
  CHECK(named(text, "constant", any) == named(header(), "#define", is_number));
  CHECK(called(header()) == named(text, "function", any));
  std::set<std::string> structs;  // "typedef struct weir_error {"
  std::istringstream words(header());
  for (std::string word, before; words >> word; before = word) {
    if (before == "struct" && word.rfind("weir_", 0) == 0) structs.insert(word);
  }
  CHECK(named(text, "struct", any) == structs);
}

TEST(describe, gives_sizes_offsets_and_types) {
  const std::string text = abi::describe_abi();
  for (const char* line : {"struct weir_model_config 136\n", "field weir_error.message 4 i8[508]\n", "field weir_tensor.shape 24 i64[4]\n",
                           "field weir_rope.amplitude 12 f32\n", "field weir_model_config.layers 128 ptr\n", "field weir_sampling.seed 0 u64\n",
                           "field weir_step_plan.samples 64 ptr\n", "function weir_abi_version i32()\n",
                           "function weir_model_destroy void(u64)\n", "function weir_session_step i32(u64,ptr,ptr,ptr)\n",
                           "function weir_model_block_bytes i32(u64,i32,i32,i32,ptr,ptr)\n", "constant WEIR_FILE_ERROR 6\n"}) {
    if (text.find(line) == std::string::npos) throw Failure(std::string("missing: ") + line);
  }
}

TEST(report, cuts_a_long_message_between_characters_and_keeps_it_on_one_line) {
  weir_error error{};
  std::string message(WEIR_ERROR_MESSAGE_BYTES - 2, 'a');
  message += "\xc3\xa9\xc3\xa9";  // the first would end beyond the last byte that fits
  CHECK_EQ(abi::report(&error, WEIR_FILE_ERROR, message.c_str()), WEIR_FILE_ERROR);
  CHECK_EQ(std::string(error.message), std::string(WEIR_ERROR_MESSAGE_BYTES - 2, 'a'));
  CHECK_EQ(error.status, WEIR_FILE_ERROR);
  abi::report(&error, WEIR_INVALID_ARGUMENT, "a\nb\x1b[31m");
  CHECK_EQ(std::string(error.message), std::string("a?b?[31m"));
  CHECK_EQ(abi::report(nullptr, WEIR_INVALID_ARGUMENT, "nobody asks"), WEIR_INVALID_ARGUMENT);
}

TEST(guarded, translates_every_exception) {
  weir_error error{};
  CHECK_EQ(abi::guarded(&error, [] {}), WEIR_OK);
  CHECK_EQ(abi::guarded(&error, [] { fail(WEIR_FILE_ERROR, "file ", 7); }), WEIR_FILE_ERROR);
  CHECK_EQ(std::string(error.message), std::string("file 7"));
  CHECK_EQ(abi::guarded(&error, [] { throw std::bad_alloc(); }), WEIR_OUT_OF_MEMORY);
  CHECK_EQ(abi::guarded(&error, [] { throw std::system_error(EAGAIN, std::generic_category(), "thread"); }), WEIR_OUT_OF_MEMORY);
  CHECK_EQ(abi::guarded(&error, [] { throw std::logic_error("a bug"); }), WEIR_DEVICE_ERROR);
  CHECK_EQ(std::string(error.message), std::string("a bug"));
  CHECK_EQ(abi::guarded(&error, [] { throw 5; }), WEIR_DEVICE_ERROR);
}

}  // namespace weir::testing

TEST_MAIN()
