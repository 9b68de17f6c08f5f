// Build the widget and the pages' script into the folder the app serves, or into the one that is named.

import { readFile } from "node:fs/promises";
import { build, transform } from "esbuild";

const here = new URL(".", import.meta.url).pathname;

/** A style sheet as a string, small; lengths follow the reader's own font size, whatever a host page's root has. */
const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const text = (await readFile(path, "utf8"))
        .replace(/(\d)rem\b/g, "$1em")
        .replaceAll(/:root,\s*/g, "");
      const { code } = await transform(text, { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** Between the tags of a template no line breaks are needed. */
const templates = {
  name: "templates",
  setup({ onLoad }) {
    onLoad({ filter: /src\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/>\n\s*</g, "><"),
      loader: "ts",
    }));
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
  mangleProps: /^_\$|^(late|typing|notice|timers|chosen|hurry|begun|meanwhile|trying|refused|waitMs|first|said|told|press|choose)$/,
  plugins: [styles, templates],
  logLevel: "warning",
});
