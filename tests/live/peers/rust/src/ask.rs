// SPDX-License-Identifier: Apache-2.0
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{version, ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn config(ca: &str, wanted: &str) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca).unwrap()).unwrap();
    let versions = if wanted == "1.2" { &[&version::TLS12] } else { &[&version::TLS13] };
    Arc::new(ClientConfig::builder_with_protocol_versions(versions).with_root_certificates(roots).with_no_client_auth())
}

fn name() -> ServerName<'static> {
    ServerName::try_from("localhost").unwrap()
}

fn folders(folder: &str) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn requests(folder: &Path) -> impl Iterator<Item = (PathBuf, Vec<u8>)> + '_ {
    (0..).map_while(move |number| {
        let request = std::fs::read(folder.join(format!("request-{number}"))).ok()?;
        Some((folder.join(format!("answer-{number}")), request))
    })
}

/// Whether these bytes are the whole answer to the request.
fn is_whole(request: &[u8], answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let text = String::from_utf8_lossy(&answer[..head]).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    request.starts_with(b"HEAD") || answer.len() >= head + 4 + length
}

fn ask_blocking(folder: &Path, port: &str, config: Arc<ClientConfig>) {
    let socket = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let mut stream = StreamOwned::new(ClientConnection::new(config, name()).unwrap(), socket);
    for (file, request) in requests(folder) {
        stream.write_all(&request).unwrap();
        let (mut answer, mut some) = (Vec::new(), [0; 5000]);
        while !is_whole(&request, &answer) {
            let size = stream.read(&mut some).unwrap();
            assert_ne!(size, 0);
            answer.extend_from_slice(&some[..size]);
        }
        std::fs::write(file, answer).unwrap();
    }
}

async fn ask_tokio(folder: PathBuf, address: String, config: Arc<ClientConfig>) {
    let socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut stream = tokio_rustls::TlsConnector::from(config).connect(name(), socket).await.unwrap();
    for (file, request) in requests(&folder) {
        stream.write_all(&request).await.unwrap();
        stream.flush().await.unwrap();
        let mut answer = Vec::new();
        while !is_whole(&request, &answer) {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
        std::fs::write(file, answer).unwrap();
    }
}

pub fn blocking(port: &str, ca: &str, version: &str, folder: &str) {
    let config = config(ca, version);
    std::thread::scope(|all| {
        for one in folders(folder) {
            let config = config.clone();
            all.spawn(move || ask_blocking(&one, port, config));
        }
    });
}

pub fn tokio(port: &str, ca: &str, version: &str, folder: &str) {
    let config = config(ca, version);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap();
    runtime.block_on(async {
        let asked: Vec<_> = folders(folder)
            .into_iter()
            .map(|one| tokio::spawn(ask_tokio(one, format!("127.0.0.1:{port}"), config.clone())))
            .collect();
        for one in asked {
            one.await.unwrap();
        }
    });
}
