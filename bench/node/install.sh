#!/bin/bash
# Installs and bundles the Node peer: Node.js 24 and the libraries by npm, and cmake, with which AWS's runtime client
# builds its native part, below target.
set -euo pipefail
cd "$(dirname "$0")"

tools=../../target/bench-tools
[ -x "$tools/bin/cmake" ] || {
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check cmake==4.2.1
}
PATH="$(cd "$tools/bin" && pwd):$PATH" npm ci --no-audit --no-fund
npm run --silent build
