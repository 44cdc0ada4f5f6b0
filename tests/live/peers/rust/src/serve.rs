// SPDX-License-Identifier: Apache-2.0
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

type Answer = Result<Response<Full<Bytes>>, hyper::Error>;

async fn answer(request: Request<Incoming>, folder: Arc<String>) -> Answer {
    let kind = request.uri().path().trim_matches('/').to_string();
    if request.method() == Method::POST {
        let size = request.into_body().collect().await?.to_bytes().len();
        return Ok(Response::new(Full::new(Bytes::from(format!("{size} bytes")))));
    }
    if kind == "204" {
        return Ok(Response::builder().status(204).body(Full::default()).unwrap());
    }
    let body = tokio::fs::read(format!("{folder}/{kind}")).await.unwrap();
    Ok(Response::new(Full::new(Bytes::from(body))))
}

async fn serve_one<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, folder: Arc<String>, http2: bool) {
    let service = service_fn(move |request| answer(request, folder.clone()));
    let stream = TokioIo::new(stream);
    let _ = if http2 {
        hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(stream, service).await
    } else {
        hyper::server::conn::http1::Builder::new().serve_connection(stream, service).await
    };
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, folder: Arc<String>, http2: bool) {
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let (acceptor, folder) = (acceptor.clone(), folder.clone());
        tokio::spawn(async move {
            match acceptor {
                None => serve_one(socket, folder, http2).await,
                Some(acceptor) => {
                    let Ok(stream) = acceptor.accept(socket).await else { return };
                    serve_one(stream, folder, http2).await;
                }
            }
        });
    }
}

/// `security`: certificate, key, CA of clients; nothing: in clear.
fn config(security: &[&str], http2: bool) -> Option<Arc<ServerConfig>> {
    let (certificate, key) = (security.first()?, security[1]);
    let certificates = CertificateDer::pem_file_iter(certificate).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(key).unwrap();
    let begun = match security.get(2) {
        None => ServerConfig::builder().with_no_client_auth(),
        Some(ca) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_file(ca).unwrap()).unwrap();
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
            ServerConfig::builder().with_client_cert_verifier(verifier)
        }
    };
    let mut made = begun.with_single_cert(certificates, key).unwrap();
    if http2 {
        made.alpn_protocols = vec![b"h2".to_vec()];
    }
    Some(Arc::new(made))
}

pub fn serve(port: &str, folder: &str, security: &[&str], http2: bool) {
    let acceptor = config(security, http2).map(TlsAcceptor::from);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
        accept(listener, acceptor, Arc::new(folder.to_string()), http2).await;
    });
}
