//! The canonical form of a link: one article, one link, whoever passed it on.

use sha2::{Digest, Sha256};
use url::Url;

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
];

/// Beginnings of such parameters: `utm_source`, `pk_campaign`, `mtm_kwd` ..
const TRACKING_PREFIXES: &[&str] = &["utm_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "stm_", "itm_", "at_", "ns_"];

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

/// Wrappers may wrap wrappers; more than this is a loop.
const MOST_WRAPPERS: usize = 4;

/// The form in which two links to one article are equal: https, no `www.` or
/// mobile host, no AMP, no tracking, no fragment, parameters in order,
/// no trailing slash, redirectors unwrapped.
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
    let Some(host) = url.host_str().map(str::to_owned) else { return };
    let whole = host.trim_end_matches('.');
    let has_domain = |rest: &&str| rest.len() >= psl::domain_str(whole).unwrap_or(whole).len();
    let mut plain = whole;
    for prefix in ["www.", "m.", "mobile.", "amp."] {
        plain = plain.strip_prefix(prefix).filter(has_domain).unwrap_or(plain);
    }
    let plain = match plain {
        "twitter.com" => "x.com",
        "old.reddit.com" | "np.reddit.com" | "new.reddit.com" => "reddit.com",
        "youtu.be" => return tidy_short_video(url),
        other => other,
    };
    // Setting parses it all again, and most links are canonical as they come.
    if plain != host {
        // A host that cannot be set stays as it is: the link is only compared.
        let _ = url.set_host(Some(plain));
    }
    let default_port = matches!((url.scheme(), url.port()), ("http", None | Some(80 | 443)));
    if default_port {
        let _ = url.set_port(None);
        let _ = url.set_scheme("https");
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
    let mut path = url.path().to_owned();
    if url.host_str() == Some("arxiv.org") {
        path = arxiv_path(&path);
    }
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix("/amp").or_else(|| path.strip_suffix(".amp")).unwrap_or(path);
    let path = path.strip_suffix("/index.html").or_else(|| path.strip_suffix("/index.php")).unwrap_or(path);
    let path = path.trim_end_matches('/').to_owned();
    if path != url.path() {
        url.set_path(&path);
    }
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
    let code_host = matches!(url.host_str(), Some("github.com" | "gitlab.com" | "codeberg.org"));
    let video = url.host_str() == Some("youtube.com");
    let is_tracking = |name: &str| {
        let name = name.to_ascii_lowercase();
        let referrer = !code_host && REFERRERS.contains(&name.as_str());
        let playlist = video && name != "v" && name != "list";
        referrer
            || playlist
            || name == "amp"
            || TRACKING.contains(&name.as_str())
            || TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    };
    let name_of = |pair: &str| pair.split_once('=').map_or(pair, |(name, _)| name).to_owned();
    let mut kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !is_tracking(&name_of(pair))).collect();
    kept.sort_unstable();
    let kept = kept.join("&");
    if kept.is_empty() {
        url.set_query(None);
    } else if kept != query {
        url.set_query(Some(&kept));
    }
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
    fn redirectors_are_unwrapped() {
        check("https://www.google.com/url?sa=t&url=https%3A%2F%2Fa.test%2Fp%3Futm_medium%3Drss", "https://a.test/p");
        check("https://www.google.com/amp/s/www.a.test/p/amp", "https://a.test/p");
        check("https://youtu.be/abc?si=x", "https://youtube.com/watch?v=abc");
    }

    proptest! {
        #[test]
        fn canonical_form_is_stable(path in "[a-z/.]{0,20}", query in "[a-z_=&%0-9]{0,30}", host in "(www\\.|m\\.|amp\\.)?[a-z]{1,6}\\.(test|co\\.uk|com)") {
            let given: Url = format!("http://{host}/{path}?{query}").parse().unwrap();
            let once = canonical(&given);
            prop_assert_eq!(canonical(&once), once);
        }
    }
}
