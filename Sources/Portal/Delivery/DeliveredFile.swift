import WireFormats

/// A file that a person takes away.
package struct DeliveredFile: Sendable, Equatable {
    /// ASCII letters, digits, `-`, `_` and `.` only.
    package let name: String
    /// Type and subtype.
    package let mediaType: String
    package let bytes: [UInt8]

    package init(name: String, mediaType: String, bytes: [UInt8]) {
        (self.name, self.mediaType, self.bytes) = (name, mediaType, bytes)
    }
}

extension HeldCredential {
    /// The credential alone, as it was issued: enough to have it checked, not to show whose it is.
    package var textFile: DeliveredFile {
        DeliveredFile(
            name: fileName + (credential.isSDJWT ? ".sd-jwt" : ".jwt"), mediaType: mediaType,
            bytes: Array(credential.text.utf8))
    }

    /// All there is of it: with the private key, if it is bound to one.
    ///
    /// - Parameter warning: tells people, in the file itself, to keep the key to themselves.
    package func file(warning: String) -> DeliveredFile {
        guard let key = credential.holderKey else { return textFile }
        let object: JSONObject = [
            "warning": .string(warning), "format": .string(credential.format), "private_key": .object(key),
            "credential": .string(credential.text),
        ]
        return DeliveredFile(
            name: fileName + ".json", mediaType: "application/json", bytes: JSON.object(object).encoded())
    }

    /// What files of this credential are called, without the ending.
    package var fileName: String {
        let letters = described.id.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_")
                ? Character(scalar) : "-"
        }
        let name = String(letters.prefix(60))
        return name.contains { $0 != "-" } ? name : "credential"
    }

    private var mediaType: String {
        if credential.isSDJWT { return "application/dc+sd-jwt" }
        return credential.format == "vc+jwt" ? "application/vc+jwt" : "application/jwt"
    }
}

extension CredentialInHand {
    /// Only an SD-JWT has disclosures, each of which ends with `~`, RFC 9901 §4.
    var isSDJWT: Bool { text.utf8.contains(UInt8(ascii: "~")) }
}
