// The hosted payment page, as a buyer uses it.

/** A card that is paid, and one that the bank declines. */
export const GOOD_CARD = "4242 4242 4242 4242";
export const DECLINED_CARD = "4000 0000 0000 0002";

/** Fills the page in and pays; a free product asks for no card. */
export async function pay(page, { email, card }) {
  await page.getByLabel(/e-?mail/i).fill(email);
  if (card) await page.getByLabel(/card number/i).fill(card);
  await page.getByRole("button", { name: /pay|get|confirm|subscribe|trial/i }).click();
}
