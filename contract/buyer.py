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
        self.process = subprocess.Popen(command, env={"LOG_LEVEL": "warn", **self.settings}, stdout=subprocess.DEVNULL)
        self.url = wait_for(lambda: ready.exists() and json.loads(ready.read_text())["shop"])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(PATIENCE)


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"nothing came within {PATIENCE} s")
        time.sleep(0.05)
    return found


class Buyer:
    """A browser on the shop's page, or with `bearer` on a page of another site."""

    def __init__(self, shop_url, transport="cookie"):
        self.shop_url, self.transport = shop_url, transport
        self.http = requests.Session()
        self.leave()

    def leave(self):
        """Forgets everything, as another browser would."""
        self.cookies, self.browser_key, self.token = {}, None, None

    def credentials(self):
        """The headers by which the shop knows this buyer."""
        # The cookies' names demand https, which the local shop does not have; so they travel by hand.
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers["Authorization"] = self.token and f"Bearer {self.token}"
        headers["Browser-Key"] = self.browser_key
        return {name: value for name, value in headers.items() if value}

    def learn(self, cookies, body):
        """Keeps what an answer hands out, by its `Set-Cookie` lines and its body."""
        for cookie in cookies:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        self.browser_key = body.get("browserKey", self.browser_key)
        self.token = body.get("token", self.token)

    def call(self, method, path, body=None):
        headers = {"Origin": self.shop_url, **self.credentials()}
        answer = self.http.request(method, self.shop_url + path, json=body, headers=headers)
        self.http.cookies.clear()
        self.learn(answer.raw.headers.getlist("set-cookie"), read(answer))
        return answer

    def pay(self, checkout, email=EMAIL):
        """Pays on Polar's page, as its script does."""
        polar, _, secret = checkout["url"].partition("/checkout/")
        confirmation = {
            "customer_email": email,
            # Without these there is no invoice.
            "customer_billing_name": "Ada",
            "customer_billing_address": {"country": "DE", "line1": "Weg 1", "postal_code": "10115", "city": "Berlin"},
            "confirmation_token_id": "ctoken_1_good",
        }
        return requests.post(f"{polar}/v1/checkouts/client/{secret}/confirm", json=confirmation)

    def buy(self, product, email=EMAIL):
        """Buys a product and waits until its files can be downloaded."""
        checkout = self.call("POST", "/api/checkout", {"products": [product], "transport": self.transport}).json()
        self.pay(checkout, email).raise_for_status()
        wanted = {"checkoutId": checkout["checkoutId"], "transport": self.transport}
        wait_for(lambda: self.call("POST", "/api/session", wanted).status_code == 201)
        library = "/api/customer/downloadable-products?status=available"
        wait_for(lambda: read(self.call("GET", library)).get("items"))

    def sign_in(self, email=EMAIL):
        """Signs in with the code from the outbox."""
        outbox = f"{self.shop_url}/outbox"
        codes = lambda: re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", requests.get(outbox).text)
        before = len(codes())
        self.call("POST", "/api/login", {"email": email, "transport": self.transport}).raise_for_status()
        code = wait_for(lambda: len(found := codes()) > before and found[0])
        self.call("POST", "/api/login/verify", {"code": code, "transport": self.transport}).raise_for_status()


def read(answer):
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
