import Foundation
import MessageDelivery
import Testing
import WireFormats

@Suite("Messages written to a file")
struct FileChannelTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "file-channel-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("Each message is a line of JSON in a file that only its owner may read")
    func lines() async throws {
        try await withFolder { folder in
            let path = folder + "/outbox.jsonl"
            let channel = FileChannel(path: path)
            try await channel.send(
                OutgoingMessage(
                    to: .phoneNumber(PhoneNumber("+34600000000")), subject: "", text: "Código\n\"1\"",
                    date: Samples.date))
            try await channel.send(
                Samples.message(attachments: [
                    MessageAttachment(name: "a.pdf", mediaType: "application/pdf", bytes: [1, 2])
                ]))
            let lines = try Data(contentsOf: URL(filePath: path)).split(separator: 0x0A)
            #expect(lines.count == 2)
            #expect(
                try JSON(parsing: Array(lines[0]))
                    == ["to": "+34600000000", "text": "Código\n\"1\"", "at": "2025-11-04T10:11:12Z"])
            #expect(
                try JSON(parsing: Array(lines[1]))["attachments"]
                    == [["name": "a.pdf", "media_type": "application/pdf", "content": "AQI"]])
            #expect(try JSON(parsing: Array(lines[1]))["to"] == "ana@example.org")
            #expect(try mode(of: path) == 0o600)
        }
    }

    @Test("A file that others could read is closed to them")
    func existingFile() async throws {
        try await withFolder { folder in
            let path = folder + "/outbox.jsonl"
            try Data("{}\n".utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            try await FileChannel(path: path).send(Samples.message())
            #expect(try mode(of: path) == 0o600)
            #expect(try Data(contentsOf: URL(filePath: path)).starts(with: Data("{}\n".utf8)))
        }
    }

    @Test("Messages at the same time do not mix")
    func concurrency() async throws {
        try await withFolder { folder in
            let path = folder + "/outbox.jsonl"
            let message = try Samples.message(text: String(repeating: "x", count: 3000))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 { group.addTask { try await FileChannel(path: path).send(message) } }
                try await group.waitForAll()
            }
            let lines = try Data(contentsOf: URL(filePath: path)).split(separator: 0x0A)
            #expect(lines.count == 50)
            for line in lines { #expect((try? JSON(parsing: Array(line)))?["text"]?.string?.utf8.count == 3000) }
        }
    }

    @Test("A path that cannot be written, or is a link, is refused")
    func notWritable() async throws {
        try await withFolder { folder in
            await #expect(throws: DeliveryFailure.fileNotWritable(errno: ENOENT)) {
                try await FileChannel(path: folder + "/none/outbox").send(Samples.message())
            }
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/link", withDestinationPath: folder + "/target")
            await #expect(throws: DeliveryFailure.fileNotWritable(errno: ELOOP)) {
                try await FileChannel(path: folder + "/link").send(Samples.message())
            }
        }
    }
}
