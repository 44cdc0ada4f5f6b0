// SPDX-License-Identifier: Apache-2.0

// gRPC of Go, as grpc_python.py: "serve PORT [KEY CERT]" and "ask PORT TRUTH [CA]".
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

const service = "shop.v1.Orders"

// Messages as they are.
type raw struct{}

func (raw) Marshal(v any) ([]byte, error)      { return *v.(*[]byte), nil }
func (raw) Unmarshal(data []byte, v any) error { *v.(*[]byte) = append([]byte(nil), data...); return nil }
func (raw) Name() string                       { return "proto" }

// A protobuf message whose field 1 is these bytes (below 128).
func message(text string) []byte { return append([]byte{0x0a, byte(len(text))}, text...) }

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func handle(_ any, stream grpc.ServerStream) error {
	name, _ := grpc.MethodFromServerStream(stream)
	method := name[strings.LastIndex(name, "/")+1:]
	send := func(text string) error { one := message(text); return stream.SendMsg(&one) }
	sum := 0
	for {
		var request []byte
		err := stream.RecvMsg(&request)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		text := string(request[2:])
		sum += len(request)
		switch method {
		case "Get":
			if strings.HasSuffix(text, "missing") {
				return status.Error(codes.NotFound, "no such order")
			}
			err = send("got " + text)
		case "List":
			for number := 0; number < 5 && err == nil; number++ {
				err = send(fmt.Sprintf("order %d of %s", number, text))
			}
		case "Talk":
			err = send("heard " + text)
		}
		if err != nil {
			return err
		}
	}
	if method == "PutAll" {
		return send(fmt.Sprint(sum))
	}
	return nil
}

func serve(port string, files []string) {
	options := []grpc.ServerOption{grpc.ForceServerCodec(raw{}), grpc.UnknownServiceHandler(handle)}
	if len(files) == 2 {
		pair, err := credentials.NewServerTLSFromFile(files[1], files[0])
		must(err)
		options = append(options, grpc.Creds(pair))
	}
	server := grpc.NewServer(options...)
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	must(err)
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	go func() { <-ended; server.GracefulStop() }()
	must(server.Serve(listener))
}

type line struct {
	Path     string   `json:"path"`
	Status   string   `json:"status"`
	Sent     []string `json:"sent"`
	Received []string `json:"received"`
}

func call(connection *grpc.ClientConn, method string, sent ...[]byte) line {
	out := line{Path: "/" + service + "/" + method, Sent: []string{}, Received: []string{}}
	stream, err := connection.NewStream(context.Background(), &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, out.Path)
	must(err)
	for _, one := range sent {
		out.Sent = append(out.Sent, base64.StdEncoding.EncodeToString(one))
		must(stream.SendMsg(&one))
	}
	must(stream.CloseSend())
	for {
		var received []byte
		if err = stream.RecvMsg(&received); err != nil {
			break
		}
		out.Received = append(out.Received, base64.StdEncoding.EncodeToString(received))
	}
	if err != io.EOF {
		out.Status = fmt.Sprint(int(status.Code(err)))
	} else {
		out.Status = "0"
	}
	return out
}

func ask(port, truth string, files []string) {
	transport := insecure.NewCredentials()
	if len(files) == 1 {
		var err error
		transport, err = credentials.NewClientTLSFromFile(files[0], "")
		must(err)
	}
	connection, err := grpc.NewClient("localhost:"+port, grpc.WithTransportCredentials(transport),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})))
	must(err)
	file, err := os.Create(truth)
	must(err)
	var mutex sync.Mutex
	var group sync.WaitGroup
	begin := func(method string, sent ...[]byte) {
		group.Add(1)
		go func() {
			defer group.Done()
			text, err := json.Marshal(call(connection, method, sent...))
			must(err)
			mutex.Lock()
			defer mutex.Unlock()
			_, err = fmt.Fprintln(file, string(text))
			must(err)
		}()
	}
	for number := 0; number < 10; number++ {
		one := message(fmt.Sprint(number))
		begin("Get", one)
		begin("PutAll", one, one, one, one)
		begin("List", one)
		begin("Talk", one, message(fmt.Sprintf("and %d", number)))
	}
	begin("Get", message("missing"))
	begin("Get", message(strings.Repeat("x", 100)))
	group.Wait()
	must(file.Close())
	must(connection.Close())
}

func main() {
	if os.Args[1] == "serve" {
		serve(os.Args[2], os.Args[3:])
	} else {
		ask(os.Args[2], os.Args[3], os.Args[4:])
	}
}
