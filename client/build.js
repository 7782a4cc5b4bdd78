// Makes `dist`: types from `../openapi.json`, and the modules that the shop serves. The modules are committed, so that the shop builds
// without Node.js. With `--check` it writes nothing and fails when the committed modules differ from what the sources make.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { brotliCompressSync } from "node:zlib";
import { build, transform } from "esbuild";

// The modules: their sources, and the most that is sent of each, in bytes.
const MODULES = {
  client: ["client.ts", 4_000],
  elements: ["elements/index.ts", 15_000],
  "elements/account": ["elements/parts/account.ts", 2_500],
  "elements/de": ["elements/parts/de.ts", 4_000],
  "elements/diagnose": ["elements/parts/diagnose.ts", 1_500],
  "elements/overlay": ["elements/parts/overlay.ts", 1_500],
  "elements/sign-in": ["elements/parts/sign-in.ts", 2_500],
};

const folder = import.meta.dirname;
const run = (tool, ...options) => execFileSync("npx", [tool, ...options], { cwd: folder, stdio: "inherit" });

// A style sheet as a text for `CSSStyleSheet.replaceSync`, which needs no `style-src 'unsafe-inline'`.
const styleSheets = {
  name: "style sheets",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

// A part imports what it shares with the elements from `elements.js`, so that a page has one copy of it.
const parts = {
  name: "parts",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/index\.js$/ }, () => ({ path: "../elements.js", external: true }));
  },
};

async function bundle(name, [source, largest]) {
  const { outputFiles } = await build({
    entryPoints: [`${folder}/src/${source}`], bundle: true, format: "esm", target: "es2022", minify: true, write: false,
    charset: "utf8", legalComments: "none", plugins: [styleSheets, parts],
  });
  const module = Buffer.from(outputFiles[0].contents);
  const size = brotliCompressSync(module).length;
  const integrity = createHash("sha384").update(module).digest("base64");
  console.log(`${name}.js: ${size} bytes compressed, of at most ${largest}, integrity="sha384-${integrity}"`);
  if (size > largest) throw new Error(`${name}.js is too large`);
  return module;
}

run("openapi-typescript", "../openapi.json", "--output", "src/openapi.ts");
run("tsc", "--project", ".");
for (const [name, of] of Object.entries(MODULES)) {
  const file = `${folder}/dist/${name}.js`;
  const module = await bundle(name, of);
  if (!process.argv.includes("--check")) await writeFile(file, module);
  else if (!module.equals(await readFile(file))) throw new Error(`dist/${name}.js is not what the sources make: npm run build`);
}
