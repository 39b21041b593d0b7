#include "weir/weir.h"

extern "C" int32_t weir_abi_version(void) noexcept { return WEIR_ABI_VERSION; }
