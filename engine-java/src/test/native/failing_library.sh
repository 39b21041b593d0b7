#!/bin/sh
# Puts failing_steps.c before a real library: failing_library.sh LIBWEIR OUT
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec cc -std=c17 -Wall -Wextra -Werror -fPIC -shared -I "$here/../../../../engine-native/include" -DREAL_LIBRARY="\"$1\"" \
  -o "$2" "$here/failing_steps.c" -Wl,--no-as-needed "$1" -Wl,-rpath,"$(dirname "$1")" -ldl
