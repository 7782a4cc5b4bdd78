import { Library } from "./Library";
import { Notice } from "./Notice";
import { Products } from "./Products";
import { Purchase } from "./Purchase";
import { shop, useAnswer } from "./shop";
import { SignIn } from "./SignIn";

export function App() {
  const [answer, askAgain] = useAnswer(shop.session);
  const session = answer?.data?.active ? answer.data : null;

  async function signOut() {
    await shop.signOut();
    askAgain();
  }

  return (
    <>
      <header>
        <h1>My shop</h1>
        {session && <button onClick={signOut}>Sign out</button>}
      </header>
      <Purchase onComplete={askAgain} />
      <h2>Products</h2>
      <Products />
      <h2>Your library</h2>
      {answer?.error && <Notice problem={answer.error} retry={askAgain} />}
      {session && <Library session={session} />}
      {/* A purchase opens its own files; a code by mail opens everything that was bought with the address. */}
      {answer?.data && session?.scope !== "account" && <SignIn onSignedIn={askAgain} />}
    </>
  );
}
