// SPDX-License-Identifier: Apache-2.0
//! A server of hyper and clients, over rustls; HTTP/1.1, but where it says http2:
//!
//!     peer serve|serve-http2 PORT FOLDER [CERT KEY [CA]]
//!     peer ask blocking|tokio|loop PORT FOLDER [1.2|1.3 CA [CERT KEY]]
//!     peer ask both PORT FOLDER 1.2|1.3 CA
//!     peer ask http2 PORT COUNT [1.2|1.3 CA]
//!     peer idle
//!
//! In clear without CERT and CA; with a CA the server asks clients for a certificate.
//! The server answers with the file of FOLDER that the path names. A client has a connection for each folder in FOLDER, all at
//! once, sends the files request-N in it one after the other, and keeps what comes back as answer-N. "both": "loop" in a thread
//! that ends, with FOLDER/loop, then "blocking" with FOLDER/blocking; then it says so, and lives on until its input ends.
mod ask;
mod ask_http2;
mod serve;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["serve", port, folder, ref security @ ..] => serve::serve(port, folder, security, false),
        ["serve-http2", port, folder, ref security @ ..] => serve::serve(port, folder, security, true),
        ["ask", "blocking", port, folder, ref security @ ..] => ask::blocking(port, folder, security),
        ["ask", "tokio", port, folder, ref security @ ..] => ask::tokio(port, folder, security),
        ["ask", "loop", port, folder, ref security @ ..] => ask::own_loop(port, folder, security),
        ["ask", "both", port, folder, ref security @ ..] => ask::both(port, folder, security),
        ["ask", "http2", port, count, ref security @ ..] => ask_http2::ask(port, count, security),
        ["idle"] => std::thread::sleep(std::time::Duration::MAX),
        _ => panic!("usage: peer serve|ask ARG…"),
    }
}
