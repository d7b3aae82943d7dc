extension SignedNote {
    /// A signature that verified.
    package struct Verified: Sendable, Hashable {
        package let key: NoteKey
        /// Seconds since 1970, of a witness.
        package let time: UInt64?
    }

    /// The signatures of known keys, one for each key. Those of others are left aside.
    ///
    /// - Throws: ``NoteRefusal/wrongSignature(_:)`` if a signature that names a known key does not verify, since the note
    ///   is malformed then.
    package func verify(with keys: [NoteKey]) throws(NoteRefusal) -> [Verified] {
        var verified: [Verified] = []
        for signature in signatures {
            guard let key = keys.first(where: { $0.isNamed(by: signature) }) else { continue }
            guard let proven = Self.verify(signature, of: text, by: key) else { throw .wrongSignature(key.name) }
            if !verified.contains(where: { $0.key == key }) { verified.append(proven) }
        }
        return verified
    }

    private static func verify(_ signature: Signature, of text: String, by key: NoteKey) -> Verified? {
        switch key.type {
        case .ed25519:
            guard key.verifyEd25519(signature.bytes, of: Array(text.utf8)) else { return nil }
            return Verified(key: key, time: nil)
        case .cosignature:
            // A witness's time is part of what it says; zero would say nothing (C2SP tlog-witness, "add-checkpoint").
            guard let (time, bytes) = Cosignature.split(signature.bytes), time > 0,
                key.verifyEd25519(bytes, of: Cosignature.message(text, time: time))
            else { return nil }
            return Verified(key: key, time: time)
        }
    }
}

/// Why a note is not believed.
package enum NoteRefusal: Error, Equatable {
    /// A signature names this known key and is not of it.
    case wrongSignature(String)
}
