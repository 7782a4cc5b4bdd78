// The stand-in's payment page, as a buyer uses it.

/** The cards that it offers: one that is paid, and one that the bank declines. */
export const GOOD_CARD = "4242 4242 4242 4242";
export const DECLINED_CARD = "4000 0000 0000 0002";

/** Fills the page in and pays as `buyer`, the part of an address before the @; a free product asks for no card. */
export async function pay(page, { buyer, card }) {
  await page.getByRole("button", { name: /^Use you@/ }).click();
  const email = page.getByRole("textbox", { name: "E-mail" });
  await email.fill((await email.inputValue()).replace("you", buyer));
  if (card) await page.getByRole("radio", { name: card }).check();
  await page.getByRole("button", { name: /^(Pay|Get it)/ }).click();
}
