/// Where a secret key is that stays in its token: a PKCS #11 URI (RFC 7512).
///
/// Stricter than the RFC: the URI names the token by label or serial number, the key by label or id, and the module by
/// its absolute path. The PIN is in a file. Attributes that do none of this are refused, and so are empty ones.
package struct PKCS11URI: Sendable, Equatable {
    /// What a token must have; nil where anything will do.
    struct Token: Sendable, Equatable {
        let label: String?
        let serial: String?
        let manufacturer: String?
        let model: String?
    }

    /// What the key must have; at least one is there.
    struct Key: Sendable, Equatable {
        let label: String?
        let id: [UInt8]?
    }

    let token: Token
    let key: Key
    let modulePath: String
    /// Nil for a token that gives its keys to anybody.
    let pinFile: String?

    /// Whether a text is meant to be such a URI.
    package static func isMeant(by text: String) -> Bool { text.prefix(scheme.count).lowercased() == scheme }

    private static let scheme = "pkcs11:"

    package init(_ text: String) throws(PKCS11URIFault) {
        guard Self.isMeant(by: text) else { throw .otherScheme }
        let parts = text.utf8.dropFirst(Self.scheme.utf8.count)
            .split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        var path = try URIAttributes(of: parts[0], separatedBy: ";", alsoAllowed: "&")
        var query = try URIAttributes(
            of: parts.count > 1 ? parts[1] : Substring().utf8, separatedBy: "&", alsoAllowed: "/?|")
        // In the environment a PIN would be read by whoever lists processes.
        guard query.take("pin-value") == nil else { throw .pinInside }
        token = try Token(&path)
        key = try Key(&path)
        modulePath = try query.path("module-path", of: query.text("module-path"))
        pinFile = try query.pinFile()
        guard let unknown = path.names.first ?? query.names.first else { return }
        throw .unknown(unknown)
    }
}

extension PKCS11URI.Token {
    fileprivate init(_ path: inout URIAttributes) throws(PKCS11URIFault) {
        label = try path.text("token")
        serial = try path.text("serial")
        manufacturer = try path.text("manufacturer")
        model = try path.text("model")
        guard label != nil || serial != nil else { throw .missing("token") }
    }

    /// For messages.
    var name: String {
        [("label", label), ("serial number", serial), ("manufacturer", manufacturer), ("model", model)]
            .compactMap { name, value in value.map { "\(name) \"\($0.printable)\"" } }.joined(separator: " and ")
    }
}

extension PKCS11URI.Key {
    fileprivate init(_ path: inout URIAttributes) throws(PKCS11URIFault) {
        label = try path.text("object")
        id = path.take("id")
        guard label != nil || id != nil else { throw .missing("object") }
        guard try path.text("type") ?? "secret-key" == "secret-key" else { throw .otherType }
    }

    /// For messages.
    var name: String {
        let label = label.map { "label \"\($0.printable)\"" }
        let id = id.map { id in "id " + id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
        return [label, id].compactMap { $0 }.joined(separator: " and ")
    }
}

extension URIAttributes {
    fileprivate mutating func pinFile() throws(PKCS11URIFault) -> String? {
        guard let source = try text("pin-source") else { return nil }
        let scheme = "file:"
        guard source.hasPrefix(scheme) else { throw .pinNotInFile }
        let rest = source.dropFirst(scheme.count)
        // file:///etc/pin is the same as file:/etc/pin, RFC 8089 Appendix B.
        return try path("pin-source", of: String(rest.hasPrefix("///") ? rest.dropFirst(2) : rest))
    }

    fileprivate func path(_ name: String, of value: String?) throws(PKCS11URIFault) -> String {
        guard let value else { throw .missing(name) }
        guard value.hasPrefix("/"), !value.hasPrefix("//"), !value.utf8.contains(0) else { throw .notAbsolute(name) }
        return value
    }
}

extension String {
    /// Without what a terminal would take for a command.
    var printable: String {
        String(unicodeScalars.filter { !$0.properties.generalCategory.isControl }.map(Character.init))
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isControl: Bool { self == .control || self == .format || self == .lineSeparator }
}

/// Why a text is no PKCS #11 URI that names a key. No case has a value: it might be a PIN in the wrong place.
package enum PKCS11URIFault: Error, Equatable {
    case otherScheme
    /// An attribute without "=", or none where one should be.
    case notAnAttribute
    case unknown(String)
    case repeated(String)
    case missing(String)
    case empty(String)
    /// A character that must be percent-encoded, or a percent sign with something else than two hexadecimal digits.
    case malformed(String)
    case notUTF8(String)
    case otherType
    case notAbsolute(String)
    case pinInside
    case pinNotInFile
}

extension PKCS11URIFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .otherScheme: "this is no pkcs11: URI"
        case .notAnAttribute: "an attribute has no \"=\"; write pkcs11:token=…;object=…?module-path=…&pin-source=file:…"
        case .unknown(let name):
            "\"\(name)\" cannot be used here; known are token, serial, manufacturer, model, object, id and type, and "
                + "after the \"?\" module-path and pin-source"
        case .repeated(let name): "\"\(name)\" is there twice"
        case .missing("token"): "name the token: add token=LABEL or serial=NUMBER"
        case .missing("object"): "name the key: add object=LABEL or id=%01"
        case .missing(let name): "name the module: add ?\(name)=/usr/lib/….so"
        case .empty(let name): "\"\(name)\" has no value"
        case .malformed(let name):
            "\"\(name)\": percent-encode everything but letters, digits, \"-\", \".\", \"_\", \"~\""
        case .notUTF8(let name): "\"\(name)\" is not UTF-8"
        case .otherType: "the key must be a secret one: write type=secret-key, or leave \"type\" out"
        case .notAbsolute(let name): "\"\(name)\" must be an absolute path"
        case .pinInside: "a PIN does not belong into a URI; put it into a file and write pin-source=file:/path"
        case .pinNotInFile: "\"pin-source\" must be a file: write pin-source=file:/path"
        }
    }
}
