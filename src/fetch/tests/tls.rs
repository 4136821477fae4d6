//! Servers that cannot show who they are.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};

use super::*;
use crate::fetch::resolve::GuardedResolver;

/// Says to be 127.0.0.1 until the year 2999, signed by itself and trusted by nobody.
const CERTIFICATE: &str = "\
    308201343081daa003020102020101300a06082a8648ce3d04030230183116301406035504030c0d737472616e6765722e74\
    6573743020170d3030303130313030303030305a180f32393939303130313030303030305a30183116301406035504030c0d\
    737472616e6765722e746573743059301306072a8648ce3d020106082a8648ce3d030107034200046f76496eda2cd4d8f1b9\
    a7fc032e997ba3fc2d87978b3edbd6991ef41af0f53dc06d232a9d018fad63bfb596721a986d330604372ad9ff8eb0a1eec7\
    320c57b7a3133011300f0603551d110408300687047f000001300a06082a8648ce3d0403020349003046022100ad04de98a8\
    c378977907def0b447fb84c3c8ee9517228ab300adc080d5ebdd650221008759b9c2b85a24886a5c92227f33b132d3512dd6\
    b08be18fb4a262e6c22721ca";

/// Made for these tests; it guards nothing.
const KEY: &str = "\
    308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b020101042005151f3a52181863bd8269beee45\
    aef1739062118e227a7a61cdcf5b9da3dd03a144034200046f76496eda2cd4d8f1b9a7fc032e997ba3fc2d87978b3edbd699\
    1ef41af0f53dc06d232a9d018fad63bfb596721a986d330604372ad9ff8eb0a1eec7320c57b7";

fn hex(digits: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// What we say of the https server that `talk` plays for one connection. On a
/// client that trusts nobody, so that the machine's certificates do not matter.
async fn said_of(talk: fn(TcpStream)) -> FetchError {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url: Url = format!("https://127.0.0.1:{}/feed", listener.local_addr().unwrap().port()).parse().unwrap();
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        talk(stream);
    });
    let resolver = GuardedResolver { allowed: Arc::from([loopback()]), lookup: resolve::system };
    let client = Client::without_roots(&limits(), resolver, "none").unwrap();
    let error = client.ask(&url, &Validators::default()).await.unwrap_err();
    server.join().unwrap();
    error
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_named() {
    let error = said_of(|mut stream| {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(hex(KEY)));
        let chain = vec![CertificateDer::from(hex(CERTIFICATE))];
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let mut tls = ServerConnection::new(Arc::new(config)).unwrap();
        // The client hangs up in the middle, as it should.
        tls.complete_io(&mut stream).unwrap_err();
    })
    .await;
    let FetchError::NotTrusted { host, why } = &error else { panic!("{error}") };
    assert_eq!(why, "its certificate is signed by nobody this machine trusts");
    assert_eq!(error.to_string(), format!("cannot trust {host}: {why}"));
}

#[tokio::test]
async fn a_server_without_tls_is_no_https_server() {
    let error = said_of(|mut stream| std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 x\r\n\r\n").unwrap()).await;
    assert!(matches!(error, FetchError::NoTls { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_hangs_up_on_tls_was_reached() {
    let error = said_of(|mut stream| {
        // All of the greeting, or the end would be a reset.
        let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
    })
    .await;
    let FetchError::NoTls { why, .. } = &error else { panic!("{error}") };
    assert_eq!(why, "it hung up in the middle of the handshake");
}
