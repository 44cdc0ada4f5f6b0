// SPDX-License-Identifier: Apache-2.0
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{version, ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// `security`: version, CA, certificate, key; nothing: in clear.
pub fn config(security: &[&str]) -> Option<Arc<ClientConfig>> {
    let (wanted, ca) = (security.first()?, security[1]);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca).unwrap()).unwrap();
    let versions = if *wanted == "1.2" { &[&version::TLS12] } else { &[&version::TLS13] };
    let begun = ClientConfig::builder_with_protocol_versions(versions).with_root_certificates(roots);
    Some(Arc::new(match security[2..] {
        [certificate, key] => {
            let chain = CertificateDer::pem_file_iter(certificate).unwrap().map(Result::unwrap).collect();
            begun.with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap()).unwrap()
        }
        _ => begun.with_no_client_auth(),
    }))
}

pub fn name() -> ServerName<'static> {
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

fn exchange_blocking<S: Read + Write>(mut stream: S, folder: &Path) {
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

fn ask_blocking(folder: &Path, port: &str, config: Option<Arc<ClientConfig>>) {
    let socket = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    match config {
        Some(config) => exchange_blocking(StreamOwned::new(ClientConnection::new(config, name()).unwrap(), socket), folder),
        None => exchange_blocking(socket, folder),
    }
}

async fn exchange_tokio<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, folder: &Path) {
    for (file, request) in requests(folder) {
        stream.write_all(&request).await.unwrap();
        stream.flush().await.unwrap();
        let mut answer = Vec::new();
        while !is_whole(&request, &answer) {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
        std::fs::write(file, answer).unwrap();
    }
}

async fn ask_tokio(folder: PathBuf, address: String, config: Option<Arc<ClientConfig>>) {
    let socket = tokio::net::TcpStream::connect(address).await.unwrap();
    match config {
        Some(config) => {
            let stream = tokio_rustls::TlsConnector::from(config).connect(name(), socket).await.unwrap();
            exchange_tokio(stream, &folder).await;
        }
        None => exchange_tokio(socket, &folder).await,
    }
}

pub fn blocking(port: &str, folder: &str, security: &[&str]) {
    let config = config(security);
    std::thread::scope(|all| {
        for one in folders(folder) {
            let config = config.clone();
            all.spawn(move || ask_blocking(&one, port, config));
        }
    });
}

pub fn tokio(port: &str, folder: &str, security: &[&str]) {
    let config = config(security);
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

struct Driven {
    connection: ClientConnection,
    socket: std::net::TcpStream,
    folder: PathBuf,
}

impl Driven {
    fn connect(folder: PathBuf, port: &str, config: Arc<ClientConfig>) -> Driven {
        let mut socket = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        let mut connection = ClientConnection::new(config, name()).unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut socket).unwrap();
        }
        Driven { connection, socket, folder }
    }

    fn read_answer(&mut self, request: &[u8]) -> Vec<u8> {
        let (mut answer, mut some) = (Vec::new(), [0; 5000]);
        while !is_whole(request, &answer) {
            assert_ne!(self.connection.read_tls(&mut self.socket).unwrap(), 0);
            self.connection.process_new_packets().unwrap();
            while let Ok(size) = self.connection.reader().read(&mut some) {
                answer.extend_from_slice(&some[..size]);
            }
        }
        answer
    }
}

/// What is written to all connections goes out only then.
fn by_a_loop(port: &str, folder: &str, security: &[&str]) -> Vec<Driven> {
    let config = config(security).unwrap();
    let mut all: Vec<_> = folders(folder).into_iter().map(|one| Driven::connect(one, port, config.clone())).collect();
    let count = requests(&all[0].folder).count();
    for number in 0..count {
        let asked: Vec<_> = all.iter().map(|one| std::fs::read(one.folder.join(format!("request-{number}"))).unwrap()).collect();
        for (one, request) in all.iter_mut().zip(&asked) {
            one.connection.writer().write_all(request).unwrap();
        }
        for one in &mut all {
            while one.connection.wants_write() {
                one.connection.write_tls(&mut one.socket).unwrap();
            }
        }
        for (one, request) in all.iter_mut().zip(&asked) {
            let answer = one.read_answer(request);
            std::fs::write(one.folder.join(format!("answer-{number}")), answer).unwrap();
        }
    }
    all
}

pub fn own_loop(port: &str, folder: &str, security: &[&str]) {
    by_a_loop(port, folder, security);
}

pub fn both(port: &str, folder: &str, security: &[&str]) {
    std::thread::scope(|all| {
        all.spawn(|| {
            let left = by_a_loop(port, &format!("{folder}/loop"), security);
            for mut one in left {
                one.connection.writer().write_all(b"never sent").unwrap();
            }
        });
    });
    blocking(port, &format!("{folder}/blocking"), security);
    println!("done");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
