//! Pictures that nobody is to see, and that only tell somebody who reads.

use super::scan::{Piece, pieces};
use crate::text::tags::Tag;

/// Hosts, with those below them, and how the paths of their beacons begin.
///
/// Those of feeds, as Miniflux refuses them (internal/reader/sanitizer), and
/// what makers of statistics tell sites to embed out of sight: WordPress,
/// Medium, Mailchimp, HubSpot, The Conversation, Quantcast, Scorecard Research,
/// Google, Meta, LinkedIn, X.
const BEACONS: &[(&str, &str)] = &[
    ("feeds.feedburner.com", "/~"),
    ("feedsportal.com", "/"),
    ("api.flattr.com", "/"),
    ("stats.wordpress.com", "/"),
    ("feeds.wordpress.com", "/1.0/"),
    ("pixel.wp.com", "/"),
    ("medium.com", "/_/stat"),
    ("list-manage.com", "/track/open"),
    ("track.hubspot.com", "/__pt"),
    ("counter.theconversation.com", "/"),
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
    let said = |begin: &str| {
        let (_, value) = source.split_once(begin)?;
        value.split_once('"').map(|(value, _)| value)
    };
    let mut sides = [" width=\"", " height=\""].into_iter().filter_map(said);
    said(" src=\"").is_none_or(is_beacon) || sides.any(is_tiny)
}

/// Whether the tag of a picture, as its publisher wrote it, says that nobody is to
/// see it, in attributes that are not kept.
pub(super) fn is_hidden(tag: &Tag) -> bool {
    let said = |wanted: &str| tag.attributes().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    said("hidden").is_some() || said("style").is_some_and(|(_, style)| hides(style))
}

/// Whether a style shows nothing, or a pixel. One that fades in begins transparent:
/// that hides nothing.
pub(super) fn hides(style: &str) -> bool {
    let hides = |property: &str, value: &str| match property {
        "display" => value == "none",
        "visibility" => value == "hidden",
        "width" | "height" | "max-width" | "max-height" => is_tiny(value),
        _ => false,
    };
    let style = style.to_ascii_lowercase();
    let mut properties = style.split(';').filter_map(|property| property.split_once(':'));
    properties.any(|(property, value)| hides(property.trim(), value.split('!').next().unwrap_or_default().trim()))
}

/// Whether a length is at most one pixel: `1`, `01.0 `, `0.5px`; nothing is nothing in any unit.
fn is_tiny(length: &str) -> bool {
    let length = length.trim();
    let end = length.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(length.len());
    let (number, unit) = length.split_at(end);
    let is_of_pixels = matches!(unit.trim(), "" | "px");
    number.parse::<f64>().is_ok_and(|number| number <= 0.0 || number <= 1.0 && is_of_pixels)
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
        check("https://track.hubspot.com/__ptq.gif?a=1", true);
        check("https://counter.theconversation.com/content/1/count.gif", true);
    }

    #[test]
    fn a_style_hides_what_it_makes_a_pixel_or_less() {
        for style in
            ["display:none", "width:1px;height:1px", " Width : 0.5PX", "a:b;max-height:0em", "visibility:hidden;"]
        {
            assert!(hides(style), "{style}");
        }
        for style in
            ["", "display:block", "width:100%", "max-width:1%", "height:1em", "width:auto", "width:10px", "opacity:0"]
        {
            assert!(!hides(style), "{style}");
        }
    }

    #[test]
    fn a_picture_of_the_same_house_is_none() {
        check("https://feeds.feedburner.com/logo.png", false);
        check("https://miro.medium.com/v2/a.png", false);
        check("https://notfeedsportal.com/a.png", false);
        check("https://a.test/?u=https://pixel.wp.com/b.gif", false);
    }
}
