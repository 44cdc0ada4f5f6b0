// SPDX-License-Identifier: Apache-2.0
//! A server of hyper and two clients, over rustls, HTTP/1.1 alone:
//!
//!     peer serve PORT CERT KEY FOLDER
//!     peer ask blocking|tokio PORT CA 1.2|1.3 FOLDER
//!
//! The server answers with the file of FOLDER that the path names. A client has a connection for each folder in FOLDER, all at
//! once, sends the files request-N in it one after the other, and keeps what comes back as answer-N.
mod ask;
mod serve;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["serve", port, certificate, key, folder] => serve::serve(port, certificate, key, folder),
        ["ask", "blocking", port, ca, version, folder] => ask::blocking(port, ca, version, folder),
        ["ask", "tokio", port, ca, version, folder] => ask::tokio(port, ca, version, folder),
        _ => panic!("usage: peer serve|ask ARG…"),
    }
}
