//! The editor's key: what it signs, nobody else can have written.

use std::fmt;

use ring::hmac;

use super::{Pass, ROOT};

/// Characters of a key at least: 32 hexadecimal digits are 128 bits.
pub const LEAST_KEY: usize = 32;

/// No signed pass is longer.
const LONGEST: usize = 200;

/// What is signed for the address of the feed. No pass begins so.
const FEED: &str = "feed";

/// A key that signs. Neither `Debug` nor a log line shows it.
pub struct Key(hmac::Key);

/// A key that could be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it has {0} characters, and needs {LEAST_KEY} or more that nobody can guess: `openssl rand -hex 32` makes some"
)]
pub struct Weak(usize);

impl Key {
    /// The key that stands in a file with this `text`; space around it does not count.
    ///
    /// # Errors
    ///
    /// If it is too short.
    pub fn of(text: &str) -> Result<Self, Weak> {
        let key = text.trim();
        let length = key.chars().count();
        if length < LEAST_KEY {
            return Err(Weak(length));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes())))
    }

    /// Where the feed stands, below our public address, without the ending of its format.
    pub fn feed(&self) -> String {
        format!("{ROOT}{}", self.signature(FEED))
    }

    /// Whether `name`, without [`ROOT`], is that of the feed; in a time that tells nothing.
    pub fn is_feed(&self, name: &str) -> bool {
        self.has_signed(FEED, name)
    }

    /// A pass as it stands in a link: what it is good for, and that we say so.
    pub fn signed(&self, pass: &Pass) -> String {
        let said = pass.to_string();
        format!("{said}.{}", self.signature(&said))
    }

    /// The pass that was signed so, if it was by this key; in a time that tells nothing.
    pub fn read(&self, signed: &str) -> Option<Pass> {
        let (said, signature) = signed.rsplit_once('.').filter(|_| signed.len() <= LONGEST)?;
        self.has_signed(said, signature).then(|| said.parse().ok()).flatten()
    }

    fn signature(&self, said: &str) -> String {
        hmac::sign(&self.0, said.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn has_signed(&self, said: &str, signature: &str) -> bool {
        bytes(signature).is_some_and(|signature| hmac::verify(&self.0, said.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// The 32 bytes of a signature; none of what we would not have written so, which
/// capital letters are, too: a pass has one form.
fn bytes(digits: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = digits.as_bytes().try_into().ok()?;
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::review::Choice;

    const TEXT: &str = "5b2f8e0c9d417a63b1f0e2d4c6a8b0921e3d5c7f";

    fn key() -> Key {
        Key::of(TEXT).unwrap()
    }

    fn pass() -> Pass {
        let story = "fdadc34a27727d211afff4044628305d".parse().unwrap();
        Pass {
            week: "2026-W19".parse().unwrap(),
            choice: Choice::Pin(story),
            used: 0,
            until: "2026-05-11T20:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn what_it_signed_is_read_again_and_by_no_other_key() {
        let signed = key().signed(&pass());
        assert_eq!(key().read(&signed), Some(pass()));
        assert_eq!(Key::of(&format!(" {TEXT}\n")).unwrap().read(&signed), Some(pass()), "a file ends with a line");
        assert_eq!(Key::of(&TEXT.replace('5', "6")).unwrap().read(&signed), None);
    }

    #[test]
    fn it_signs_as_everybody_does() {
        // The same by `printf feed | openssl dgst -sha256 -hmac KEY`.
        let feed = key().feed();
        let name = feed.strip_prefix(ROOT).unwrap();
        assert_eq!(name, "850afdd90690cfdef3800e56b3900d17d571bd4d50679daac5daae864782bce2");
        assert!(key().is_feed(name) && !key().is_feed(&name.to_uppercase()) && !key().is_feed(&name[1..]));
    }

    #[test]
    fn a_pass_is_no_address_of_the_feed_and_the_other_way_round() {
        let signed = key().signed(&pass());
        assert!(!key().is_feed(&signed) && !key().is_feed(signed.rsplit('.').next().unwrap()));
        assert_eq!(key().read(&format!("feed.{}", key().feed().trim_start_matches(ROOT))), None);
    }

    #[test]
    fn a_key_that_could_be_guessed_is_none() {
        let check = |text: &str, length| assert_eq!(Key::of(text).unwrap_err(), Weak(length));
        check("", 0);
        check("  \n ", 0);
        check(&"k".repeat(31), 31);
        assert!(Key::of(&"k".repeat(32)).is_ok());
        assert_eq!(format!("{:?}", key()), "Key(..)");
    }

    proptest! {
        #[test]
        fn any_other_byte_makes_it_nobodys(at in 0_usize..123, byte: u8) {
            let signed = key().signed(&pass());
            let mut bytes = signed.clone().into_bytes();
            prop_assert!(at < bytes.len());
            prop_assume!(bytes[at] != byte);
            bytes[at] = byte;
            prop_assert_eq!(key().read(&String::from_utf8_lossy(&bytes)), None);
        }

        #[test]
        fn nothing_longer_shorter_or_made_up_passes(text in "(2026-W19\\.(pin|approve)\\.)?[0-9a-f.]{0,200}|\\PC{0,40}", cut in 1_usize..123) {
            prop_assert_eq!(key().read(&text), None);
            let signed = key().signed(&pass());
            prop_assert_eq!(key().read(&signed[cut..]), None);
            prop_assert_eq!(key().read(&signed[..signed.len() - cut]), None);
            prop_assert_eq!(key().read(&format!("{signed}{text}")).is_some(), text.is_empty());
        }
    }
}
