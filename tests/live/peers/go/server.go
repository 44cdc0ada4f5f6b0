// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// As bodies.py makes it.
func text(name string, size int) []byte {
	line := []byte(fmt.Sprintf("%x\n", sha256.Sum256([]byte(name))))
	return bytes.Repeat(line, size/len(line)+1)[:size]
}

func binary(size int) []byte {
	body := make([]byte, size)
	for i := range body {
		body[i] = byte(i)
	}
	return body
}

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func sendInPieces(w http.ResponseWriter, body []byte) {
	for len(body) > 0 {
		n := 1000
		if n > len(body) {
			n = len(body)
		}
		_, _ = w.Write(body[:n])
		w.(http.Flusher).Flush()
		body = body[n:]
	}
}

func answer(w http.ResponseWriter, r *http.Request) {
	kind := strings.Trim(r.URL.Path, "/")
	w.Header().Set("Content-Type", "text/plain")
	if r.Method == http.MethodPost {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			return
		}
		send(w, http.StatusOK, []byte(fmt.Sprintf("%d bytes", n)))
		return
	}
	switch kind {
	case "chunked":
		sendInPieces(w, text(kind, 3000))
	case "binary":
		send(w, http.StatusOK, binary(4096))
	case "204":
		w.Header().Del("Content-Type")
		w.WriteHeader(http.StatusNoContent)
	case "large":
		send(w, http.StatusOK, text(kind, 1<<20))
	case "close":
		w.Header().Set("Connection", "close")
		send(w, http.StatusOK, text(kind, 3000))
	default:
		send(w, http.StatusOK, text(kind, 3000))
	}
}
