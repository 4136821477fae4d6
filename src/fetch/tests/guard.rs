//! The address guard where it counts: at the door, in the resolver, at every hop.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;

use super::*;

#[tokio::test]
async fn no_redirect_leads_into_a_private_network_or_another_scheme() {
    for (location, words) in [
        ("http://10.0.0.1/", "redirects to 10.0.0.1, a private address: refused"),
        ("http://0xa.1/", "redirects to 10.0.0.1, a private address: refused"),
        ("http://[::1]/", "redirects to ::1, a private address of this machine: refused"),
        ("//167772161:1/", "redirects to 10.0.0.1, a private address: refused"),
        ("http://[::ffff:10.0.0.1]/", "redirects to ::ffff:10.0.0.1, an IPv4 address in disguise: refused"),
        (
            "http://169.254.169.254/latest/meta-data",
            "redirects to 169.254.169.254, a private address of the local link: refused",
        ),
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
    let request =
        |allow_private| Request { url: &url, validators: &validators, allow_private, allow_at_home: &[], now: now() };
    let excepted = [loopback()];
    assert!(fetcher.fetch(request(&excepted)).await.is_ok());
    assert!(fetcher.fetch(request(&[])).await.is_err());
    assert!(fetcher.fetch(request(&excepted)).await.is_ok());
}

#[tokio::test]
async fn what_is_allowed_for_a_typed_address_is_not_for_its_redirects() {
    let elsewhere = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    let away = format!("Location: {}", elsewhere.url("/"));
    let scripts = vec![answer("302 x", &["Location: /near"], b""), answer("302 x", &[&away], b"")];
    let typed = Origin::new(scripts).await;
    let fetcher = Fetcher::new(Limits { allow_private: Vec::new(), ..limits() }).unwrap();
    let (url, validators) = (typed.url("/"), Validators::default());
    let request =
        Request { url: &url, validators: &validators, allow_private: &[], allow_at_home: &ANYWHERE, now: now() };
    check_error(fetcher.fetch(request).await, "redirects to 127.0.0.1, a private address of this machine: refused");
    assert_eq!((typed.heard().len(), elsewhere.heard().len()), (2, 0), "it may redirect to itself");
}

/// What a name server with intent says.
fn told(name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
    let addresses: &[[u8; 4]] = match name.as_str() {
        "allowed.test" => &[[127, 0, 0, 1]],
        "private.test" => &[[127, 0, 0, 2]],
        "both.test" => &[[127, 0, 0, 2], [127, 0, 0, 1], [127, 0, 0, 3]],
        "metadata.test" => &[[169, 254, 169, 254]],
        "silent.test" => return Box::pin(std::future::pending()),
        other => panic!("nobody asks for {other}"),
    };
    Box::pin(async move { Ok(addresses.iter().map(|it| SocketAddr::from((*it, 0))).collect()) })
}

/// Only 127.0.0.1 may be dialled; the rest of loopback stands for a private network.
async fn fetch_told(limits: Limits, url: &str) -> Result<Fetched, FetchError> {
    let only = Network { address: IpAddr::from([127, 0, 0, 1]), prefix: 32 };
    let limits = Limits { allow_private: vec![only], ..limits };
    let hosts = Arc::new(Hosts::new(limits.manners));
    let fetcher = Fetcher::asking(told, limits, hosts, Arc::new(Budget::new())).unwrap();
    fetch_as(fetcher, url.parse().unwrap()).await
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_refused_with_it() {
    check_error(fetch_told(limits(), "http://private.test/").await, "127.0.0.2 is a private address of this machine");
    check_error(fetch_told(limits(), "http://metadata.test/").await, "169.254.169.254 is a private address");
}

#[tokio::test]
async fn of_a_name_with_several_addresses_no_private_one_is_dialled() {
    let origin = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    // Whoever dials these at the origin's port is counted.
    let traps = [[127, 0, 0, 2], [127, 0, 0, 3]].map(|ip| std::net::TcpListener::bind((IpAddr::from(ip), origin.port)));
    let result = fetch_told(limits(), &format!("http://both.test:{}/", origin.port)).await;
    assert!(result.is_ok(), "{result:?}");
    for trap in traps.into_iter().flatten() {
        trap.set_nonblocking(true).unwrap();
        assert_eq!(trap.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock, "nobody came");
    }
}

#[tokio::test]
async fn no_redirect_leads_to_a_private_address_behind_a_name() {
    for name in ["private.test", "metadata.test"] {
        let hop = answer("302 x", &[&format!("Location: http://{name}/")], b"");
        let origin = Origin::new(vec![hop]).await;
        let result = fetch_told(limits(), &format!("http://allowed.test:{}/", origin.port)).await;
        assert!(matches!(result, Err(FetchError::LedAstray(_))), "{name}: {result:?}");
        assert_eq!(origin.heard().len(), 1);
    }
}

#[tokio::test]
async fn a_name_that_is_never_found_is_not_awaited_for_ever() {
    let quick = Limits { connect_timeout: Duration::from_millis(50), ..limits() };
    check_error(
        fetch_told(quick, "http://silent.test/").await,
        "cannot connect to silent.test: no connection within 50 ms",
    );
}
