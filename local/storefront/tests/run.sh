#!/bin/sh
# Walks through the whole shop in a browser; needs Node.js 20, Chromium and Cargo. Options go to `node --test`.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --no-audit --no-fund
exec node run.js "$@"
