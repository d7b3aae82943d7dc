/// Why something that this server needs could not be asked, as it may be in a moment: the same request may then be made
/// again. Nothing was answered, whatever was done.
package protocol Outage: Error {
    /// It goes by itself, as far as can be told; otherwise it is a fault.
    var isPassing: Bool { get }
}
