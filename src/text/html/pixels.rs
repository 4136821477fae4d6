//! Pictures that nobody is to see, and that only tell somebody who reads.

use super::scan::{Piece, pieces};

/// Hosts, with those below them, and how the paths of their beacons begin.
///
/// Those of feeds, as Miniflux refuses them (internal/reader/sanitizer), and
/// what makers of statistics tell sites to embed out of sight: WordPress,
/// Medium, Mailchimp, Quantcast, Scorecard Research, Google, Meta, LinkedIn, X.
const BEACONS: &[(&str, &str)] = &[
    ("feeds.feedburner.com", "/~"),
    ("feedsportal.com", "/"),
    ("api.flattr.com", "/"),
    ("stats.wordpress.com", "/"),
    ("feeds.wordpress.com", "/1.0/"),
    ("pixel.wp.com", "/"),
    ("medium.com", "/_/stat"),
    ("list-manage.com", "/track/open"),
    ("pixel.quantserve.com", "/"),
    ("scorecardresearch.com", "/"),
    ("google-analytics.com", "/"),
    ("doubleclick.net", "/"),
    ("www.facebook.com", "/tr"),
    ("px.ads.linkedin.com", "/"),
    ("analytics.twitter.com", "/"),
    ("t.co", "/i/adsct"),
];

/// Sanitised HTML without pictures that nobody sees: no address, one pixel wide
/// or high, or from where only beacons come.
pub(super) fn without_pixels(safe: &str) -> String {
    pieces(safe).filter(|piece| !is_unseen(piece)).map(|piece| piece.source()).collect()
}

fn is_unseen(piece: &Piece) -> bool {
    let Piece::Tag { name: "img", source, .. } = piece else { return false };
    let tiny = |side: &str| {
        ["\"0\"", "\"1\"", "\"0px\"", "\"1px\""].iter().any(|size| source.contains(&format!(" {side}={size}")))
    };
    let address = source.split_once(" src=\"").and_then(|(_, rest)| rest.split_once('"'));
    address.is_none_or(|(address, _)| is_beacon(address)) || tiny("width") || tiny("height")
}

/// Whether an absolute address is one of a beacon.
pub(super) fn is_beacon(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("://") else { return false };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = host.split(':').next().unwrap_or(host);
    let below = |known: &str| host.strip_suffix(known).is_some_and(|above| above.is_empty() || above.ends_with('.'));
    BEACONS.iter().any(|(known, begin)| below(known) && path.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: bool) {
        assert_eq!(is_beacon(address), expected, "{address}");
        let picture = format!("<img src=\"{address}\">");
        assert_eq!(without_pixels(&picture), if expected { String::new() } else { picture });
    }

    #[test]
    fn a_beacon_is_known_by_its_address() {
        check("http://feeds.feedburner.com/~r/site/~4/abc", true);
        check("https://rc.feedsportal.com/r/1/a.gif", true);
        check("https://pixel.wp.com:443/b.gif?host=a.test", true);
        check("https://www.facebook.com/tr?id=1", true);
    }

    #[test]
    fn a_picture_of_the_same_house_is_none() {
        check("https://feeds.feedburner.com/logo.png", false);
        check("https://miro.medium.com/v2/a.png", false);
        check("https://notfeedsportal.com/a.png", false);
        check("https://a.test/?u=https://pixel.wp.com/b.gif", false);
    }
}
