"""What schemathesis cannot know: who asks, and that a checkout has to be paid at Polar before it opens a session."""

import os

import schemathesis

from buyer import Buyer, read

FOREST = "0b000004-0000-4000-8000-000000000004"
KIND, SHOP = os.environ["BUYER"], os.environ["SHOP_URL"]
# The shop lets a network ask for 20 codes an hour, and the generated requests use some of them.
MOST_SIGN_INS = 5
HANDS_OUT = {"createCheckout", "createSession", "createLogin", "verifyLogin", "deleteSession", "deleteSessions"}

buyer = Buyer(SHOP, "bearer" if KIND == "bearer" else "cookie")
arrivals = 0


def arrive():
    """Gets the buyer a session, each time as another customer: an address may not ask for many codes."""
    global arrivals
    arrivals += 1
    email = f"buyer-{arrivals}@recordings-mail.net"
    buyer.leave()
    if KIND != "anonymous":
        buyer.buy(FOREST, email)
    if KIND == "account":
        buyer.sign_in(email)


def could_not_come_back(case):
    """Whether a request may end the last session that the buyer can get."""
    return case.method == "DELETE" and KIND == "account" and arrivals >= MOST_SIGN_INS


arrive()


@schemathesis.auth(refresh_interval=None)
class Credentials:
    def get(self, case, context):
        return {} if could_not_come_back(case) else buyer.credentials()

    def set(self, case, credentials, context):
        case.headers = {**(case.headers or {}), **credentials, "Origin": SHOP}


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.definition.raw["operationId"]
    if operation == "createCheckout" and response.status_code == 201:
        buyer.pay(response.json())
    if operation in HANDS_OUT:
        buyer.learn(response.headers.get("set-cookie", []), read(response))
    if case.method == "DELETE" and response.status_code == 204:
        arrive()
