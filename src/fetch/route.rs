//! The way from the address we know to the one that answers. Pure.

use url::Url;

use crate::fetch::{FetchError, Forbidden};

/// As browsers had it before they grew lenient; a feed needs two or three.
const MOST_HOPS: usize = 10;

/// Where the redirects have led so far.
pub struct Route {
    /// The address to ask next.
    pub at: Url,
    moved: Option<Url>,
    steady: Steady,
    hops: usize,
}

/// Whether every redirect so far was a permanent one.
#[derive(PartialEq)]
enum Steady {
    AllPermanent,
    Broken,
}

impl Route {
    /// At its beginning.
    pub fn from(url: &Url) -> Self {
        Self { at: without_fragment(url.clone()), moved: None, steady: Steady::AllPermanent, hops: 0 }
    }

    /// Goes where a redirect with this `status` points.
    ///
    /// # Errors
    ///
    /// If that is no address, or there were too many already.
    pub fn follow(&mut self, status: u16, location: &[u8]) -> Result<(), FetchError> {
        self.hops += 1;
        if self.hops > MOST_HOPS {
            return Err(FetchError::TooManyRedirects { followed: MOST_HOPS });
        }
        let location = String::from_utf8_lossy(location);
        let next = self.at.join(location.trim()).map_err(|_| FetchError::BadRedirect { to: shortened(&location) })?;
        self.at = without_fragment(without_foreign_credentials(next, &self.at));
        match status {
            301 | 308 if self.steady == Steady::AllPermanent => self.moved = Some(self.at.clone()),
            _ => self.steady = Steady::Broken,
        }
        Ok(())
    }

    /// What went wrong on the way: an address that the guard refused was not
    /// written by the operator, if a redirect led there.
    pub fn blamed(&self, error: FetchError) -> FetchError {
        match error {
            FetchError::Refused(Forbidden::Private(address)) if self.hops > 0 => FetchError::LedAstray(address),
            error => error,
        }
    }

    /// The address that answers, without the login: what is relative to it, or
    /// shown of it, is for everybody.
    pub fn answering(&self) -> Url {
        without_login(self.at.clone())
    }

    /// Where the permanent redirects at its beginning lead: one after a
    /// temporary redirect says nothing about the address we know.
    pub fn moved(&self) -> Option<&Url> {
        self.moved.as_ref()
    }

    /// Whether what stands at its end stands for the address we know: there was
    /// no temporary redirect on the way.
    pub fn is_steady(&self) -> bool {
        self.steady == Steady::AllPermanent
    }
}

/// What the operator put into an address for one server is not for another,
/// and no server may make us log in elsewhere.
fn without_foreign_credentials(next: Url, from: &Url) -> Url {
    let same_login = next.username() == from.username() && next.password() == from.password();
    if next.origin() != from.origin() || !same_login { without_login(next) } else { next }
}

fn without_login(mut url: Url) -> Url {
    // Neither can fail on an http address; others are refused anyway.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

fn shortened(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, hops: &[(u16, &str)], at: &str, moved: Option<&str>) {
        let mut route = Route::from(&from.parse().unwrap());
        for (status, location) in hops {
            route.follow(*status, location.as_bytes()).unwrap();
        }
        assert_eq!(route.at.as_str(), at);
        assert_eq!(route.moved().map(Url::as_str), moved);
    }

    #[test]
    fn only_permanent_redirects_from_the_start_are_a_move() {
        check("http://a.test/f", &[(301, "/g"), (308, "/h")], "http://a.test/h", Some("http://a.test/h"));
        check("http://a.test/f", &[(301, "/g"), (302, "/h")], "http://a.test/h", Some("http://a.test/g"));
        check("http://a.test/f", &[(307, "/g"), (301, "/h")], "http://a.test/h", None);
        check("http://a.test/f", &[(303, "g?x=1#top")], "http://a.test/g?x=1", None);
    }

    #[test]
    fn credentials_stay_at_home() {
        check("http://me:pw@a.test/f", &[(302, "/g")], "http://me:pw@a.test/g", None);
        check("http://me:pw@a.test/f", &[(302, "//b.test/g")], "http://b.test/g", None);
        check("http://a.test/f", &[(302, "http://you:pw@b.test/")], "http://b.test/", None);
        check("http://a.test/f", &[(302, "http://you:pw@a.test/")], "http://a.test/", None);
    }

    #[test]
    fn odd_locations_are_read_as_browsers_do() {
        check("http://a.test/f", &[(302, " /é ")], "http://a.test/%C3%A9", None);
        let mut route = Route::from(&"http://a.test/".parse().unwrap());
        assert!(route.follow(302, b"http://").is_err());
    }

    #[test]
    fn ten_hops_are_enough() {
        let mut route = Route::from(&"http://a.test/".parse().unwrap());
        let followed = (0..20).take_while(|_| route.follow(302, b"/").is_ok()).count();
        assert_eq!(followed, 10);
    }
}
