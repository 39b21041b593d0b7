// Whole models against what other implementations made of them (expected.json): on the CPU in float32, on the CPU as they are stored, and on a device. The models are
// those of the repository's own tests, and those of third-party test data where there are some: in WEIR_TESTDATA/models, or ../shared/testdata/models of the repository.
//
// The error of a row of logits is its largest absolute difference over the largest expected magnitude. Tokens are chosen greedily, and each step goes on with the
// expected one: it has to be the likeliest but for what the bound allows, since two that are as likely as each other may change places within it.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "device_testing.h"
#include "support/json.h"
#include "support/model_directory.h"
#include "support/sequences.h"
#include "support/steps.h"

namespace weir::testing {
namespace {

struct Case {
  std::vector<int32_t> prompt, argmax, greedy;  // after each of the prompt's tokens; from its last on
  std::vector<double> last_logits;
};

template <typename Number>
std::vector<Number> numbers(const Json& array) {
  std::vector<Number> out;
  for (const Json& number : array.array()) out.push_back(static_cast<Number>(number.number()));
  return out;
}

std::vector<Case> cases_of(const std::filesystem::path& directory) {
  std::vector<Case> cases;
  const Json expected = Json::read(directory / "expected.json");
  for (const Json& one : expected.at("cases").array()) {
    cases.push_back({numbers<int32_t>(one.at("prompt_ids")), numbers<int32_t>(one.at("argmax_per_position")), numbers<int32_t>(one.at("greedy_8")),
                     numbers<double>(one.at("last_logits"))});
  }
  return cases;
}

struct Backend {
  const char* name;
  int32_t device, isa, dtype;
  double error_max;
  double sparse_error_max;  // of models with experts
};

// BF16 has eight significant bits. The CPU rounds keys and values alone to it, where the cache holds them so (docs/models.md); a device rounds what every product reads
// (measured on the emulated one: 3e-3 to 1.2e-2). Where a router is in doubt between two experts by less than that, it may choose the other one.
constexpr Backend kBackends[] = {
    {"cpu, float32, reference", WEIR_DEVICE_CPU, WEIR_ISA_REFERENCE, WEIR_DTYPE_F32, 1e-5, 1e-5},
    {"cpu, as stored", WEIR_DEVICE_CPU, WEIR_ISA_AUTO, WEIR_DTYPE_AUTO, 1e-2, 1e-2},
    {"device", WEIR_DEVICE_CUDA, WEIR_ISA_AUTO, WEIR_DTYPE_AUTO, 3e-2, 1e-1},
};

// All cases of a model at once, as a batch.
class Walk {
 public:
  Walk(const ModelDirectory& model, const std::vector<Case>& cases, const Backend& backend)
      : cases_(cases), backend_(backend), loaded_(model.config(), model.source(), backend.dtype), session_(loaded_.handle, session_for(backend)),
        vocab_size_(model.config().vocab_size), error_max_(model.config().expert_count > 0 ? backend.sparse_error_max : backend.error_max) {
    int32_t first_block = 0;
    for (const Case& one : cases) {
      const int32_t tokens = static_cast<int32_t>(one.prompt.size());
      runs_.push_back({one.prompt, 0, blocks_for(tokens + static_cast<int32_t>(one.greedy.size()), first_block), {tokens - 1}});
      first_block += static_cast<int32_t>(runs_.back().blocks.size());
    }
  }

  double largest_error() {
    const StepOutput first = session_.step(runs_, vocab_size_);
    for (size_t c = 0; c < cases_.size(); ++c) check_last(c, first.logits[c]);
    check_tokens(first, 0);
    const size_t steps = cases_.front().greedy.size();
    for (size_t step = 1; step < steps; ++step) {
      for (size_t c = 0; c < cases_.size(); ++c) {
        runs_[c].computed_tokens += static_cast<int32_t>(runs_[c].token_ids.size());
        runs_[c].token_ids = {cases_[c].greedy[step - 1]};
        runs_[c].sample_at = {0};
      }
      check_tokens(session_.step(runs_, vocab_size_), step);
    }
    return largest_error_;
  }

 private:
  static weir_session_config session_for(const Backend& backend) {
    weir_session_config config = small_session();
    config.device = backend.device;
    config.isa = backend.isa;
    return config;
  }

  static double magnitude(const std::vector<double>& logits) {
    double largest = 0;
    for (const double logit : logits) largest = std::max(largest, std::abs(logit));
    return largest;
  }

  void check_last(size_t c, const std::vector<float>& logits) {
    const std::vector<double>& expected = cases_[c].last_logits;
    CHECK_EQ(logits.size(), expected.size());
    double apart = 0;
    for (size_t i = 0; i < expected.size(); ++i) apart = std::max(apart, std::abs(static_cast<double>(logits[i]) - expected[i]));
    const double error = apart / magnitude(expected);
    largest_error_ = std::max(largest_error_, error);
    if (!(error < error_max_)) refuse(c, "its last logits differ by " + std::to_string(error));
    check_likeliest(c, logits, cases_[c].argmax.back(), "after the prompt");
  }

  void check_tokens(const StepOutput& output, size_t step) const {
    for (size_t c = 0; c < cases_.size(); ++c) {
      const std::vector<float>& logits = output.logits[c];
      const auto highest = std::ranges::max_element(logits);
      if (output.token_ids[c] != static_cast<int32_t>(highest - logits.begin())) refuse(c, "what is drawn greedily is not the likeliest");
      check_likeliest(c, logits, cases_[c].greedy[step], "token " + std::to_string(step));
    }
  }

  void check_likeliest(size_t c, const std::vector<float>& logits, int32_t id, const std::string& where) const {
    const double short_of = static_cast<double>(*std::ranges::max_element(logits)) - static_cast<double>(logits[static_cast<size_t>(id)]);
    if (short_of > 2 * error_max_ * magnitude(cases_[c].last_logits)) refuse(c, where + ": " + std::to_string(id) + " is not the likeliest");
  }

  [[noreturn]] void refuse(size_t c, const std::string& why) const { throw Failure(std::string(backend_.name) + ", case " + std::to_string(c) + ": " + why); }

  const std::vector<Case>& cases_;
  const Backend& backend_;
  LoadedModel loaded_;
  OpenSession session_;
  int32_t vocab_size_;
  double error_max_;
  std::vector<Run> runs_;
  double largest_error_ = 0;
};

void check_models(const std::vector<std::filesystem::path>& directories) {
  std::string wrong;
  for (const std::filesystem::path& directory : directories) {
    std::printf("      %-20s", directory.filename().c_str());
    const ModelDirectory model(directory);
    const std::vector<Case> cases = cases_of(directory);
    for (const Backend& backend : kBackends) {
      try {
        std::printf("  %s %.1e", backend.name, Walk(model, cases, backend).largest_error());
      } catch (const std::exception& failure) {
        wrong += "\n    " + directory.filename().string() + ": " + failure.what();
      }
    }
    std::printf("\n");
  }
  if (!wrong.empty()) throw Failure(wrong);
}

}  // namespace

TEST(device_fixtures, of_the_repository_come_out_as_expected) {
  const auto models = model_directories(std::filesystem::path(WEIR_REPOSITORY) / "engine-java/src/test/resources/models");
  CHECK(!models.empty());
  check_models(models);
}

TEST(device_fixtures, of_third_party_test_data_come_out_as_expected) {
  const char* const named = std::getenv("WEIR_TESTDATA");
  const std::filesystem::path root = named != nullptr ? std::filesystem::path(named) : std::filesystem::path(WEIR_REPOSITORY) / "../shared/testdata";
  const auto models = model_directories(root / "models");
  if (models.empty()) std::printf("SKIPPED: no models in %s: set WEIR_TESTDATA to check them\n", (root / "models").c_str());
  check_models(models);
}

}  // namespace weir::testing

CUDA_TEST_MAIN()
