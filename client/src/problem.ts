import type { components } from "./openapi.js";

type Schemas = components["schemas"];

/** What was wrong with one field of a request. */
export type Refused = Schemas["Refused"];
/** A file to choose among several of a product. */
export type FileChoice = Schemas["FileChoice"];

/**
 * The kinds of failure that no answer of the shop's names: no answer at all, none in time, one that is not the shop's, and a request
 * that its caller aborted.
 */
export type OwnCode = "network" | "timeout" | "unexpected_answer" | "aborted";

interface Words {
  /** The kind of problem in a few English words. */
  title: string;
  /** What happened and what to do next, in English. */
  detail: string;
  /** The HTTP status; 0 without an answer. */
  status: number;
  /** What the shop's log calls the request. */
  requestId: string | null;
  /** Seconds until a repeat may succeed, where the shop said so. */
  retryAfter: number | null;
}

/** Why a request was refused or failed; `code` tells the kinds apart. */
export type Problem =
  | (Words & { code: "rejected" | "invalid_request"; errors: Refused[] })
  | (Words & { code: "file_required"; files: FileChoice[] })
  | (Words & { code: Exclude<Schemas["Code"], "rejected" | "invalid_request" | "file_required"> | OwnCode });

/** What was asked for, or why there is none. */
export type Result<T> = { data: T; error: null } | { data: null; error: Problem };

export const ok = <T>(data: T): Result<T> => ({ data, error: null });

export const failed = (error: Problem): { data: null; error: Problem } => ({ data: null, error });

export function ownProblem(code: OwnCode, title: string, status = 0): Problem {
  return { code, title, detail: title, status, requestId: null, retryAfter: null };
}

/** Whether the same request may succeed a little later. */
export function isTemporary({ code, status, retryAfter }: Problem): boolean {
  if (code === "download_limit_reached" || code === "aborted") return false;
  return status === 0 || status === 429 || status >= 500 || retryAfter !== null;
}
