// SPDX-License-Identifier: Apache-2.0
use crate::ask;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http2::{handshake, SendRequest};
use hyper::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

async fn connect<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S) -> SendRequest<Full<Bytes>> {
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn exchange(mut sender: SendRequest<Full<Bytes>>, number: usize) {
    let size = number * 397 % 40_000;
    let request = Request::builder()
        .method("POST")
        .uri(format!("http://localhost/orders/{number}"))
        .header("x-number", number)
        .body(Full::new(Bytes::from("b".repeat(size))))
        .unwrap();
    let body = sender.send_request(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, format!("{size} bytes"));
}

/// POSTs /orders/0 and so on, all at once on one connection, with bodies of (397 N mod 40,000) bytes.
pub fn ask(port: &str, count: &str, security: &[&str]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap();
    runtime.block_on(async {
        let socket = tokio::net::TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
        let sender = match ask::config(security) {
            None => connect(socket).await,
            Some(mut config) => {
                Arc::make_mut(&mut config).alpn_protocols = vec![b"h2".to_vec()];
                connect(tokio_rustls::TlsConnector::from(config).connect(ask::name(), socket).await.unwrap()).await
            }
        };
        let asked: Vec<_> = (0..count.parse().unwrap()).map(|number| tokio::spawn(exchange(sender.clone(), number))).collect();
        for one in asked {
            one.await.unwrap();
        }
    });
}
