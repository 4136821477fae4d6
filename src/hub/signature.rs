//! Whether a push was signed by who knows the secret (WebSub, 7.1).

use ring::hmac;

use super::Secret;

/// Why a push does not pass for the hub's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// We gave a secret, and it brings no signature.
    #[error("it is not signed")]
    Missing,
    /// By a method that nobody told us of, or not in the form `method=digits`.
    #[error("its signature is in no form that we know")]
    Unknown,
    /// Somebody else's, or of another text.
    #[error("its signature is not the hub's")]
    Wrong,
}

/// Checks `X-Hub-Signature: method=digits` of `body` against `secret`, in a
/// time that tells nothing of how much of it was right.
///
/// SHA-1 is taken too: the oldest hubs sign with nothing else, and as a key'd
/// hash it is not broken.
///
/// # Errors
///
/// If the body does not pass for one that the hub sent.
pub fn check(secret: &Secret, signature: Option<&str>, body: &[u8]) -> Result<(), Unsigned> {
    let (method, digits) = signature.ok_or(Unsigned::Missing)?.trim().split_once('=').ok_or(Unsigned::Unknown)?;
    let method = match method.to_ascii_lowercase().as_str() {
        "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "sha256" => hmac::HMAC_SHA256,
        "sha384" => hmac::HMAC_SHA384,
        "sha512" => hmac::HMAC_SHA512,
        _ => return Err(Unsigned::Unknown),
    };
    let given = bytes(digits).ok_or(Unsigned::Unknown)?;
    let key = hmac::Key::new(method, secret.reveal().as_bytes());
    hmac::verify(&key, body, &given).map_err(|_| Unsigned::Wrong)
}

/// Two digits a byte; none if that is not what `digits` are. At most 64 bytes,
/// the longest of the methods.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if digits.len() > 128 || !digits.len().is_multiple_of(2) {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    digits.chunks(2).map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As a hub would sign it.
    pub fn signed(secret: &str, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let digits: String = hmac::sign(&key, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256={digits}")
    }

    #[track_caller]
    fn signature(signature: Option<&str>, expected: Result<(), Unsigned>) {
        // Key and text of the second test case of RFC 2202 and RFC 4231.
        let secret = Secret::from("Jefe".to_owned());
        assert_eq!(check(&secret, signature, b"what do ya want for nothing?"), expected, "{signature:?}");
    }

    #[test]
    fn all_four_methods_are_known() {
        signature(Some("sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"), Ok(()));
        let sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        signature(Some(&format!("sha256={sha256}")), Ok(()));
        signature(Some(&format!(" SHA256={} ", sha256.to_uppercase())), Ok(()));
        let sha384 = "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649";
        signature(Some(&format!("sha384={sha384}")), Ok(()));
        let sha512 = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
                      caeab1a34d4a6b4b636e070a38bce737";
        signature(Some(&format!("sha512={sha512}")), Ok(()));
    }

    #[test]
    fn what_is_not_signed_rightly_is_refused() {
        signature(None, Err(Unsigned::Missing));
        for unknown in ["", "sha256", "md5=00", "sha256=xyz", "sha256=0", "sha1=+1"] {
            signature(Some(unknown), Err(Unsigned::Unknown));
        }
        signature(Some(&format!("sha512={}", "00".repeat(65))), Err(Unsigned::Unknown));
        for wrong in ["sha1=", "sha1=00", "sha256=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"] {
            signature(Some(wrong), Err(Unsigned::Wrong));
        }
    }

    proptest! {
        #[test]
        fn no_signature_is_guessed_or_makes_it_panic(signature in "(sha(1|256|384|512)=)?[0-9a-f]{0,130}|\\PC{0,40}") {
            prop_assert!(check(&Secret::from("Jefe".to_owned()), Some(&signature), b"Hello").is_err());
        }
    }
}
