"""A buyer of the local shop: buys at the stand-in for Polar, signs in with the code from the outbox."""

import json
import re
import subprocess
import tempfile
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent
EMAIL = "ada@recordings-mail.net"
PATIENCE = 60


class Shop:
    """`cargo run` on free ports, with nothing kept."""

    def __init__(self, **settings):
        self.settings = settings

    def __enter__(self):
        folder = tempfile.TemporaryDirectory()
        ready = Path(folder.name) / "ready.json"
        command = [ROOT / "target/debug/polar-storefront", "--port", "0", "--memory", "--ready-file", ready]
        self.process = subprocess.Popen(command, env={"LOG_LEVEL": "warn", **self.settings})
        self.url = wait_for(lambda: ready.exists() and json.loads(ready.read_text())["shop"])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(PATIENCE)


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > end:
            raise TimeoutError("the shop is not ready")
        time.sleep(0.05)
    return found


class Buyer:
    def __init__(self, shop, transport="cookie"):
        self.shop, self.transport, self.browser_key, self.token = shop, transport, None, None
        self.session = requests.Session()
        # The cookies' names demand https, which the local shop has not; so they travel by hand.
        self.cookies = {}

    def call(self, method, path, body=None):
        headers = self.credentials()
        answer = self.session.request(method, self.shop.url + path, json=body, headers=headers)
        self.cookies.update({cookie.name: cookie.value for cookie in answer.cookies})
        self.session.cookies.clear()
        return answer

    def credentials(self):
        """The headers by which the shop knows this buyer."""
        headers = {"Origin": self.shop.url}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.browser_key:
            headers["Browser-Key"] = self.browser_key
        return headers

    def begin(self, product):
        checkout = self.call("POST", "/api/checkout", {"products": [product], "transport": self.transport}).json()
        self.browser_key = checkout.get("browserKey", self.browser_key)
        return checkout

    def pay(self, checkout):
        page = requests.get(checkout["url"]).text
        secret = re.search(r'"client_secret":\s*"([^"]+)"', page)[1]
        polar = checkout["url"].split("/", 3)[:3]
        confirmation = {
            "customer_email": EMAIL, "customer_name": "Ada",
            "confirmation_token_id": "ctoken_1_good", "customer_billing_address": {"country": "DE"},
        }
        answer = requests.post("/".join(polar) + f"/v1/checkouts/client/{secret}/confirm", json=confirmation)
        answer.raise_for_status()

    def claim(self, checkout):
        wanted = {"checkoutId": checkout["checkoutId"], "transport": self.transport}

        def claimed():
            answer = self.call("POST", "/api/session", wanted)
            return answer.status_code == 201 and answer

        self.token = wait_for(claimed).json().get("token")

    def buy(self, product):
        checkout = self.begin(product)
        self.pay(checkout)
        self.claim(checkout)
        return checkout

    def sign_in(self):
        begun = self.call("POST", "/api/login", {"email": EMAIL, "transport": self.transport}).json()
        self.browser_key = begun.get("browserKey", self.browser_key)

        def mailed():
            return re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", requests.get(self.shop.url + "/outbox").text)

        code = wait_for(mailed)[0]
        answer = self.call("POST", "/api/login/verify", {"code": code, "transport": self.transport})
        self.token = answer.json().get("token")
