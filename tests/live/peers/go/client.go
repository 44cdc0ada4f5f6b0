// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync"
)

type exampleCase struct {
	Name    string      `json:"name"`
	Method  string      `json:"method"`
	Kind    string      `json:"kind"`
	Headers [][2]string `json:"headers"`
	Body    []byte      `json:"body"`     // base64 in JSON
	Answer  []byte      `json:"expected"` // base64 in JSON
}

type exchange struct {
	Path            string      `json:"path"`
	Method          string      `json:"method"`
	Status          int         `json:"status"`
	RequestHeaders  [][2]string `json:"request_headers"`
	ResponseHeaders [][2]string `json:"response_headers"`
	RequestBody     []byte      `json:"request_body"`
	ResponseBody    []byte      `json:"response_body"`
}

type asker struct {
	client *http.Client
	base   string
	prefix string
	mutex  sync.Mutex
	out    *json.Encoder // guarded by mutex
}

func ask(port, caseFile, prefix, truth string, goroutines int, security []string) {
	raw, err := os.ReadFile(caseFile)
	must(err)
	var cases []exampleCase
	must(json.Unmarshal(raw, &cases))
	file, err := os.OpenFile(truth, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	must(err)
	// Fewer connections than goroutines, so that they change hands.
	config := settings(security)
	pool := transport(config, (goroutines+1)/2)
	base := "https://localhost:" + port
	if config == nil {
		base = "http://127.0.0.1:" + port
	}
	one := &asker{client: &http.Client{Transport: pool}, base: base, prefix: prefix, out: json.NewEncoder(file)}
	var all sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		all.Add(1)
		go func(number int) {
			defer all.Done()
			for at := range cases {
				// Each begins with another case.
				one.exchange(number, &cases[(at+number)%len(cases)])
			}
		}(i)
	}
	all.Wait()
	pool.CloseIdleConnections()
	must(file.Close())
}

func (a *asker) exchange(number int, wanted *exampleCase) {
	done := exchange{
		Path:         fmt.Sprintf("/%s?id=%s-%d-%s", wanted.Kind, a.prefix, number, wanted.Name),
		Method:       wanted.Method,
		RequestBody:  wanted.Body,
		ResponseBody: []byte{},
	}
	if done.RequestBody == nil {
		done.RequestBody = []byte{}
	}
	request, err := http.NewRequest(wanted.Method, a.base+done.Path, bytes.NewReader(wanted.Body))
	must(err)
	for _, header := range wanted.Headers {
		request.Header.Add(header[0], header[1])
	}
	trace := &httptrace.ClientTrace{WroteHeaderField: func(key string, values []string) {
		for _, value := range values {
			done.RequestHeaders = append(done.RequestHeaders, [2]string{key, value})
		}
	}}
	response, err := a.client.Do(request.WithContext(httptrace.WithClientTrace(request.Context(), trace)))
	must(err)
	body, err := io.ReadAll(response.Body)
	must(err)
	must(response.Body.Close())
	if !bytes.Equal(body, wanted.Answer) {
		log.Fatalf("%s: the answer is another", done.Path)
	}
	done.Status = response.StatusCode
	done.ResponseBody = body
	done.ResponseHeaders = received(response)
	a.mutex.Lock()
	defer a.mutex.Unlock()
	must(a.out.Encode(done))
}

// What the library takes out of the headers is put back.
func received(response *http.Response) [][2]string {
	var headers [][2]string
	for name, values := range response.Header {
		for _, value := range values {
			headers = append(headers, [2]string{name, value})
		}
	}
	if response.Close {
		headers = append(headers, [2]string{"Connection", "close"})
	}
	for name := range response.Trailer {
		headers = append(headers, [2]string{"Trailer", name})
	}
	if len(response.TransferEncoding) > 0 {
		headers = append(headers, [2]string{"Transfer-Encoding", strings.Join(response.TransferEncoding, ", ")})
	}
	return headers
}
