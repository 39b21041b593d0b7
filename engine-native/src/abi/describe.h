#pragma once

#include <string>

namespace weir::abi {

// The text of weir_abi_describe.
std::string describe_abi();

}  // namespace weir::abi
