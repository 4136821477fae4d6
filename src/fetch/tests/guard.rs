//! The address guard where it counts: at the door, in the resolver, at every hop.

use super::*;

#[tokio::test]
async fn no_redirect_leads_into_a_private_network_or_another_scheme() {
    for (location, words) in [
        ("http://10.0.0.1/", "10.0.0.1 is a private address; allow it with allow_private = [\"10.0.0.0/8\"]"),
        ("http://0xa.1/", "10.0.0.1 is a private address"),
        ("http://[::1]/", "::1 is a private address of this machine"),
        ("http://169.254.169.254/latest/meta-data", "private address of the local link"),
        ("ftp://127.0.0.1/feed", "`ftp:` is not fetched"),
        ("file:///etc/passwd", "`file:` is not fetched"),
    ] {
        let line = format!("Location: {location}");
        let result = fetch_from(vec![answer("302 x", &[&line], b""), answer("200 OK", &[], BODY)]).await;
        assert_eq!(result.as_ref().map_err(FetchError::remedy), Err(Remedy::Configure));
        check_error(result, words);
    }
}

#[tokio::test]
async fn nothing_private_is_reachable_by_address_or_by_name() {
    let origin = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    let by_name: Url = format!("http://localhost:{}/", origin.port).parse().unwrap();
    for url in [origin.url("/"), by_name] {
        let closed = Limits { allow_private: Vec::new(), ..limits() };
        let refused = fetch_with(closed, &url, &Validators::default()).await;
        assert!(matches!(refused, Err(FetchError::Refused(Forbidden::Private(_)))), "{url}: {refused:?}");
        assert!(origin.heard().is_empty(), "nobody was dialled");
    }
}

#[tokio::test]
async fn an_exception_of_one_source_is_not_for_the_others() {
    let origin = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    let url: Url = format!("http://localhost:{}/", origin.port).parse().unwrap();
    let fetcher = Fetcher::new(Limits { allow_private: Vec::new(), ..limits() }).unwrap();
    let validators = Validators::default();
    let request = |allow_private| Request { url: &url, validators: &validators, allow_private, now: now() };
    let excepted = [loopback()];
    assert!(fetcher.fetch(request(&excepted)).await.is_ok());
    assert!(fetcher.fetch(request(&[])).await.is_err());
    assert!(fetcher.fetch(request(&excepted)).await.is_ok());
}
