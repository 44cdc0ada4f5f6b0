// SPDX-License-Identifier: Apache-2.0

// A server and a client of Go's net/http over TLS, HTTP/1.1 alone:
//
//	peer serve PORT CERT KEY
//	peer ask PORT CA CASES PREFIX TRUTH GOROUTINES
//
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
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: peer serve|ask ARG…")
	}
	switch os.Args[1] {
	case "serve":
		serve(os.Args[2], os.Args[3], os.Args[4])
	case "ask":
		goroutines, err := strconv.Atoi(os.Args[7])
		must(err)
		ask(os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6], goroutines)
	default:
		log.Fatalf("what is %q?", os.Args[1])
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func serve(port, certificate, key string) {
	server := &http.Server{
		Addr:         "127.0.0.1:" + port,
		Handler:      http.HandlerFunc(answer),
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	must(server.ListenAndServeTLS(certificate, key))
}

func transport(ca string, connections int) *http.Transport {
	text, err := os.ReadFile(ca)
	must(err)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		log.Fatal(fmt.Errorf("no certificate in %s", ca))
	}
	return &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: pool},
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{},
		DisableCompression:  true,
		MaxConnsPerHost:     connections,
		MaxIdleConnsPerHost: connections,
	}
}
