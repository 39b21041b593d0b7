#!/usr/bin/env bash
# The library's dynamic symbols are the functions that weir.h declares: exports_test.sh LIBRARY HEADER
set -euo pipefail
exported=$(nm --dynamic --defined-only "$1" | awk '{ print $NF }' | sort)
declared=$(grep -oE '\bweir_[a-z_]+\(' "$2" | tr -d '(' | sort -u)
diff <(echo "$declared") <(echo "$exported") || { echo "FAIL  < only in weir.h, > only exported"; exit 1; }
