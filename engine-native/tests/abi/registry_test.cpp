// Handles that are stale, foreign or made up are told from live ones, whatever their bits.
#include "abi/registry.h"

#include <memory>
#include <string>
#include <vector>

#include "check.h"
#include "support/tiny_model.h"

namespace weir::testing {
namespace {

using Models = abi::Registry<int, abi::HandleType::model, 3>;
using Sessions = abi::Registry<int, abi::HandleType::session, 3>;

template <typename Table>
bool is_stale(const Table& table, uint64_t handle) {
  try {
    table.find(handle);
    return false;
  } catch (const Error& error) {
    return error.status() == WEIR_STALE_HANDLE;
  }
}

}  // namespace

TEST(registry, a_handle_of_another_type_is_stale_though_slot_and_generation_agree) {
  Models models;
  Sessions sessions;
  const uint64_t model = models.add(std::make_shared<int>(1));
  const uint64_t session = sessions.add(std::make_shared<int>(2));
  CHECK_EQ(model << 8, session << 8);  // they differ in their type alone
  CHECK(is_stale(models, session));
  CHECK(is_stale(sessions, model));
  CHECK(models.remove(session) == nullptr);
  CHECK_EQ(*models.find(model), 1);
  CHECK_EQ(*sessions.find(session), 2);
}

TEST(registry, a_slot_is_used_again_under_a_new_number) {
  Models models;
  const uint64_t first = models.add(std::make_shared<int>(1));
  CHECK_EQ(*models.remove(first), 1);
  const uint64_t second = models.add(std::make_shared<int>(2));
  CHECK(first != second);
  CHECK(is_stale(models, first));
  CHECK(models.remove(first) == nullptr);
  CHECK(models.find_unless_released(first) == nullptr);
  CHECK_EQ(*models.find_unless_released(second), 2);
}

TEST(registry, what_was_found_lives_on_when_its_handle_is_released) {
  Models models;
  const uint64_t handle = models.add(std::make_shared<int>(5));
  const std::shared_ptr<int> found = models.find(handle);
  models.remove(handle);
  CHECK_EQ(*found, 5);
  CHECK_EQ(models.live_count(), 0);
}

TEST(registry, is_bounded_and_says_so) {
  Models models;
  for (int i = 0; i < 3; ++i) models.add(std::make_shared<int>(i));
  std::string message;
  try {
    models.add(std::make_shared<int>(3));
  } catch (const Error& error) {
    CHECK_EQ(error.status(), WEIR_OUT_OF_MEMORY);
    message = error.what();
  }
  CHECK_EQ(message, std::string("there are 3 live models already; destroy one first"));
  CHECK_EQ(models.live_count(), 3);
}

TEST(registry, random_numbers_are_no_handles) {
  Models models;
  const uint64_t handle = models.add(std::make_shared<int>(1));
  Random random(51);
  for (int i = 0; i < 100000; ++i) {
    const uint64_t made_up = i % 2 == 0 ? random.next() : handle ^ (uint64_t{1} << random.below(64));
    if (made_up != handle) CHECK(is_stale(models, made_up));
  }
  CHECK(is_stale(models, 0));
}

}  // namespace weir::testing

TEST_MAIN()
