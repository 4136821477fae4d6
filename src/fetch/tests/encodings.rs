//! Bodies that are packed: well, badly, and with intent.

use super::*;

async fn labelled(label: &str, body: &[u8]) -> Result<Fetched, FetchError> {
    fetch_from(vec![answer("200 OK", &[&format!("Content-Encoding: {label}")], body)]).await
}

async fn check_read(label: &str, body: &[u8]) {
    let result = labelled(label, body).await;
    assert!(matches!(&result, Ok(Fetched::Body { bytes, .. }) if bytes == BODY), "{label}: {result:?}");
}

#[tokio::test]
async fn every_encoding_we_offer_is_read() {
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        check_read(encoding, &pack(encoding, BODY)).await;
    }
}

#[tokio::test]
async fn old_names_odd_letters_and_raw_deflate_are_read_too() {
    check_read("x-gzip", &pack("gzip", BODY)).await;
    check_read("GZip ", &pack("gzip", BODY)).await;
    check_read("identity, gzip", &pack("gzip", BODY)).await;
    check_read("deflate", &pack("raw", BODY)).await;
    check_read("identity", BODY).await;
    check_read("", BODY).await;
}

#[tokio::test]
async fn gzip_that_announces_another_size_is_read_all_the_same() {
    let (head, tail) = BODY.split_at(BODY.len() / 2);
    check_read("gzip", &[pack("gzip", head), pack("gzip", tail)].concat()).await;
    check_read("gzip", &[&pack("gzip", BODY)[..], &[0; 16]].concat()).await;
    // Blocks of nothing (RFC 1951, 3.2.4) before the body's own, so that it is longer than what it announces.
    let packed = pack("gzip", BODY);
    let (header, body) = packed.split_at(10);
    check_read("gzip", &[header, &b"\0\0\0\xff\xff".repeat(1_000), body].concat()).await;
}

#[tokio::test]
async fn stacked_and_unknown_encodings_are_refused() {
    let once = pack("gzip", BODY);
    for label in ["gzip, gzip", "br, gzip", "compress", "x-compress", "aes128gcm", "dcb", "x"] {
        assert_eq!(labelled(label, &once).await, Err(FetchError::Encoding(format!("`{label}`"))));
    }
    let lines = ["Content-Encoding: gzip", "Content-Encoding: gzip"];
    let twice = fetch_from(vec![answer("200 OK", &lines, &pack("gzip", &once))]).await;
    assert_eq!(twice, Err(FetchError::Encoding("`gzip, gzip`".to_owned())));
    check_error(labelled("gzip", &pack("gzip", &once)).await, "encoded as gzip within gzip");
    check_error(labelled("br", &pack("br", &once)).await, "encoded as gzip within br");
}

#[tokio::test]
async fn a_wrong_label_is_said_to_be_wrong() {
    for label in ["gzip", "zstd", "deflate"] {
        check_error(labelled(label, BODY).await, &format!("unpacked as the {label} it says to be: "));
    }
    // To brotli almost anything is the beginning of something.
    assert!(labelled("br", BODY).await.is_err());
    assert!(labelled("br", &pack("gzip", BODY)).await.is_err());
    check_error(labelled("gzip", &pack("br", BODY)).await, "unpacked as the gzip it says to be: ");
    check_error(labelled("zstd", &pack("gzip", BODY)).await, "unpacked as the zstd it says to be: ");
    check_error(fetch_from(vec![answer("200 OK", &[], &pack("gzip", BODY))]).await, "gzip without saying so");
}

#[tokio::test]
async fn half_a_packed_body_is_none() {
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        let packed = pack(encoding, BODY);
        let half = labelled(encoding, &packed[..packed.len() / 2]).await;
        check_error(half, &format!("its {encoding} data end too early"));
        check_error(labelled(encoding, b"").await, &format!("after 0 bytes: its {encoding} data end too early"));
    }
}

#[tokio::test]
async fn a_few_bytes_that_become_many_are_refused() {
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        let bomb = pack(encoding, &vec![b'0'; 5 << 20]);
        assert!((bomb.len() as u64) < LIMIT_BYTES, "{encoding}: {} bytes", bomb.len());
        let result = labelled(encoding, &bomb).await;
        assert_eq!(result, Err(FetchError::TooLargeUnpacked { limit_bytes: LIMIT_BYTES }), "{encoding}");
    }
}

#[tokio::test]
async fn many_bytes_that_become_nothing_are_refused() {
    // A header's comment without an end, empty blocks, frames to be skipped.
    for (label, begin, again) in [
        ("gzip", &b"\x1f\x8b\x08\x10\0\0\0\0\0\x03"[..], &b"x"[..]),
        ("deflate", b"\x78\x9c", b"\0\0\0\xff\xff"),
        ("zstd", b"", b"\x50\x2a\x4d\x18\0\0\0\0"),
    ] {
        let head = say(&format!("HTTP/1.1 200 OK\r\nContent-Encoding: {label}\r\n\r\n"));
        let script = vec![head, Piece::Say(begin.to_vec()), Piece::Forever(again.repeat(500))];
        let result = fetch_from(vec![script]).await;
        assert_eq!(result, Err(FetchError::TooLarge { limit_bytes: LIMIT_BYTES }), "{label}");
    }
}
