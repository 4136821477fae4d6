// Every kind of page in a real browser (Debian's Chromium), as readers meet it: narrow and wide, light and dark, by
// keyboard, on paper, without JavaScript. Ends by itself, with 1 if anything is wrong.
//
//   node look.js [--pictures FOLDER] ADDRESS
//
// With --pictures each page is kept as PNG, for a person to judge: tests see what is broken, not what is ugly.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { accessible } from "./axe.js";
import * as checks from "./checks.js";
import { start } from "./chromium.js";
import { pages } from "./pages.js";

const WIDTHS = [320, 360, 768, 1440, 3840];
const SCHEMES = ["light", "dark"];
/** Where axe looks, and where the page is walked through by keyboard: a phone at night and a desk by day. */
const THOROUGH = { 360: "dark", 1440: "light" };
/** With the stylesheet, before compression. */
const MOST_BYTES = 60_000;
/** The whole run; the script that started us should not wait for ever. */
const MOST_SECONDS = 300;

const { root, pictures } = asked(process.argv.slice(2));
const wrong = [];

setTimeout(() => {
  console.error(`FAILED: not done within ${MOST_SECONDS} s`);
  process.exit(1);
}, MOST_SECONDS * 1000).unref();

const browser = await start();
try {
  const found = await pages(root);
  for (const { kind, path, status } of found) {
    const seen = await look(kind, path, status);
    console.log(`  ${kind.padEnd(16)} ${path}: ${seen}`);
  }
  console.log(`${found.length} kinds of pages at ${WIDTHS.join(", ")} px, light and dark, on paper, without JavaScript`);
} finally {
  await browser.close();
}
for (const line of wrong) console.error(`FAILED: ${line}`);
process.exit(wrong.length === 0 ? 0 : 1);

/** Looks at one page in every way; gives what there is to say of it. */
async function look(kind, path, status) {
  // Smooth scrolling would take its time under the Tab key.
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const page = await context.newPage();
  const say = (text) => wrong.push(`${kind} ${path}: ${text}`);
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${root}/`) && !url.startsWith("data:")) say(`asks ${url}`);
  });
  // The browser reports a 404 page as an error of its own.
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && status === 200) say(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => say(`script: ${error.message}`));

  const answer = await page.goto(root + path, { waitUntil: "load" });
  if (answer.status() !== status) say(`answers ${answer.status()}, not ${status}`);
  const weight = await weightOf(context, path);
  if (weight > MOST_BYTES) say(`weighs ${weight} bytes, more than ${MOST_BYTES}`);
  for (const line of await page.evaluate(checks.outline)) say(line);

  let targets = 0;
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width < 700 ? 800 : 1000 });
    for (const line of await page.evaluate(checks.overflow)) say(`at ${width} px ${line}`);
    const small = await page.evaluate(checks.targets);
    targets = Math.max(targets, small.looked);
    for (const line of small.wrong) say(`at ${width} px ${line}`);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      if (THOROUGH[width] === colorScheme) {
        for (const line of await accessible(page)) say(`at ${width} px, ${colorScheme}: ${line}`);
      }
      if (pictures) await page.screenshot({ path: picture(kind, `${width}-${colorScheme}`), fullPage: true });
    }
    if (width in THOROUGH) {
      // Where the focus starts after a page is loaded, not where it was left.
      await page.reload();
      for (const line of await checks.byKeyboard(page)) say(`at ${width} px ${line}`);
    }
  }
  await spacedOut(path, say);
  await onPaper(page, kind, say);
  await withoutScript(page, path, say);
  await context.close();
  return `${weight} bytes, ${targets} targets`;
}

/** Of the page and its stylesheet, as they are before compression. */
async function weightOf(context, path) {
  const bodies = [path, "/style.css"].map(async (each) => (await (await context.request.get(root + each)).body()).length);
  return (await Promise.all(bodies)).reduce((sum, length) => sum + length, 0);
}

/** A reader may space text out (WCAG 1.4.12): nothing is cut off, nothing overlaps the edge. */
async function spacedOut(path, say) {
  const context = await browser.newContext({ bypassCSP: true, viewport: { width: 320, height: 800 } });
  const page = await context.newPage();
  await page.goto(root + path);
  await page.addStyleTag({
    content: "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }",
  });
  for (const line of await page.evaluate(checks.overflow)) say(`spaced out ${line}`);
  await context.close();
}

/** A4, upright. */
async function onPaper(page, kind, say) {
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  await page.setViewportSize({ width: 794, height: 1123 });
  for (const line of await page.evaluate(checks.overflow)) say(`on paper ${line}`);
  for (const line of await page.evaluate(checks.paper)) say(`on paper ${line}`);
  if (pictures) await page.pdf({ path: picture(kind, "paper").replace(/png$/, "pdf"), format: "A4" });
  await page.emulateMedia({ media: "screen" });
}

async function withoutScript(page, path, say) {
  // As wide as the other: what is a table on a wide screen may be a list on a narrow one.
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: page.viewportSize() });
  const bare = await context.newPage();
  await bare.goto(root + path);
  const text = (each) => each.locator("body").innerText();
  if ((await text(bare)) !== (await text(page))) say("says something else without JavaScript");
  await context.close();
}

function picture(kind, rest) {
  mkdirSync(pictures, { recursive: true });
  return join(pictures, `${kind.replaceAll(" ", "-")}-${rest}.png`);
}

function asked(words) {
  const at = words.indexOf("--pictures");
  const pictures = at < 0 ? null : words.splice(at, 2)[1];
  if (words.length !== 1) {
    console.error("usage: node look.js [--pictures FOLDER] ADDRESS");
    process.exit(2);
  }
  return { root: words[0].replace(/\/$/, ""), pictures };
}
