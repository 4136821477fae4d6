// What axe-core finds: WCAG 2.2 A and AA, and its best practices.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A line for each violation that axe finds on `page` as it is shown now. */
export async function accessible(page) {
  // Our policy allows no script: it is put in from the debugger's side.
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const results = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values } }), tags);
  return results.violations.map((found) => `${found.id} (${found.help}): ${found.nodes.map((node) => node.html.slice(0, 120)).slice(0, 3).join(" | ")}`);
}
