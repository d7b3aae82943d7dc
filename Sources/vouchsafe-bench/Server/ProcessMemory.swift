import Foundation

/// What the kernel tells of a process's memory.
enum ProcessMemory {
    /// - Parameter name: as `/proc` has it, with its colon.
    static func megabytes(_ name: String, of process: Int32) -> Double {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Double($0) } ?? 0)
            / 1024
    }
}
