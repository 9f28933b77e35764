internal import CYAML

/// Reads one YAML 1.1 document by libyaml's events. Anchors, aliases and tags are refused: an alias may
/// stand for a billion nodes, a tag for anything.
public struct YAMLParser: ~Copyable {
    private var parser = yaml_parser_t()

    private init() throws(YAMLError) {
        guard yaml_parser_initialize(&parser) == 1 else { throw YAMLError(line: 1, reason: "not enough memory") }
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
    }

    deinit {
        var parser = parser
        yaml_parser_delete(&parser)
    }

    /// The one document of a text in UTF-8.
    public static func parse(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode {
        var parser = try YAMLParser()
        return try bytes.withUnsafeBufferPointer { (bytes) throws(YAMLError) in
            yaml_parser_set_input_string(&parser.parser, bytes.baseAddress, bytes.count)
            return try parser.document()
        }
    }

    private mutating func document() throws(YAMLError) -> YAMLNode {
        try expect(YAML_STREAM_START_EVENT, "is no YAML")
        try expect(YAML_DOCUMENT_START_EVENT, "holds no document")
        let node = try node(at: 0)
        try expect(YAML_DOCUMENT_END_EVENT, "holds more than one value")
        try expect(YAML_STREAM_END_EVENT, "holds more than one document")
        return node
    }

    private mutating func expect(_ type: yaml_event_type_t, _ complaint: String) throws(YAMLError) {
        let event = try next()
        guard case .other(type) = event.kind else { throw YAMLError(line: event.line, reason: complaint) }
    }

    private mutating func node(at depth: Int) throws(YAMLError) -> YAMLNode {
        try node(of: try next(), at: depth)
    }

    private mutating func node(of event: Event, at depth: Int) throws(YAMLError) -> YAMLNode {
        guard depth <= YAMLNode.maximumDepth else { throw YAMLError(line: event.line, reason: "is nested too deep") }
        switch event.kind {
        case .scalar(let text, let isPlain):
            return YAMLNode(content: .scalar(text, isPlain: isPlain), line: event.line)
        case .other(YAML_SEQUENCE_START_EVENT):
            return YAMLNode(content: .sequence(try sequence(at: depth)), line: event.line)
        case .other(YAML_MAPPING_START_EVENT):
            return YAMLNode(content: .mapping(try mapping(at: depth)), line: event.line)
        case .other: throw YAMLError(line: event.line, reason: "lacks a value")
        }
    }

    private mutating func sequence(at depth: Int) throws(YAMLError) -> [YAMLNode] {
        var nodes: [YAMLNode] = []
        while true {
            let event = try next()
            if case .other(YAML_SEQUENCE_END_EVENT) = event.kind { return nodes }
            nodes.append(try node(of: event, at: depth + 1))
        }
    }

    private mutating func mapping(at depth: Int) throws(YAMLError) -> [YAMLNode.Member] {
        var members: [YAMLNode.Member] = []
        var keys: Set<[UInt8]> = []
        while true {
            let event = try next()
            if case .other(YAML_MAPPING_END_EVENT) = event.kind { return members }
            guard case .scalar(let key, _) = event.kind else {
                throw YAMLError(line: event.line, reason: "has a key that is no text")
            }
            guard keys.insert(Array(key.utf8)).inserted else {
                throw YAMLError(line: event.line, reason: "has a key twice")
            }
            members.append(YAMLNode.Member(key: key, line: event.line, value: try node(at: depth + 1)))
        }
    }

    private struct Event {
        enum Kind {
            case scalar(String, isPlain: Bool)
            case other(yaml_event_type_t)
        }
        let kind: Kind
        let line: Int
    }

    private mutating func next() throws(YAMLError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else {
            let reason = parser.problem.map { String(cString: $0) } ?? "can't be read"
            throw YAMLError(line: Int(parser.problem_mark.line) + 1, reason: reason)
        }
        defer { yaml_event_delete(&event) }
        let line = Int(event.start_mark.line) + 1
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            try refuse(scalar.anchor, scalar.tag, line)
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return Event(kind: .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), line: line)
        case YAML_ALIAS_EVENT: throw YAMLError(line: line, reason: "has an alias, which is not read")
        case YAML_SEQUENCE_START_EVENT:
            try refuse(event.data.sequence_start.anchor, event.data.sequence_start.tag, line)
        case YAML_MAPPING_START_EVENT:
            try refuse(event.data.mapping_start.anchor, event.data.mapping_start.tag, line)
        default: break
        }
        return Event(kind: .other(event.type), line: line)
    }

    private func refuse(
        _ anchor: UnsafeMutablePointer<yaml_char_t>?, _ tag: UnsafeMutablePointer<yaml_char_t>?, _ line: Int
    ) throws(YAMLError) {
        if anchor != nil { throw YAMLError(line: line, reason: "has an anchor, which is not read") }
        if tag != nil { throw YAMLError(line: line, reason: "has a tag, which is not read") }
    }
}
