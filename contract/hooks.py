"""What schemathesis cannot know: who asks, and that a checkout has to be paid at Polar before it opens a session."""

import itertools
import os

import schemathesis

from buyer import Buyer, read

FOREST = "0b000004-0000-4000-8000-000000000004"
KIND, SHOP = os.environ["BUYER"], os.environ["SHOP_URL"]
# The shop lets a network ask for 20 codes an hour, and the generated requests use some of them.
MOST_SIGN_INS = 5
HANDS_OUT = {"createCheckout", "createSession", "createLogin", "verifyLogin", "deleteSession", "deleteSessions"}

buyer = Buyer(SHOP, "bearer" if KIND == "bearer" else "cookie")
numbers = itertools.count(1)


def come_back():
    """A signed-out buyer gets a session again, with another address: an address may not ask for many codes."""
    buyer.leave()
    number = next(numbers)
    email = f"buyer-{number}@recordings-mail.net"
    if KIND == "anonymous" or (KIND == "account" and number > MOST_SIGN_INS):
        return
    buyer.buy(FOREST, email)
    if KIND == "account":
        buyer.sign_in(email)


come_back()


@schemathesis.auth(refresh_interval=None)
class Credentials:
    def get(self, case, context):
        return buyer.credentials()

    def set(self, case, credentials, context):
        case.headers = {**(case.headers or {}), **credentials, "Origin": SHOP}


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.definition.raw.get("operationId")
    if operation == "createCheckout" and response.status_code == 201:
        buyer.pay(response.json())
    if operation in HANDS_OUT:
        buyer.learn(response.headers.get("set-cookie", []), read(response))
    if response.request.method == "DELETE" and response.status_code == 204:
        come_back()
