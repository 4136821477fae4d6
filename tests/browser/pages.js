// Which pages there are: one or two of each kind, found as a reader finds them, by following links.

/** `kind`, `path` and the expected `status` of each. */
export async function pages(root) {
  const front = await text(`${root}/`);
  const recap = first(front, /href="(\/w\/\d{4}-W\d\d\/)"/, "the front page links no recap");
  const week = await text(root + recap);
  const stories = [...new Set([...week.matchAll(/href="(\/s\/\d{4}\/\d\d\/[^"]+)"/g)].map((match) => match[1]))];
  const audience = first(week, new RegExp(`href="(${recap}[a-z]+/)"`), "the recap links no audience's");
  const archive = await text(`${root}/archive/`);
  const ok = (kind, path) => ({ kind, path, status: 200 });
  return [
    ok("front", "/"),
    ok("recap", recap),
    ok("audience recap", audience),
    ok("story", stories[0]),
    ok("last story", stories.at(-1)),
    ok("this week", "/this-week/"),
    ok("audience", audience.replace(recap, "/audience/")),
    ok("archive", "/archive/"),
    ok("archive year", first(archive, /href="(\/archive\/\d{4}\/)"/) ?? `/archive/${recap.slice(3, 7)}/`),
    ok("sources", "/sources/"),
    ok("about", "/about/"),
    ok("ranking", "/about/ranking/"),
    ok("search", "/search"),
    ok("results", "/search?q=model"),
    ok("no results", "/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22+%D9%86%D9%85%D9%88%D8%B0%D8%AC+nowhere"),
    { kind: "not found", path: "/no/such/page", status: 404 },
  ];
}

async function text(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.text();
}

function first(html, pattern, otherwise) {
  const match = html.match(pattern);
  if (!match && otherwise) throw new Error(otherwise);
  return match?.[1];
}
