// SPDX-License-Identifier: Apache-2.0
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::ServerConfig;
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

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, folder: Arc<String>) {
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let (acceptor, folder) = (acceptor.clone(), folder.clone());
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(socket).await else { return };
            let service = service_fn(move |request| answer(request, folder.clone()));
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            let _ = connection.await;
        });
    }
}

pub fn serve(port: &str, certificate: &str, key: &str, folder: &str) {
    let certificates = CertificateDer::pem_file_iter(certificate).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(key).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(certificates, key).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
        accept(listener, TlsAcceptor::from(Arc::new(config)), Arc::new(folder.to_string())).await;
    });
}
