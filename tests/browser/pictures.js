// The pictures that the documents show. To take them again after a change of the pages:
//
//   python3 .ci/serving.py demo target/release/recapd node tests/browser/pictures.js

import { start } from "./chromium.js";
import { pages } from "./pages.js";

const root = process.argv[2];
const docs = new URL("../../docs/", import.meta.url).pathname;
const path = Object.fromEntries((await pages(root)).map((page) => [page.kind, page.path]));
const week = await (await fetch(root + path.recap)).text();
const second = week.match(/id="story-2".*?href="(\/s\/[^"]+)"/s)[1];

await take("recap", path.recap, 1280, 1250, "light");
await take("story", second, 1280, 1400, "light");
await take("story-phone", second, 390, 1400, "dark");

async function take(name, address, width, height, colorScheme) {
  // A browser for each: in its second window Chromium does not find all fonts.
  const browser = await start();
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(root + address);
  await page.screenshot({ path: `${docs}${name}.png` });
  await browser.close();
}
