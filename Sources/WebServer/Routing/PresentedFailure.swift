import OAuth

/// A failure that a person is told by a page.
struct PresentedFailure: Error {
    let cause: any Error
    /// What they see; status and log are as without.
    let page: EndpointResponse
}
