// What is looked at on a page. The functions without a parameter run inside of it and give a line for each thing that is wrong.

/** One first heading, no level skipped, a language, a title, landmarks. */
export function outline() {
  const wrong = [];
  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((heading) => Number(heading.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) wrong.push(`has ${levels.filter((level) => level === 1).length} first headings`);
  if (levels[0] !== 1) wrong.push("does not begin with its first heading");
  levels.forEach((level, at) => {
    if (at > 0 && level > levels[at - 1] + 1) wrong.push(`skips from level ${levels[at - 1]} to ${level}`);
  });
  if (!document.documentElement.lang) wrong.push("says no language");
  for (const landmark of ["header", "nav", "main", "footer"]) {
    if (!document.querySelector(landmark)) wrong.push(`has no ${landmark}`);
  }
  return wrong;
}

/** Nothing reaches beyond the right edge but what scrolls in itself. */
export function overflow() {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const beyond = [...document.body.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > clientWidth + 1);
  const named = beyond.slice(-3).map((each) => each.outerHTML.slice(0, 80));
  return [`scrolls sideways by ${scrollWidth - clientWidth} px: ${named.join(" | ")}`];
}

/** Whatever can be hit is at least 24 px high and wide, but for links within a sentence (WCAG 2.5.8). */
export function targets() {
  const all = [...document.querySelectorAll("a[href], button, summary, input, select, textarea")];
  const shown = all.filter((each) => each.checkVisibility() && !each.matches(".skip"));
  const inSentence = (each) => {
    const around = each.closest("p, li, dd, td, caption, figcaption");
    const words = [...(around?.childNodes ?? [])].filter((node) => node.nodeType === Node.TEXT_NODE);
    return getComputedStyle(each).display === "inline" && words.some((node) => /\p{L}{2}/u.test(node.data));
  };
  const small = shown.filter((each) => {
    const { width, height } = each.getBoundingClientRect();
    return (width < 23.5 || height < 23.5) && !inSentence(each);
  });
  const said = small.map((each) => {
    const { width, height } = each.getBoundingClientRect();
    return `a target has ${width.toFixed(0)} × ${height.toFixed(0)} px: ${each.outerHTML.slice(0, 100)}`;
  });
  return { looked: shown.length, wrong: said.slice(0, 5) };
}

/** On paper there is nothing to click, and links to elsewhere are spelt out. */
export function paper() {
  const wrong = [];
  for (const each of document.querySelectorAll("nav")) {
    if (each.checkVisibility()) wrong.push(`shows a nav: ${each.getAttribute("aria-label")}`);
  }
  if (getComputedStyle(document.body).backgroundColor !== "rgb(255, 255, 255)") wrong.push("is not white");
  for (const link of document.querySelectorAll("a.button, h3 a[href^=http]")) {
    if (!getComputedStyle(link, "::after").content.includes("http")) wrong.push(`does not spell out ${link.href}`);
  }
  return wrong;
}

/** Walks through the page with the Tab key: everything is reached, in the order in which it stands, and can be seen. */
export async function byKeyboard(page) {
  const wrong = [];
  await page.evaluate(() => {
    const shown = [...document.querySelectorAll("a[href], button, summary, input, select, textarea, [tabindex='0']")];
    window.walk = shown.filter((each) => each.checkVisibility());
  });
  const length = await page.evaluate(() => window.walk.length);
  for (let step = 0; step < length; step += 1) {
    await page.keyboard.press("Tab");
    const line = await page.evaluate(focused, step);
    if (line) wrong.push(line);
    if (wrong.length > 2) break;
  }
  return wrong;
}

/** What is wrong with the element that has the focus after `step` others. */
function focused(step) {
  const here = document.activeElement;
  if (here !== window.walk[step]) {
    return `the Tab key leads to ${here.outerHTML.slice(0, 80)}, not to ${window.walk[step].outerHTML.slice(0, 80)}`;
  }
  const name = here.outerHTML.slice(0, 80);
  const style = getComputedStyle(here);
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `the focus cannot be seen on ${name}`;
  const { top, bottom, left, right } = here.getBoundingClientRect();
  if (bottom < 0 || top > innerHeight || right < 0 || left > innerWidth) return `the focus is out of sight on ${name}`;
  if (step === 0 && !here.matches(".skip")) return `the first stop is not the skip link but ${name}`;
  return null;
}
