import IdentityRegistry
import ServiceLifecycle

/// Sends one-time codes as long as the server runs.
struct CodeSending: Service {
    let dispatch: CodeDispatch

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await dispatch.run()
        } onGracefulShutdown: {
            dispatch.finish()
        }
    }
}
