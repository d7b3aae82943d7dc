/// A log as anybody may read it: all of it is of one published checkpoint.
package protocol PublishedLedger: Sendable {
    /// The name that the log's checkpoints have.
    var origin: String { get }
    var logKey: NoteKey { get }
    var witnesses: WitnessPolicy { get }

    /// The newest checkpoint that is to be believed; nil while there is none.
    func published() async throws -> VerifiedCheckpoint?

    /// A tlog-proof of the entry at an index; nil while the published checkpoint does not have it.
    func proof(_ index: UInt64) async throws -> [UInt8]?

    /// What the path of a tile stands for; nil if the published checkpoint has no such tile.
    func content(of path: TilePath) async throws -> [UInt8]?
}
