/// The head of a log as a text that is signed, C2SP tlog-checkpoint v1.0.0, "Note text".
package struct Checkpoint: Sendable, Hashable {
    /// Which log.
    package let origin: String
    package let head: TreeHead
    /// Lines that mean nothing here, and are signed with the rest.
    package let extensions: [String]

    package init(origin: String, head: TreeHead) {
        (self.origin, self.head) = (origin, head)
        extensions = []
    }

    /// - Parameter text: with its final newline.
    /// - Throws: ``CheckpointMalformation``.
    package init(parsing text: String) throws(CheckpointMalformation) {
        guard text.utf8.last == UInt8(ascii: "\n") else { throw .noFinalNewline }
        let lines = text.utf8.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard lines.count >= 3 else { throw .tooFewLines }
        guard lines.allSatisfy({ !$0.isEmpty }) else { throw .emptyLine }
        guard let size = TreeSize.parse(lines[1]) else { throw .size }
        guard let root = TreeHash(base64: lines[2]) else { throw .root }
        origin = lines[0]
        head = TreeHead(size: size, root: root)
        extensions = Array(lines[3...])
    }

    /// What is signed.
    package var text: String {
        ([origin, String(head.size), head.root.base64] + extensions).map { $0 + "\n" }.joined()
    }

    /// Signed by the log.
    package func signed(by signer: NoteSigner) throws -> SignedNote {
        SignedNote(text: text, signatures: [try signer.sign(text)])
    }
}

/// Why a text is no checkpoint.
package enum CheckpointMalformation: Error, Equatable {
    case noFinalNewline
    case tooFewLines
    case emptyLine
    /// The second line is no number without leading zeros.
    case size
    /// The third line is not the base64 of 32 bytes.
    case root
}
