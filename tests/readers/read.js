// Feeds as rss-parser and feedsmith read them: a line of JSON for each file and parser that knows its format.
//
//   node read.js FILE..      named .atom, .rss or .json
//
// Both speak of the same things by other names; here they have one. What a parser does not tell is left out, so that
// nobody takes silence for disagreement.

import { readFileSync } from "node:fs";
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from "feedsmith";
import Parser from "rss-parser";

for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  const format = file.split(".").at(-1);
  say(file, "feedsmith", byFeedsmith(format, text));
  // rss-parser knows no JSON Feed.
  if (format !== "json") say(file, "rss-parser", await byRssParser(format, text));
}

function say(file, parser, read) {
  console.log(JSON.stringify({ file, parser, ...read }));
}

async function byRssParser(format, text) {
  const feed = await new Parser().parseString(text);
  const { title, link, feedUrl, description, language, lastBuildDate } = feed;
  const entries = feed.items.map((item) => ({
    id: item.id ?? item.guid,
    title: item.title,
    link: item.link,
    published: item.isoDate,
    summary: format === "rss" ? item.content : item.summary,
    html: format === "rss" ? item["content:encoded"] : item.content,
    categories: format === "rss" ? (item.categories ?? []) : undefined,
  }));
  return { feed: { title, link, self: feedUrl, about: description, language, updated: lastBuildDate }, entries };
}

function byFeedsmith(format, text) {
  if (format === "json") {
    const feed = parseJsonFeed(text);
    const entries = (feed.items ?? []).map((item) => ({
      id: item.id,
      title: item.title,
      link: item.url,
      published: item.date_published,
      updated: item.date_modified,
      summary: item.summary,
      html: item.content_html,
      categories: item.tags ?? [],
      via: list(item.external_url),
    }));
    const { title, home_page_url: link, feed_url: self, description: about, language } = feed;
    return { feed: { title, link, self, about, language, hub: list(feed.hubs?.[0]?.url) }, entries };
  }
  if (format === "atom") {
    const feed = parseAtomFeed(text);
    const links = (of, rel) => (of.links ?? []).filter((link) => link.rel === rel).map((link) => link.href);
    const entries = (feed.entries ?? []).map((entry) => ({
      id: entry.id,
      title: entry.title?.value,
      link: links(entry, "alternate")[0],
      published: entry.published,
      updated: entry.updated,
      summary: entry.summary?.value,
      html: entry.content?.value,
      categories: (entry.categories ?? []).map((category) => category.label),
      via: links(entry, "via"),
      related: links(entry, "related"),
      source: list(entry.source?.title?.value),
    }));
    return {
      feed: {
        title: feed.title?.value,
        link: links(feed, "alternate")[0],
        self: links(feed, "self")[0],
        about: feed.subtitle?.value,
        language: feed.xml?.lang,
        updated: feed.updated,
        hub: links(feed, "hub"),
      },
      entries,
    };
  }
  const feed = parseRssFeed(text);
  const links = (of, rel) => (of.atom?.links ?? []).filter((link) => link.rel === rel).map((link) => link.href);
  const entries = (feed.items ?? []).map((item) => ({
    id: item.guid?.value,
    title: item.title,
    link: item.link,
    published: item.pubDate,
    updated: item.atom?.updated ?? item.pubDate,
    summary: item.description,
    html: item.content?.encoded,
    categories: (item.categories ?? []).map((category) => category.name),
    via: links(item, "via"),
    related: links(item, "related"),
    source: list(item.source?.title),
  }));
  const { title, link, description: about, language, lastBuildDate: updated } = feed;
  return { feed: { title, link, self: links(feed, "self")[0], about, language, updated, hub: links(feed, "hub") }, entries };
}

function list(one) {
  return one === undefined ? [] : [one];
}
