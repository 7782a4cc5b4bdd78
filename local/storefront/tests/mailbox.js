// A customer's mailbox: the mails to one address among those that the shop's page /outbox shows.

import assert from "node:assert/strict";
import { shopUrl } from "./browser.js";

const CODE = /^ *([0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4})$/m;
const MOST_LOOKS = 300;

/** Opens the mailbox in another tab of the page's browser; `next` waits for a new mail and answers its `{code, link}`. */
export async function openMailbox(page, address, shop = shopUrl) {
  const outbox = await page.context().newPage();
  const mails = outbox.locator("article.mail").filter({ has: outbox.locator(".to", { hasText: address }) });
  await outbox.goto(`${shop}/outbox`);
  let seen = await mails.count();
  return { next };

  async function next() {
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      await outbox.reload();
      if (await mails.count() > seen) return read(mails.first());
    }
    assert.fail("no mail came");
  }

  async function read(mail) {
    seen = await mails.count();
    const link = await mail.frameLocator("iframe").getByRole("link").getAttribute("href");
    return { code: CODE.exec(await mail.locator("pre").textContent())[1], link };
  }
}
