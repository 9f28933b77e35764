import HTTP
import JSON
import Testing

@Suite struct ProblemTests {
    private func members(_ response: Response) throws -> JSONObject {
        try #require(JSONValue.parse(response.body).objectValue)
    }

    @Test("Every code answers with the members of RFC 9457 and its own status", arguments: ProblemCode.allCases)
    func everyCode(_ code: ProblemCode) throws {
        let response = Problem(code).response(requestID: "r1")
        let members = try members(response)
        #expect(response.status == code.status && (400...599).contains(code.status))
        #expect(response.value(.contentType) == "application/problem+json")
        #expect(response.value(.cacheControl) == "no-store")
        #expect(members.names == ["type", "title", "status", "code", "detail", "request_id"])
        #expect(members["status"]?.integerValue == Int64(code.status))
        #expect(members["code"]?.stringValue == code.rawValue)
        #expect(members["request_id"]?.stringValue == "r1")
        #expect((response.value(.wwwAuthenticate) != nil) == (code.status == 401))
        #expect((response.value(.retryAfter) != nil) == (code.status == 503))
    }

    @Test("A 422 names each field")
    func fieldErrors() throws {
        let error = FieldError(field: "password", code: "too_short", detail: "Use at least 15 characters.")
        let members = try members(Problem(.invalidFields, errors: [error]).response())
        let first = try #require(members["errors"]?.arrayValue?.first?.objectValue)
        #expect(first.names == ["field", "code", "detail"])
        #expect(first["code"]?.stringValue == "too_short")
    }

    @Test("429 says when to come back, never less than a second")
    func retryAfter() {
        #expect(Problem(.tooManyAttempts, retryAfter: 30).response().value(.retryAfter) == "30")
        #expect(Problem(.tooManyAttempts, retryAfter: 0).response().value(.retryAfter) == "1")
    }

    @Test("405 names the methods")
    func allow() {
        let response = Problem.methodNotAllowed([.post, .delete]).response()
        #expect(response.value(.allow) == "POST, DELETE")
    }
}
