import WireFormats

/// What a witness answered to `add-checkpoint`, as the log reads it. C2SP tlog-witness.
package enum WitnessAnswer: Sendable, Equatable {
    /// Lines of signatures; whose they are is not known yet.
    case signatures([SignedNote.Signature])
    /// The witness has another size than the request said.
    case otherSize(UInt64)
    case refused(status: Int)
    /// 200 or 409 with something else than belongs there.
    case malformed

    package static let sizeContentType = "text/x.tlog.size"

    package init(status: Int, contentType: String?, body: [UInt8]) {
        switch status {
        case 200: self = SignedNote.signatures(inLines: body).map(Self.signatures) ?? .malformed
        case 409:
            guard contentType == Self.sizeContentType, body.last == UInt8(ascii: "\n"),
                let size = TreeSize.parse(String(decoding: body.dropLast(), as: UTF8.self))
            else {
                self = .malformed
                return
            }
            self = .otherSize(size)
        default: self = .refused(status: status)
        }
    }
}
