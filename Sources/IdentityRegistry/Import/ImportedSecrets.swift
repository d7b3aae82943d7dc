package import WireFormats

/// The columns of a file that are taken for passwords and PINs. They become hashes and never part of a record.
package struct SecretColumns: Sendable, Equatable {
    package let password: String?
    package let pin: String?

    package init(password: String? = nil, pin: String? = nil) {
        (self.password, self.pin) = (password, pin)
    }

    package static let none = SecretColumns()

    package var all: [(kind: SecretKind, name: String)] {
        [(SecretKind.password, password), (.pin, pin)].compactMap { kind, name in name.map { (kind, $0) } }
    }

    func kind(of column: String) -> SecretKind? { all.first { $0.name.hasSameBytes(as: column) }?.kind }
}

/// What a row of a file says about one person's password and PIN.
package struct ImportedSecrets: Sendable, Equatable {
    package let person: String
    package let secrets: [SecretKind: Secret]

    package enum Secret: Sendable, Equatable {
        /// As the person types it.
        case plain(String)
        /// Made elsewhere: of the secret itself, since nobody else has this installation's pepper.
        case hash(ScryptHash)

        init(_ text: String, as kind: SecretKind) throws(SecretRuleFault) {
            guard ScryptHash.isHash(text) else {
                try kind.check(text)
                self = .plain(text)
                return
            }
            guard let hash = ScryptHash(text), hash.pepperID == nil,
                hash.parameters.logCost >= ScryptHash.Parameters.leastImportedLogCost
            else { throw .malformedHash }
            self = .hash(hash)
        }

        var text: String {
            switch self {
            case .plain(let text): text
            case .hash(let hash): hash.text
            }
        }
    }

    package init(person: String, secrets: [SecretKind: Secret]) {
        (self.person, self.secrets) = (person, secrets)
    }

    /// The members that an import of JSON reads the same from.
    package func members(_ columns: SecretColumns) -> [JSONObject.Member] {
        columns.all.compactMap { kind, name in secrets[kind].map { (name, .string($0.text)) } }
    }
}

extension ImportedSecrets: CustomStringConvertible, CustomReflectable {
    package var description: String { "ImportedSecrets(redacted)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
