public import JSON

extension Response {
    /// An answer in JSON: `.json(200, ["user": …])`.
    public static func json(_ status: Int, _ document: JSONOutput) -> Response {
        Response(status: status, contentType: HeaderValue(fixed: "application/json"), body: document.serialized())
    }
}
