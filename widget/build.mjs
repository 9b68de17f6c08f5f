// Build the widget and the pages' script into the folder the app serves, or into the one that is named.

import { readFile } from "node:fs/promises";
import { build, transform } from "esbuild";

const here = new URL(".", import.meta.url).pathname;

/** A style sheet as a string, small, without what only our pages have; lengths follow the reader's own font size, whatever a host page's root has. */
const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const text = (await readFile(path, "utf8"))
        .replace(/(\d)rem\b/g, "$1em")
        .replaceAll(/:root,\s*|^h1,\s*|,\s*select(?= \{)/gm, "");
      const { code } = await transform(text, { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** Between the tags and the values of a template no line breaks are needed. */
const templates = {
  name: "templates",
  setup({ onLoad }) {
    onLoad({ filter: /src\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/([>}])\n\s*(?=<|\$\{)/g, "$1"),
      loader: "ts",
    }));
  },
};

/** Lit, without its hook for old browsers, in which the widget is not shown, and without its mark on the host's page. */
const lit = {
  name: "lit",
  setup({ onLoad }) {
    onLoad({ filter: /lit-html\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text.replace(/,\w+=\w+\.litHtmlPolyfillSupport;.*?\.push\("[\d.]+"\);/, ";");
      return contents === text ? { errors: [{ text: "Lit has changed: look at what is left out here" }] } : { contents };
    });
  },
};

await build({
  absWorkingDir: here,
  entryPoints: ["src/widget.ts", "src/page.ts"],
  outdir: process.argv[2] ?? "../bot/pages/static",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  // Names that nobody outside of this bundle reads: our own, and the inner ones of Lit.
  mangleProps: /^_\$|^(late|typing|notice|timers|chosen|hurry|begun|meanwhile|trying|refused|waitMs|asked|stop|isKept|start|end|open|strings|ctor|startNode|endNode|creationScope|setConnected|renderBefore|first|said|told|press|choose)$/,
  plugins: [styles, templates, lit],
  logLevel: "warning",
});
