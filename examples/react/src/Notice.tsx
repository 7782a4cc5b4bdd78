import { isTemporary, type Problem } from "polar-storefront";

/** What went wrong, in the buyer's words; the shop's own `detail` is English and good enough for most. */
export function Notice({ problem, retry }: { problem: Problem; retry?: () => void }) {
  return (
    <p className="problem" role="alert">
      {words(problem)} {retry && isTemporary(problem) && <button onClick={retry}>Try again</button>}
    </p>
  );
}

function words(problem: Problem): string {
  switch (problem.code) {
    case "network":
    case "timeout":
      return "The shop can't be reached. Check your internet connection.";
    case "unauthenticated":
      return "This browser isn't signed in. Sign in with the e-mail address you bought with.";
    case "login_code_invalid":
      return "This code doesn't work here. Check it, or ask for a new one.";
    case "download_limit_reached":
      return "You have used all downloads of this file.";
    case "rejected":
      return problem.errors.map(({ message }) => message).join(" ");
    default:
      return problem.detail;
  }
}
