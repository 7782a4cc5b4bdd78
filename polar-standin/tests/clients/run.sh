#!/bin/sh
# Drives the stand-in with Polar's own clients; needs npm, Python 3.11 and Cargo, and installs the rest, Node.js 22 too.
set -eu
cd "$(dirname "$0")"
python=$(cd ../../.. && pwd)/target/polar-clients
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error
[ -x "$python/bin/pip" ] || python3 -m venv "$python"
"$python/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt
export PATH="$PWD/node_modules/.bin:$python/bin:$PATH"
exec node run.js
