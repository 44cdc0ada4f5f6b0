// SPDX-License-Identifier: Apache-2.0

// A server and a client of Go's net/http, HTTP/1.1 alone, or HTTP/2 under TLS where PEER_HTTP2 is set:
//
//	peer serve PORT [CERT KEY [CA]]
//	peer ask PORT CASES PREFIX TRUTH GOROUTINES [1.2|1.3 CA [CERT KEY]]
//	peer idle
//
// In clear without CERT and CA; with a CA the server asks clients for a certificate.
// The client asks every case once in each goroutine, over a pool of connections that the goroutines share, and writes
// down what was really sent and received, a line of JSON for each exchange.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: peer serve|ask ARG…")
	}
	switch os.Args[1] {
	case "serve":
		serve(os.Args[2], os.Args[3:])
	case "ask":
		goroutines, err := strconv.Atoi(os.Args[6])
		must(err)
		ask(os.Args[2], os.Args[3], os.Args[4], os.Args[5], goroutines, os.Args[7:])
	case "idle":
		time.Sleep(1 << 62)
	default:
		log.Fatalf("what is %q?", os.Args[1])
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func http2() bool {
	return os.Getenv("PEER_HTTP2") != ""
}

func serve(port string, files []string) {
	server := &http.Server{Addr: "127.0.0.1:" + port, Handler: http.HandlerFunc(answer)}
	if !http2() {
		server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	}
	if len(files) == 0 {
		must(server.ListenAndServe())
		return
	}
	if len(files) > 2 {
		server.TLSConfig = &tls.Config{ClientCAs: authorities(files[2]), ClientAuth: tls.RequireAndVerifyClientCert}
	}
	must(server.ListenAndServeTLS(files[0], files[1]))
}

func authorities(ca string) *x509.CertPool {
	text, err := os.ReadFile(ca)
	must(err)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		log.Fatal(fmt.Errorf("no certificate in %s", ca))
	}
	return pool
}

// Of a client; `words`: version, CA, certificate, key.
func settings(words []string) *tls.Config {
	if len(words) == 0 {
		return nil
	}
	version := map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[words[0]]
	config := &tls.Config{RootCAs: authorities(words[1]), MinVersion: version, MaxVersion: version}
	if len(words) > 2 {
		certificate, err := tls.LoadX509KeyPair(words[2], words[3])
		must(err)
		config.Certificates = []tls.Certificate{certificate}
	}
	return config
}

func transport(config *tls.Config, connections int) *http.Transport {
	made := &http.Transport{
		TLSClientConfig:     config,
		ForceAttemptHTTP2:   http2(),
		DisableCompression:  true,
		MaxConnsPerHost:     connections,
		MaxIdleConnsPerHost: connections,
	}
	if !http2() {
		made.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	return made
}
