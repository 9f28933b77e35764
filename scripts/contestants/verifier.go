// verifier fastcgi|http HS256|EdDSA KEYFILE: checks signature and expiry of the JWT in the cookie
// __Host-access, with Go's standard library alone. It listens at descriptor 0.
package main

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"net/http/fcgi"
	"os"
	"strings"
	"time"
)

var (
	algorithm = os.Args[2]
	key       []byte
)

func isSigned(text string, signature []byte) bool {
	if algorithm == "EdDSA" {
		return len(signature) == ed25519.SignatureSize && ed25519.Verify(key, []byte(text), signature)
	}
	code := hmac.New(sha256.New, key)
	code.Write([]byte(text))
	return hmac.Equal(code.Sum(nil), signature)
}

func decode(part string, into any) bool {
	data, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(data, into) == nil
}

func isGood(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	var header struct{ Alg string }
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !decode(parts[0], &header) || header.Alg != algorithm {
		return false
	}
	if !isSigned(token[:len(parts[0])+1+len(parts[1])], signature) {
		return false
	}
	var claims struct{ Exp int64 }
	return decode(parts[1], &claims) && claims.Exp > time.Now().Unix()
}

func answer(response http.ResponseWriter, request *http.Request) {
	cookie, err := request.Cookie("__Host-access")
	if err == nil && isGood(cookie.Value) {
		response.WriteHeader(http.StatusNoContent)
	} else {
		response.WriteHeader(http.StatusUnauthorized)
	}
}

func main() {
	var err error
	if key, err = os.ReadFile(os.Args[3]); err != nil {
		log.Fatal(err)
	}
	listener, err := net.FileListener(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	if os.Args[1] == "fastcgi" {
		log.Fatal(fcgi.Serve(listener, http.HandlerFunc(answer)))
	}
	log.Fatal(http.Serve(listener, http.HandlerFunc(answer)))
}
