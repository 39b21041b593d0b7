#!/usr/bin/env bash
# Builds the user interface into a folder, unless what is there was built from these very sources. Without npm it says so, and whatever is
# built around it goes without.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
out=$1

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
  echo "weir: npm is missing, so this build has no user interface; on Debian: apt-get install npm" >&2
  exit
fi
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
  echo "weir: Node.js is older than 20 ($(node --version)), so this build has no user interface" >&2
  exit
fi

fingerprint=$(find . -path ./node_modules -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
if [ "$(cat "$out/.built-from" 2>/dev/null)" = "$fingerprint" ]; then
  exit
fi

lock=$(sha256sum package.json package-lock.json)
if [ "$(cat node_modules/.installed-from 2>/dev/null)" != "$lock" ]; then
  npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
  printf '%s' "$lock" >node_modules/.installed-from
fi
rm -rf "$out"
npm run --silent build -- --outDir "$out" --emptyOutDir --logLevel warn
printf '%s' "$fingerprint" >"$out/.built-from"
