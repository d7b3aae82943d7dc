import OAuth

/// The bearer key of the management API.
package struct ManagementKey: Sendable, CustomStringConvertible {
    private let bytes: [UInt8]

    package init(_ text: String) { bytes = Array(text.utf8) }

    package func matches(_ presented: Substring) -> Bool { constantTimeEqual(bytes, Array(presented.utf8)) }

    package var description: String { "ManagementKey(redacted)" }
}
