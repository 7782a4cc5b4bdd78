import type { Problem } from "../client.js";
import type { Format } from "./format.js";

export interface Explanation {
  title: string;
  text: string;
  /** Whether signing in helps. */
  signIn?: boolean;
}

export type ProblemWords = {
  [Code in Problem["code"]]?: [title: string, text?: string];
} & {
  /** What the others are called: the shop's own words are English. */
  other: (problem: Problem) => [title: string, text: string];
  later: string;
  after: (time: string) => string;
};

const SIGN_IN_HELPS = /^(unauthenticated|order_scope|already_claimed|claim_window_over)$/;
/** Waits below are not worth a sentence, in seconds. */
const LONG_WAIT = 5;

/** A problem in the words of a language: what happened, and what to do next. */
export function explain(problem: Problem, words: ProblemWords, format: Format): Explanation {
  const { code, retryAfter } = problem;
  const [title, text = words.later] = words[code] ?? words.other(problem);
  const isLong = retryAfter !== null && retryAfter >= LONG_WAIT && code !== "download_limit_reached";
  const when = isLong ? ` ${words.after(format.time(Date.now() + retryAfter * 1000))}` : "";
  return { title, text: text + when, signIn: SIGN_IN_HELPS.test(code) };
}
