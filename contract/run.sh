#!/bin/sh
# Holds the local shop to openapi.json with tools from elsewhere; needs Cargo, npm and Python 3.11, and installs the rest.
set -eu
cd "$(dirname "$0")"
python=../target/contract
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error
[ -x "$python/bin/pip" ] || python3 -m venv "$python"
"$python/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt

npx redocly lint ../openapi.json
npx openapi-typescript ../openapi.json --output generated/openapi.ts
npx tsc --project .
[ -n "${SHOP_PROGRAM:-}" ] || cargo build --quiet --package polar-storefront
"$python/bin/python" run.py "$@"
