import Foundation
import Glibc

/// A program that runs until its input ends. It is started by the system call itself: Foundation's way is not safe where
/// many threads start programs at a time.
package final class ChildProcess: Sendable {
    private let input: FileHandle

    package init(_ words: [String]) throws {
        var ends: [Int32] = [0, 0]
        // Not a pipe: that could reach another program before it was marked as ours alone.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw POSIXError(.EMFILE) }
        defer { close(ends[0]) }
        input = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let whole = ["/bin/bash", "-c", Self.closing, "bash"] + words
        var arguments = whole.map { strdup($0) } + [nil]
        var environment = [strdup("PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"), nil]
        defer { for text in arguments + environment { free(text) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, whole[0], &actions, nil, &arguments, &environment)
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: status) ?? .ENOENT) }
    }

    /// Other tests' sockets would stay open as long as the program.
    private static let closing = """
        for file in /proc/self/fd/*; do
            number=${file##*/}
            [ "$number" -le 2 ] || eval "exec $number>&-"
        done
        exec "$@"
        """

    package func write(_ line: String) throws { try input.write(contentsOf: Data((line + "\n").utf8)) }

    package func end() throws { try input.close() }
}
