"""Runs schemathesis against the local shop, once for each kind of buyer, two at a time; options go to schemathesis."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from buyer import ROOT, Shop

HERE = Path(__file__).parent
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# Who asks: nobody; who has claimed an order; who has signed in with a code; a page of another site.
BUYERS = ["anonymous", "order", "account", "bearer"]
SETTINGS = {
    # Generated requests come faster than any buyer's.
    "POLAR_CALLS_PER_SESSION": "1000000",
    "POLAR_CALLS_PER_NETWORK": "1000000",
}


def run(kind):
    """Runs schemathesis against a shop of its own."""
    with Shop(ALLOW_BEARER=str(kind == "bearer").lower(), **SETTINGS) as shop:
        command = [SCHEMATHESIS, "run", ROOT / "openapi.json", "--url", shop.url, *sys.argv[1:]]
        buyer = {"BUYER": kind, "SHOP_URL": shop.url, "SCHEMATHESIS_HOOKS": "hooks"}
        return subprocess.run(command, cwd=HERE, env={**os.environ, **buyer}, capture_output=True, text=True)


with ThreadPoolExecutor(max_workers=2) as pool:
    results = dict(zip(BUYERS, pool.map(run, BUYERS)))
for kind, result in results.items():
    print(f"\n=== {kind}: {'FAILED' if result.returncode else 'no failure'}", result.stdout.split("\n\n")[-1].strip(), sep="\n")
    if result.returncode:
        print(result.stdout, result.stderr, sep="\n")
sys.exit(any(result.returncode for result in results.values()))
