import WireFormats

/// A salted hash of a secret by scrypt, RFC 7914, and what it was made with.
///
/// Its text is a PHC string, `$scrypt$ln=15,r=8,p=1$salt$hash`, with salt and hash in base64 without padding. With
/// `keyid=…` after `p`, what was hashed is not the secret but a MAC of it by the key of that name (a pepper).
package struct ScryptHash: Sendable, Equatable {
    package let parameters: Parameters
    /// Nil if the secret itself was hashed.
    package let pepperID: String?
    package let salt: [UInt8]
    package let hash: [UInt8]

    /// What scrypt costs: `2^logCost * blockSize * 128` bytes of memory, filled and read `parallelism` times.
    package struct Parameters: Sendable, Hashable {
        package let logCost: Int
        package let blockSize: Int
        package let parallelism: Int

        /// Nil outside the bounds: less protects nothing, and more would let a stored text take the machine's memory
        /// (128 MiB at the most).
        package init?(logCost: Int, blockSize: Int, parallelism: Int) {
            guard (1...17).contains(logCost), (1...16).contains(blockSize), (1...4).contains(parallelism),
                blockSize << logCost <= 1 << 20
            else { return nil }
            (self.logCost, self.blockSize, self.parallelism) = (logCost, blockSize, parallelism)
        }

        private init(logCost: Int) { (self.logCost, blockSize, parallelism) = (logCost, 8, 1) }

        /// 32 MiB.
        package static let password = Parameters(logCost: 15)
        /// 16 MiB. PINs are so few that their protection is the pepper and the limit of attempts.
        package static let pin = Parameters(logCost: 14)
        /// What hashes from elsewhere must cost at the least.
        package static let leastImportedLogCost = 12
    }

    static let saltLengths = 8...64
    static let hashLengths = 16...64
    private static let maximumCharacters = 300

    package init(parameters: Parameters, pepperID: String?, salt: [UInt8], hash: [UInt8]) {
        self.parameters = parameters
        self.pepperID = pepperID
        self.salt = salt
        self.hash = hash
    }

    /// Nil for everything that ``text`` would not have written, and for parameters out of bounds.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maximumCharacters else { return nil }
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt",
            let (parameters, pepperID) = Self.settings(parts[2]),
            let salt = Self.decode(parts[3]), Self.saltLengths.contains(salt.count),
            let hash = Self.decode(parts[4]), Self.hashLengths.contains(hash.count)
        else { return nil }
        self.init(parameters: parameters, pepperID: pepperID, salt: salt, hash: hash)
    }

    /// Whether `text` is meant as a hash, be it a good one or not.
    package static func isHash(_ text: String) -> Bool { text.hasPrefix("$scrypt$") }

    package var text: String {
        let keyID = pepperID.map { ",keyid=" + $0 } ?? ""
        return "$scrypt$ln=\(parameters.logCost),r=\(parameters.blockSize),p=\(parameters.parallelism)\(keyID)$"
            + Self.encode(salt) + "$" + Self.encode(hash)
    }

    private static func settings(_ text: Substring) -> (Parameters, String?)? {
        let settings = text.split(separator: ",", omittingEmptySubsequences: false)
        guard (3...4).contains(settings.count), let logCost = number(settings[0], after: "ln="),
            let blockSize = number(settings[1], after: "r="), let parallelism = number(settings[2], after: "p="),
            let parameters = Parameters(logCost: logCost, blockSize: blockSize, parallelism: parallelism)
        else { return nil }
        guard settings.count == 4 else { return (parameters, nil) }
        guard settings[3].hasPrefix("keyid=") else { return nil }
        let pepperID = settings[3].dropFirst(6)
        guard (1...16).contains(pepperID.utf8.count), pepperID.utf8.allSatisfy(isNameByte) else { return nil }
        return (parameters, String(pepperID))
    }

    private static func number(_ setting: Substring, after name: String) -> Int? {
        guard setting.hasPrefix(name), let number = Int(setting.dropFirst(name.count)),
            setting == "\(name)\(number)"
        else { return nil }
        return number
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    private static func encode(_ bytes: [UInt8]) -> String {
        let characters = Base64URL.encodeToBytes(bytes).map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }

    private static func decode(_ text: Substring) -> [UInt8]? {
        var characters = Array(text.utf8)
        for index in characters.indices {
            switch characters[index] {
            case UInt8(ascii: "+"): characters[index] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): characters[index] = UInt8(ascii: "_")
            case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
            default: break
            }
        }
        return try? Base64URL.decode(characters[...])
    }
}

extension ScryptHash: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: ["parameters": parameters]) }
}
