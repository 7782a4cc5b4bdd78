import type { Problem } from "polar-storefront";
import { useActionState, useState } from "react";
import { Notice } from "./Notice";
import { shop } from "./shop";

// The mail also has a link to this page, which ends in `#sign-in?code=…`.
const codeFromMail = new URLSearchParams(location.hash.split("?")[1]).get("code");

/** Signing in without a password: the buyer enters an e-mail address, then the code that the shop sends to it. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const [hasCode, setHasCode] = useState(codeFromMail !== null || shop.pendingSignIn() !== null);
  if (!hasCode) return <AskForCode onSent={() => setHasCode(true)} />;
  return <EnterCode onSignedIn={onSignedIn} onRestart={() => setHasCode(false)} />;
}

function AskForCode({ onSent }: { onSent: () => void }) {
  const [problem, send, isSending] = useActionState<Problem | null, FormData>(async (_, form) => {
    const { error } = await shop.signIn(String(form.get("email")));
    if (!error) onSent();
    return error;
  }, null);
  return (
    <form action={send} className="sign-in">
      <p>To see everything you bought, sign in with the e-mail address you bought with. You need no password.</p>
      <label>E-mail address <input name="email" type="email" autoComplete="email" required /></label>
      <button disabled={isSending}>Send me a code</button>
      {problem && <Notice problem={problem} />}
    </form>
  );
}

function EnterCode({ onSignedIn, onRestart }: { onSignedIn: () => void; onRestart: () => void }) {
  const [problem, signIn, isSending] = useActionState<Problem | null, FormData>(async (_, form) => {
    const { error } = await shop.verify(String(form.get("code")));
    if (!error) onSignedIn();
    return error;
  }, null);
  return (
    <form action={signIn} className="sign-in">
      <p>If you have bought here with this address, a code is in your mailbox in a moment. It works in this browser only.</p>
      <label>Code from the mail <input name="code" defaultValue={codeFromMail ?? ""} autoComplete="one-time-code" required /></label>
      <button disabled={isSending}>Sign in</button>
      <button type="button" onClick={onRestart}>Send a new code</button>
      {problem && <Notice problem={problem} />}
    </form>
  );
}
