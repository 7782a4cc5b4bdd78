import type { Problem, Purchase, Session } from "polar-storefront";
import { useActionState, useEffect, useState } from "react";
import { Notice } from "./Notice";
import { shop, useAnswer } from "./shop";

/** What the buyer of this session has bought: a row for each file. */
export function Library({ session }: { session: Session }) {
  const [library, askAgain] = useAnswer(shop.library, session);
  const [pause, setPause] = useState(1);
  const rows = library?.data?.items;
  const isPending = rows?.length === 0 ? session.scope === "order" : rows?.some(({ status }) => status === "pending");

  // Polar grants the files of a new purchase within seconds, so the library asks again, each time after twice the pause.
  useEffect(() => {
    if (!isPending) return;
    const timer = setTimeout(() => {
      askAgain();
      setPause(pause * 2);
    }, pause * 1000);
    return () => clearTimeout(timer);
  }, [isPending, pause]);

  if (!library) return <p>Loading…</p>;
  if (library.error) return <Notice problem={library.error} retry={askAgain} />;
  if (library.data.items.length === 0) return <p>Files that you buy appear here.</p>;
  return <ul className="rows">{library.data.items.map((row) => <Row key={row.id} row={row} onDownload={askAgain} />)}</ul>;
}

function Row({ row, onDownload }: { row: Purchase; onDownload: () => void }) {
  const [problem, download, isBusy] = useActionState<Problem | null>(async () => {
    const { data, error } = await shop.download(row);
    // Whoever has this address has the file, so the page opens it and shows it nowhere.
    if (data) location.assign(data.downloadUrl);
    onDownload();
    return error;
  }, null);
  return (
    <li>
      <form action={download}>
        <span>{row.fileName} <small>{row.productName}, {state(row)}</small></span>
        <button disabled={isBusy || row.status !== "available"} aria-label={`Download ${row.fileName}`}>Download</button>
      </form>
      {problem && <Notice problem={problem} />}
    </li>
  );
}

function state({ status, remainingDownloads, downloadBought }: Purchase): string {
  switch (status) {
    case "pending":
      return "being prepared";
    case "expired":
      return "no longer available";
    case "available":
      return remainingDownloads === null ? "unlimited downloads" : `${remainingDownloads} of ${downloadBought} downloads left`;
  }
}
