// The test header: named cases, checks that say what differed, and a main that runs all of them or those whose names contain its argument.
//
//   TEST(rms_norm, keeps_the_sign) { CHECK_EQ(a, b); CHECK(c > 0); }
//   TEST_MAIN()
//
// A failed check ends its case, not the program; the exit status is 1 when any case failed.
#pragma once

#include <cstdio>
#include <cstring>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir::testing {

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Case {
  const char* group;
  const char* name;
  void (*body)();
};

inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

struct Registration {
  Registration(const char* group, const char* name, void (*body)()) { cases().push_back({group, name, body}); }
};

inline std::string at(const char* file, int line, const std::string& text) {
  return std::string(file) + ":" + std::to_string(line) + ": " + text;
}

template <typename A, typename B>
void check_eq(const A& actual, const B& expected, const char* text, const char* file, int line) {
  if (actual == expected) return;
  std::ostringstream message;
  message.precision(9);
  message << text << "\n    actual:   " << actual << "\n    expected: " << expected;
  throw Failure(at(file, line, message.str()));
}

inline int run(int argc, char** argv) {
  int failed = 0;
  int ran = 0;
  for (const Case& test : cases()) {
    const std::string name = std::string(test.group) + "." + test.name;
    if (argc > 1 && name.find(argv[1]) == std::string::npos) continue;
    ++ran;
    try {
      test.body();
      std::printf("ok    %s\n", name.c_str());
    } catch (const std::exception& failure) {
      ++failed;
      std::printf("FAIL  %s\n  %s\n", name.c_str(), failure.what());
    }
    std::fflush(stdout);
  }
  std::printf("%d cases, %d failed\n", ran, failed);
  return failed == 0 && ran > 0 ? 0 : 1;
}

}  // namespace weir::testing

#define TEST(group, name)                                                                                            \
  static void group##_##name();                                                                                      \
  static const ::weir::testing::Registration group##_##name##_registration(#group, #name, &group##_##name);          \
  static void group##_##name()

#define CHECK(condition)                                                                                             \
  do {                                                                                                               \
    if (!(condition)) throw ::weir::testing::Failure(::weir::testing::at(__FILE__, __LINE__, #condition));           \
  } while (false)

#define CHECK_EQ(actual, expected)                                                                                   \
  ::weir::testing::check_eq((actual), (expected), #actual " == " #expected, __FILE__, __LINE__)

#define TEST_MAIN()                                                                                                  \
  int main(int argc, char** argv) { return ::weir::testing::run(argc, argv); }
