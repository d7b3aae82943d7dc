/// Whole flows of one kind, and how many of them are made together.
struct FlowKind: Sendable {
    let name: String
    /// What comes before, and is not counted with the flows.
    var preparation: [RequestKind] = []
    let requests: [RequestKind]
    let run: @Sendable (_ count: Int, _ load: Load) throws -> Load.Result
}
