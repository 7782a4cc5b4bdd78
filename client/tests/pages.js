// A web server for the pages of the tests: each test puts its own there.

import { createServer } from "node:http";
import { once } from "node:events";

export async function servePages() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const html = pages.get(pathname);
    if (request.method === "PUT") return void take(request, response, pathname);
    response.statusCode = html === undefined ? 404 : 200;
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.setHeader("Content-Security-Policy", policies.get(pathname) ?? "");
    response.end(html ?? "");
  });
  const [pages, policies] = [new Map(), new Map()];
  server.listen(0);
  await once(server, "listening");
  return { port: server.address().port, close: () => server.closeAllConnections() ?? server.close() };

  async function take(request, response, pathname) {
    let html = "";
    for await (const part of request.setEncoding("utf8")) html += part;
    pages.set(pathname, html);
    if (request.headers["x-policy"]) policies.set(pathname, request.headers["x-policy"]);
    response.end();
  }
}
