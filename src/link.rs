//! The canonical form of a link: one article, one link, whoever passed it on.

mod host;
mod plain;

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use url::Url;

pub use host::host;
use plain::Plain;

/// A longer address is none that we would ask, store or send: it would only fill our tables.
pub const LONGEST_ADDRESS_BYTES: usize = 2048;

/// Query parameters that say where a reader came from and nothing about the
/// article. From the documentation of the campaigns' own tools (Google
/// Analytics, Matomo, Mailchimp, HubSpot, Marketo, Meta, Microsoft, Yandex ..).
const TRACKING: &[&str] = &[
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "ysclid",
    "twclid",
    "ttclid",
    "li_fat_id",
    "igshid",
    "igsh",
    "mc_cid",
    "mc_eid",
    "_hsenc",
    "_hsmi",
    "__hstc",
    "__hssc",
    "__hsfp",
    "hsctatracking",
    "mkt_tok",
    "vero_id",
    "oly_anon_id",
    "oly_enc_id",
    "wickedid",
    "rb_clickid",
    "s_cid",
    "icid",
    "ncid",
    "cmpid",
    "cmp",
    "ocid",
    "sr_share",
    "smid",
    "ref_src",
    "ref_url",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "share_id",
    "spm",
    "scm",
    "from_source",
    "trk",
    "trkcampaign",
    "cndid",
    "esrc",
    "bxid",
    "partner",
    "taid",
    "sharetype",
    "rss",
    "feature",
    "si",
    "at_medium",
    "at_campaign",
    "xtor",
    "_ga",
    "_gl",
];

/// Beginnings of such parameters: `utm_source`, `pk_campaign`, `mtm_kwd` ..
const TRACKING_PREFIXES: &[&str] = &["utm_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "stm_", "itm_", "at_", "ns_"];

/// What PHP, Java, ColdFusion and shop systems name a visit by, and what keeps
/// caches from answering: other at each poll, the same article.
const VISITS: &[&str] = &[
    "phpsessid",
    "jsessionid",
    "sessionid",
    "session_id",
    "sessid",
    "cfid",
    "cftoken",
    "zenid",
    "oscsid",
    "nocache",
    "cachebuster",
    "cache_buster",
    "cachebust",
];

/// Names that may stand for an article as well (`?sid=123` of PHP-Nuke), unless
/// their value is as long as only a token is.
const TOKENS: &[&str] = &["sid", "sess", "session", "token", "nonce", "visit"];

/// The shortest token of a visit: sixteen letters and digits are 64 bits of hexadecimal.
const TOKEN_CHARS: usize = 16;

/// Names under which a number is a throw of dice, or the time of the poll.
const DICE: &[&str] = &["_", "cb", "rnd", "rand", "random", "_t", "ts", "timestamp"];

/// A parameter that only says who linked. On a code host `ref` names a branch.
const REFERRERS: &[&str] = &["ref", "source", "src", "via", "from", "share"];

/// Redirectors that carry the real link in a parameter: host, path, parameter.
const WRAPPERS: &[(&str, &str, &str)] = &[
    ("google.com", "/url", "url"),
    ("google.com", "/url", "q"),
    ("news.url.google.com", "/url", "url"),
    ("l.facebook.com", "/l.php", "u"),
    ("lm.facebook.com", "/l.php", "u"),
    ("youtube.com", "/redirect", "q"),
    ("out.reddit.com", "/", "url"),
    ("linkedin.com", "/safety/go", "url"),
    ("bing.com", "/news/apiclick.aspx", "url"),
    ("slack-redir.net", "/link", "url"),
    ("steamcommunity.com", "/linkfilter/", "url"),
    ("vk.com", "/away.php", "to"),
    ("link.zhihu.com", "/", "target"),
    ("link.juejin.cn", "/", "target"),
    ("duckduckgo.com", "/l/", "uddg"),
];

/// Hosts whose links lead on to one publisher's, without saying where; with its
/// domain. As the publishers themselves use them.
const SHORT_HOSTS: &[(&str, &str)] = &[
    ("abcn.ws", "abcnews.go.com"),
    ("apne.ws", "apnews.com"),
    ("bbc.in", "bbc.com"),
    ("bloom.bg", "bloomberg.com"),
    ("cbsn.ws", "cbsnews.com"),
    ("cnb.cx", "cnbc.com"),
    ("cnn.it", "cnn.com"),
    ("econ.st", "economist.com"),
    ("engt.co", "engadget.com"),
    ("gu.com", "theguardian.com"),
    ("lat.ms", "latimes.com"),
    ("nbcnews.to", "nbcnews.com"),
    ("nyti.ms", "nytimes.com"),
    ("on.ft.com", "ft.com"),
    ("on.wsj.com", "wsj.com"),
    ("politi.co", "politico.com"),
    ("reut.rs", "reuters.com"),
    ("tcrn.ch", "techcrunch.com"),
    ("theatln.tc", "theatlantic.com"),
    ("ti.me", "time.com"),
    ("wapo.st", "washingtonpost.com"),
    ("zd.net", "zdnet.com"),
];

/// Hosts whose links lead on to anybody's, without saying where.
const OPAQUE_HOSTS: &[&str] = &[
    "news.google.com",
    "t.co",
    "bit.ly",
    "dlvr.it",
    "buff.ly",
    "ow.ly",
    "trib.al",
    "tinyurl.com",
    "lnkd.in",
    "flip.it",
];

/// Wrappers may wrap wrappers; more than this is a loop.
const MOST_WRAPPERS: usize = 4;

/// The form in which two links to one article are equal: https, no `www.` or
/// mobile host, no AMP, no tracking, no token of a visit, no fragment,
/// parameters in order, no trailing slash, nothing escaped that need not be,
/// redirectors unwrapped.
///
/// Stable: the canonical form of a canonical link is itself. Not meant to be
/// visited, only compared.
pub fn canonical(link: &Url) -> Url {
    let mut url = unwrapped(link);
    tidy_host(&mut url);
    tidy_path(&mut url);
    tidy_query(&mut url);
    let keeps_fragment = url.fragment().is_some_and(|fragment| fragment.starts_with('!') || fragment.starts_with('/'));
    if !keeps_fragment {
        url.set_fragment(None);
    }
    url
}

/// The text of the [`canonical`] form, for less where that need not be parsed again.
pub fn canonical_text(link: &Url) -> String {
    Plain::of(link).map_or_else(|| String::from(canonical(link)), |plain| plain.text())
}

/// The path of the [`canonical`] form, for less where that need not be parsed again.
pub fn canonical_path(link: &Url) -> Cow<'_, str> {
    match Plain::of(link) {
        Some(plain) => Cow::Borrowed(plain.path()),
        None => Cow::Owned(canonical(link).path().to_owned()),
    }
}

/// The link as we publish it: as its publisher wrote it, without what only says where a reader came from.
///
/// Meant to be visited, so that host, path and order stay, and so does what may name an article
/// somewhere (`ref`, `source`), though [`canonical`] leaves it out.
pub fn without_tracking(link: &Url) -> Url {
    let mut url = link.clone();
    let name = |pair: &str| plainly_escaped(pair.split('=').next().unwrap_or_default()).to_ascii_lowercase();
    let is_mark = |pair: &str| is_tracking(&name(pair));
    if url.fragment().is_some_and(|fragment| fragment.contains('=') && is_mark(fragment)) {
        url.set_fragment(None);
    }
    let Some(query) = link.query() else { return url };
    let kept: Vec<&str> = query.split('&').filter(|pair| !is_mark(pair)).collect();
    if kept.len() < query.split('&').count() {
        let kept = kept.join("&");
        url.set_query(Some(kept.as_str()).filter(|kept| !kept.is_empty()));
    }
    url
}

/// Whether a parameter of this name, in small letters, says where a reader came from, wherever it stands.
fn is_tracking(name: &str) -> bool {
    TRACKING.contains(&name) || TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// The domain of the publisher whose own shortener `host` is.
pub fn shortens_for(host: &str) -> Option<&'static str> {
    SHORT_HOSTS.iter().find(|(short, _)| *short == host).map(|(_, domain)| *domain)
}

/// Whether `link` leads on to somebody else's page, without saying to which.
pub fn leads_on(link: &Url) -> bool {
    let host = link.host_str().unwrap_or_default().trim_start_matches("www.");
    OPAQUE_HOSTS.contains(&host) || shortens_for(host).is_some()
}

/// The address that `written` stands for if it begins with `feed:`, in whatever case: that was for
/// programs that read feeds. None if it does not; not judged, and maybe no address.
pub fn after_feed(written: &str) -> Option<String> {
    let scheme = written.get(..5)?;
    let rest = &written[5..];
    let meant = || if rest.starts_with("//") { format!("http:{rest}") } else { rest.to_owned() };
    scheme.eq_ignore_ascii_case("feed:").then(meant)
}

/// Whether `article` lies on another host than `link`, from which it is reached.
pub fn is_elsewhere(article: &Url, link: &Url) -> bool {
    let host = |link: &Url| {
        let mut link = link.clone();
        tidy_host(&mut link);
        link.host_str().map(str::to_owned)
    };
    article.host_str() != link.host_str() && host(article) != host(link)
}

/// The link inside a redirector's link, or the link itself.
fn unwrapped(link: &Url) -> Url {
    let mut url = link.clone();
    for _ in 0..MOST_WRAPPERS {
        let Some(inner) = wrapped_in(&url) else { break };
        url = inner;
    }
    url
}

fn wrapped_in(url: &Url) -> Option<Url> {
    let host = url.host_str()?.trim_start_matches("www.");
    let amp_cache = url.path().strip_prefix("/amp/s/").filter(|_| host == "google.com");
    if let Some(rest) = amp_cache {
        return format!("https://{rest}").parse().ok();
    }
    let fits = |(of_host, path, _): &&(&str, &str, &str)| host == *of_host && url.path() == *path;
    WRAPPERS.iter().filter(fits).find_map(|(_, _, parameter)| {
        let (_, value) = url.query_pairs().find(|(name, _)| name == parameter)?;
        Url::parse(&value).ok().filter(|inner| matches!(inner.scheme(), "http" | "https"))
    })
}

fn tidy_host(url: &mut Url) {
    let Some(host) = url.host_str() else { return };
    let bare = bare_host(host);
    if bare == "youtu.be" {
        return tidy_short_video(url);
    }
    // Setting parses it all again, and most links are canonical as they come.
    if bare != host {
        let bare = bare.to_owned();
        // A host that cannot be set stays as it is: the link is only compared.
        let _ = url.set_host(Some(&bare));
    }
    let default_port = matches!((url.scheme(), url.port()), ("http", None | Some(80 | 443)));
    if default_port {
        let _ = url.set_port(None);
        let _ = url.set_scheme("https");
    }
}

/// The name of a host without what only says for which reader it is, and without the dot at its end.
fn bare_host(host: &str) -> &str {
    let whole = host.trim_end_matches('.');
    let has_domain = |rest: &&str| rest.len() >= psl::domain_str(whole).unwrap_or(whole).len();
    let mut bare = whole;
    for prefix in ["www.", "m.", "mobile.", "amp."] {
        bare = bare.strip_prefix(prefix).filter(has_domain).unwrap_or(bare);
    }
    match bare {
        "twitter.com" => "x.com",
        "old.reddit.com" | "np.reddit.com" | "new.reddit.com" => "reddit.com",
        other => other,
    }
}

fn tidy_short_video(url: &mut Url) {
    let id = url.path().trim_matches('/').to_owned();
    let long = Url::parse_with_params("https://youtube.com/watch", [("v", id)]);
    if let Ok(long) = long {
        *url = long;
    }
}

fn tidy_path(url: &mut Url) {
    let changed = {
        let mut path = plainly_escaped(without_visit(url.path()));
        if url.host_str() == Some("arxiv.org") {
            path = Cow::Owned(arxiv_path(&path));
        }
        let bare = bare_path(&path);
        (bare != url.path()).then(|| bare.to_owned())
    };
    if let Some(path) = changed {
        url.set_path(&path);
    }
}

/// A path without what only says in which form its article comes.
fn bare_path(path: &str) -> &str {
    let mut bare = path;
    loop {
        let before = bare;
        for suffix in ["/", "/amp", ".amp", "/index.html", "/index.php"] {
            bare = bare.strip_suffix(suffix).unwrap_or(bare);
        }
        if bare == before {
            return bare;
        }
    }
}

/// The path without what Java servers hang on it: `/a;jsessionid=0AB1`.
fn without_visit(path: &str) -> &str {
    let at = path.rfind(';').filter(|at| {
        let (name, _) = path[at + 1..].split_once('=').unwrap_or_default();
        VISITS.contains(&name.to_ascii_lowercase().as_str())
    });
    &path[..at.unwrap_or(path.len())]
}

/// `text` with each escape in capitals, and none of what needs none (RFC 3986, section 6.2.2).
fn plainly_escaped(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        let escape = after.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let byte = escape.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = if byte.is_some() { &after[2..] } else { after };
        match byte {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => plain.push(byte.into()),
            Some(byte) => plain.push_str(&format!("%{byte:02X}")),
            None => plain.push_str("%25"),
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// One paper, one link: whichever of abstract, PDF or HTML, whichever version.
fn arxiv_path(path: &str) -> String {
    let paper = ["/abs/", "/pdf/", "/html/"].iter().find_map(|prefix| path.strip_prefix(prefix));
    let Some(paper) = paper else { return path.to_owned() };
    let paper = paper.trim_end_matches(".pdf");
    let version = paper
        .rfind('v')
        .filter(|&at| at > 0 && at + 1 < paper.len() && paper[at + 1..].bytes().all(|b| b.is_ascii_digit()));
    format!("/abs/{}", &paper[..version.unwrap_or(paper.len())])
}

fn tidy_query(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let kept = kept_query(&plainly_escaped(query), url.host_str());
    if kept.is_empty() {
        url.set_query(None);
    } else if Some(kept.as_str()) != url.query() {
        url.set_query(Some(&kept));
    }
}

/// What of a query tells its article from others at `host`, in the order of the alphabet.
fn kept_query(query: &str, host: Option<&str>) -> String {
    let code_host = matches!(host, Some("github.com" | "gitlab.com" | "codeberg.org"));
    let video = host == Some("youtube.com");
    let says_where_from = |name: &str| {
        let referrer = !code_host && REFERRERS.contains(&name);
        let playlist = video && name != "v" && name != "list";
        referrer || playlist || name == "amp" || is_tracking(name)
    };
    let says_nothing = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = name.to_ascii_lowercase();
        says_where_from(&name) || is_of_one_visit(&name, value)
    };
    let mut kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !says_nothing(pair)).collect();
    kept.sort_unstable();
    kept.join("&")
}

/// Whether a parameter of this name, in small letters, is another at each visit of the same article.
fn is_of_one_visit(name: &str, value: &str) -> bool {
    let named = |list: &[&str]| list.contains(&name);
    let is_token = || {
        let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        letters + digits >= TOKEN_CHARS && digits > 0 && letters + digits + 4 >= value.len()
    };
    let is_number = || value.len() >= 6 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    named(VISITS) || name.starts_with("aspsessionid") || named(TOKENS) && is_token() || named(DICE) && is_number()
}

/// The part of a page that `link` leads to, if it may be an article of its own:
/// `block-1029` of a live page. One without a figure names a place on every
/// page (`comments`), one with `=` says where a reader came from (`xtor=RSS-3`).
pub fn part(link: &Url) -> Option<&str> {
    let part = link.fragment()?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let has_figure = part.bytes().any(|byte| byte.is_ascii_digit());
    (has_figure && part.bytes().all(is_name)).then_some(part)
}

/// A number that stands for a canonical link: the first 8 bytes of its SHA-256.
pub fn link_key(canonical: &str) -> i64 {
    let hash = Sha256::digest(canonical);
    i64::from_be_bytes(std::array::from_fn(|at| hash[at]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let once = canonical(&given.parse().unwrap());
        assert_eq!(once.as_str(), expected);
        assert_eq!(canonical(&once), once, "canonical form is stable");
    }

    #[test]
    fn tracking_goes_and_meaning_stays() {
        check("https://a.test/p?id=7&utm_source=x#top", "https://a.test/p?id=7");
        check("https://a.test/p?b=1&a=2", "https://a.test/p?a=2&b=1");
        check("https://a.test/p?fbclid=1&ref=hn", "https://a.test/p");
        check("https://github.com/a/b/blob/x?ref=main", "https://github.com/a/b/blob/x?ref=main");
        check("https://www.youtube.com/watch?v=abc&t=10&si=z", "https://youtube.com/watch?v=abc");
    }

    #[test]
    fn what_is_published_can_be_visited_and_tells_on_nobody() {
        let check = |given: &str, expected: &str| {
            let given: Url = given.parse().unwrap();
            let published = without_tracking(&given);
            assert_eq!(published.as_str(), expected);
            assert_eq!(without_tracking(&published), published);
            assert_eq!(canonical(&published), canonical(&given), "the same article");
        };
        check("http://www.a.test/p/?utm_source=rss&UTM_Medium=x", "http://www.a.test/p/");
        check("https://a.test/p?b=1&utm_source=x&a=2&fbclid=3#top", "https://a.test/p?b=1&a=2#top");
        check("https://a.test/p?utm%5Fsource=x", "https://a.test/p");
        check("https://a.test/p?ref=hn&source=x&PHPSESSID=3f2a", "https://a.test/p?ref=hn&source=x&PHPSESSID=3f2a");
        check("https://a.test/p?a=%C3%A9+b&&c", "https://a.test/p?a=%C3%A9+b&&c");
        check("https://a.test/p#xtor=RSS-3", "https://a.test/p");
        check("https://a.test/p#block-1029", "https://a.test/p#block-1029");
        check("https://a.test/amp/p.amp?amp=1", "https://a.test/amp/p.amp?amp=1");
    }

    #[test]
    fn what_differs_from_visit_to_visit_goes() {
        check("https://a.test/p?PHPSESSID=3f2a&id=7", "https://a.test/p?id=7");
        check("https://a.test/p;jsessionid=0AB1C2.node2?id=7", "https://a.test/p?id=7");
        check("https://a.test/p?sid=9f86d081884c7d659a2f", "https://a.test/p");
        check("https://a.test/p?sid=123", "https://a.test/p?sid=123");
        check("https://a.test/p?token=lathe", "https://a.test/p?token=lathe");
        check("https://a.test/p?rnd=0.8234511&_=1716382911", "https://a.test/p");
        check("https://a.test/p?cb=12", "https://a.test/p?cb=12");
    }

    #[test]
    fn an_escape_is_written_in_one_way() {
        check("https://a.test/%7ejo/caf%c3%a9", "https://a.test/~jo/caf%C3%A9");
        check("https://a.test/café?q=%c3%a9%41", "https://a.test/caf%C3%A9?q=%C3%A9A");
        check("https://a.test/100%/%%34%31", "https://a.test/100%25/%2541");
        check("https://a.test/a%2fb", "https://a.test/a%2Fb");
    }

    #[test]
    fn a_part_of_a_page_has_a_figure() {
        let check = |link: &str, expected| assert_eq!(part(&link.parse().unwrap()), expected);
        check("https://a.test/live#block-1029", Some("block-1029"));
        check("https://a.test/p#comments", None);
        check("https://a.test/p#xtor=RSS-3", None);
        check("https://a.test/p#:~:text=3", None);
        check("https://a.test/p", None);
    }

    #[test]
    fn one_article_has_one_host_and_scheme() {
        check("http://www.a.test/p/", "https://a.test/p");
        check("https://m.a.co.uk/p", "https://a.co.uk/p");
        check("https://amp.a.test/p/amp/", "https://a.test/p");
        check("https://twitter.com/OpenAI/status/1", "https://x.com/OpenAI/status/1");
        check("http://a.test:8080/p", "http://a.test:8080/p");
        check("https://m.de/p", "https://m.de/p");
        check("https://a.test", "https://a.test/");
    }

    #[test]
    fn one_paper_has_one_link() {
        check("https://arxiv.org/pdf/2605.01234v2.pdf", "https://arxiv.org/abs/2605.01234");
        check("http://arxiv.org/abs/2605.01234v11", "https://arxiv.org/abs/2605.01234");
        check("https://arxiv.org/html/2605.01234", "https://arxiv.org/abs/2605.01234");
    }

    #[test]
    fn a_link_that_leads_on_is_no_page() {
        let check = |link: &str, expected: bool| assert_eq!(leads_on(&link.parse().unwrap()), expected, "{link}");
        check("https://news.google.com/rss/articles/CBMi", true);
        check("https://reut.rs/4uUr7hY", true);
        check("https://www.reuters.com/a", false);
        assert_eq!(shortens_for("on.wsj.com"), Some("wsj.com"));
    }

    #[test]
    fn what_was_for_programs_that_read_feeds_is_an_address() {
        let check = |written: &str, expected: Option<&str>| assert_eq!(after_feed(written).as_deref(), expected);
        check("feed://a.test/f", Some("http://a.test/f"));
        check("Feed:https://a.test/f", Some("https://a.test/f"));
        check("https://a.test/feed:", None);
        check("feedé", None);
    }

    #[test]
    fn redirectors_are_unwrapped() {
        check("https://www.google.com/url?sa=t&url=https%3A%2F%2Fa.test%2Fp%3Futm_medium%3Drss", "https://a.test/p");
        check("https://www.google.com/amp/s/www.a.test/p/amp", "https://a.test/p");
        check("https://youtu.be/abc?si=x", "https://youtube.com/watch?v=abc");
    }

    proptest! {
        #[test]
        fn canonical_form_is_stable(path in "[a-zA-F2-7%;/.]{0,20}(/amp|/index.html|/){0,3}", query in "[a-z_=&%0-9]{0,30}", host in "(www\\.|m\\.|amp\\.)?[a-z]{1,6}\\.(test|co\\.uk|com)") {
            let given: Url = format!("http://{host}/{path}?{query}").parse().unwrap();
            let once = canonical(&given);
            prop_assert_eq!(canonical(&once), once);
        }
    }
}
