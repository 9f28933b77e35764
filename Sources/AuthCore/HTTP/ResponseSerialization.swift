extension Response {
    /// The answer as a CGI program writes it (RFC 3875 §6): a Status line, headers, a blank
    /// line, the body. Content-Length is there unless the status forbids a body.
    public func cgiBytes() -> [UInt8] {
        let allowsBody = status >= 200 && status != 204 && status != 304
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + fields.count * 96 + body.count)
        bytes.append(contentsOf: "Status: ".utf8)
        bytes.append(contentsOf: String(status).utf8)
        bytes.append(0x20)
        bytes.append(contentsOf: reasonPhrase(status).utf8)
        for field in fields where allowsBody || field.name != .contentType {
            bytes.append(contentsOf: "\r\n".utf8)
            bytes.append(contentsOf: field.name.text.utf8)
            bytes.append(contentsOf: ": ".utf8)
            bytes.append(contentsOf: field.value.text.utf8)
        }
        if allowsBody {
            bytes.append(contentsOf: "\r\nContent-Length: ".utf8)
            bytes.append(contentsOf: String(body.count).utf8)
        }
        bytes.append(contentsOf: "\r\n\r\n".utf8)
        if allowsBody { bytes.append(contentsOf: body) }
        return bytes
    }
}

/// The phrase of RFC 9110 §15; nginx shows its own to clients.
func reasonPhrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 204: "No Content"
    case 302: "Found"
    case 303: "See Other"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 409: "Conflict"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 503: "Service Unavailable"
    default: "Status"
    }
}
