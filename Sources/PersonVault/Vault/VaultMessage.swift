package import WireFormats

/// Reads the members of a message about a vault; a refusal names the member by its path.
package struct VaultMessage {
    private let object: JSONObject
    private let path: String

    package init(_ object: JSONObject, path: String = "") {
        (self.object, self.path) = (object, path)
    }

    init(body: [UInt8]) throws(VaultRefusal) {
        guard let object = (try? JSON(parsing: body, limits: JSONLimits(depth: 8, values: 500)))?.object else {
            throw .malformed("body", "it is no JSON object")
        }
        self.init(object)
    }

    private func at(_ name: String) -> String { path.isEmpty ? name : path + "." + name }

    /// Nothing but these.
    func refuseOthers(than names: [String]) throws(VaultRefusal) {
        for name in object.names where !names.contains(name) {
            // What others wrote does not go into an answer.
            throw .malformed(path.isEmpty ? "body" : path, "it has a member that is not known")
        }
    }

    func has(_ name: String) -> Bool { object[name] != nil }

    func text(_ name: String, _ lengths: ClosedRange<Int>) throws(VaultRefusal) -> String {
        guard let text = object[name]?.string else { throw .malformed(at(name), "it is no text") }
        guard lengths.contains(text.unicodeScalars.count) else {
            throw .malformed(at(name), "it has not \(lengths.lowerBound) to \(lengths.upperBound) characters")
        }
        return text
    }

    /// The bytes of a base64url text.
    func bytes(_ name: String, _ lengths: ClosedRange<Int>) throws(VaultRefusal) -> [UInt8] {
        guard let text = object[name]?.string, text.utf8.count <= Base64URL.encodedCount(lengths.upperBound),
            let bytes = try? Base64URL.decode(text), lengths.contains(bytes.count)
        else {
            throw .malformed(
                at(name), "it is no base64url of \(lengths.lowerBound) to \(lengths.upperBound) bytes")
        }
        return bytes
    }

    func integer(_ name: String, _ range: ClosedRange<Int64>) throws(VaultRefusal) -> Int64 {
        guard let value = object[name]?.integer, range.contains(value) else {
            throw .malformed(at(name), "it is no integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func member(_ name: String) throws(VaultRefusal) -> JSONObject {
        guard let member = object[name]?.object else { throw .malformed(at(name), "it is no object") }
        return member
    }

    func message(_ name: String) throws(VaultRefusal) -> VaultMessage {
        VaultMessage(try member(name), path: at(name))
    }

    func messages(_ name: String, atMost limit: Int) throws(VaultRefusal) -> [VaultMessage] {
        guard let elements = object[name]?.array, elements.count <= limit else {
            throw .malformed(at(name), "it is no array of at most \(limit)")
        }
        var messages: [VaultMessage] = []
        for (index, element) in elements.enumerated() {
            guard let object = element.object else { throw .malformed(at("\(name)[\(index)]"), "it is no object") }
            messages.append(VaultMessage(object, path: at("\(name)[\(index)]")))
        }
        return messages
    }
}
