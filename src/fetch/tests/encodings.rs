//! Bodies that are packed: well, badly, and with intent.

use super::*;

#[tokio::test]
async fn compressed_bodies_are_read_and_stacked_ones_refused() {
    let packed = hex("1f8b0800000000000203b3292a2ed6b70300672928bd06000000");
    let gzip = answer("200 OK", &["Content-Encoding: gzip"], &packed);
    assert!(matches!(fetch_from(vec![gzip]).await, Ok(Fetched::Body { bytes, .. }) if bytes == b"<rss/>"));
    for label in ["gzip, gzip", "br, gzip", "compress", "x"] {
        let line = format!("Content-Encoding: {label}");
        let result = fetch_from(vec![answer("200 OK", &[&line], &packed)]).await;
        assert_eq!(result, Err(FetchError::Encoding(format!("`{label}`"))));
    }
    let unannounced = fetch_from(vec![answer("200 OK", &[], &packed)]).await;
    check_error(unannounced, "encoded as gzip without saying so");
    check_error(
        fetch_from(vec![answer("200 OK", &["Content-Encoding: gzip"], BODY)]).await,
        "unpacked as the gzip it says to be: ",
    );
    let half = answer("200 OK", &["Content-Encoding: gzip"], &packed[..15]);
    check_error(fetch_from(vec![half]).await, "broke off");
    let plain = answer("200 OK", &["Content-Encoding: identity"], BODY);
    assert!(fetch_from(vec![plain]).await.is_ok());
}
