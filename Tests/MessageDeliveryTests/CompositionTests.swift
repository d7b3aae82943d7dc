import Foundation
import TestSupport
import Testing

@testable import MessageDelivery

/// A message taken apart by a reader that knows only what these tests need.
private struct ReadMail {
    /// Unfolded, by their names in lower case.
    var fields: [String: String] = [:]
    var body: [UInt8] = []

    init(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let end = try #require(text.range(of: "\r\n\r\n"))
        let unfolded = text[..<end.lowerBound].replacingOccurrences(of: "\r\n ", with: " ")
        for line in unfolded.components(separatedBy: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            try #require(parts.count == 2)
            fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        body = Array(text[end.upperBound...].utf8)
    }

    func decodedBody() throws -> [UInt8] {
        switch fields["content-transfer-encoding"] {
        case "base64":
            return Array(try #require(Data(base64Encoded: Data(body), options: .ignoreUnknownCharacters)))
        case "quoted-printable":
            let joined = String(decoding: body, as: UTF8.self).replacingOccurrences(of: "=\r\n", with: "")
            return Array(
                try #require(
                    joined.replacingOccurrences(of: "%", with: "=25").replacingOccurrences(of: "=", with: "%")
                        .removingPercentEncoding
                ).utf8)
        default: return body
        }
    }

    /// Encoded words of a field decoded, as RFC 2047 §6.2 says.
    static func decodeWords(_ text: String) throws -> String {
        var bytes: [UInt8] = []
        for word in text.split(separator: " ") {
            try #require(word.hasPrefix("=?UTF-8?B?") && word.hasSuffix("?=") && word.utf8.count <= 75)
            bytes += try #require(Data(base64Encoded: String(word.dropFirst(10).dropLast(2))))
        }
        return try #require(String(validating: bytes, as: UTF8.self))
    }
}

@Suite("Composing mail, RFC 5322 and RFC 2045")
struct CompositionTests {
    private func compose(
        subject: String = "Your code", text: String = "x", sender: String? = "Registry",
        attachments: [MessageAttachment] = []
    ) throws -> ComposedMail {
        let message = try Samples.message(subject: subject, text: text, attachments: attachments)
        let mail = ComposedMail(message, from: try Samples.sender(sender), to: try EmailAddress("ana@example.org"))
        try checkLines(of: mail.bytes)
        return mail
    }

    /// Lines end with CR LF only, have 998 characters at most and are ASCII.
    private func checkLines(of bytes: [UInt8]) throws {
        #expect(bytes.suffix(2) == [0x0D, 0x0A])
        #expect(bytes.allSatisfy { $0 < 0x80 && $0 != 0 })
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            #expect(line.last == 0x0D && !line.dropLast().contains(0x0D) && line.count <= 999)
        }
    }

    @Test("A message in ASCII is readable as it stands")
    func plain() throws {
        let mail = try compose(text: "Your code is 123456.\n\nIt is valid for ten minutes.")
        let expected = """
            Date: Tue, 04 Nov 2025 10:11:12 +0000
            From: "Registry" <no-reply@example.com>
            To: <ana@example.org>
            Message-ID: <\(mail.messageID)>
            Subject: Your code
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Your code is 123456.

            It is valid for ten minutes.

            """
        #expect(String(decoding: mail.bytes, as: UTF8.self) == expected.replacingOccurrences(of: "\n", with: "\r\n"))
        #expect(mail.messageID.hasSuffix("@example.com"))
        #expect(mail.messageID.utf8.count == 32 + "@example.com".utf8.count)
        #expect(try compose().messageID != mail.messageID)
        #expect(!mail.isInternational)
    }

    @Test(
        "Subjects come back from their encoded words",
        arguments: [
            "Código de verificación", "رمز التحقق الخاص بك هو", "您的驗證碼，請在十分鐘內使用。您的驗證碼，請在十分鐘內使用。您的驗證碼，請在十分鐘內使用。",
            "looks =?UTF-8?B?encoded?=", " leading and trailing ", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", String(repeating: "long ASCII ", count: 40),
        ])
    func subjects(subject: String) throws {
        let mail = try ReadMail(compose(subject: subject).bytes)
        #expect(try ReadMail.decodeWords(#require(mail.fields["subject"])) == subject)
    }

    @Test("Lines with encoded words have 76 characters at most")
    func encodedLineLength() throws {
        let bytes = try compose(
            subject: String(repeating: "ü", count: 200), sender: String(repeating: "é", count: 100)
        ).bytes
        for line in String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n") where line.contains("=?") {
            #expect(line.utf8.count <= 76)
        }
    }

    @Test("A sender's name is quoted, or encoded, or absent")
    func senders() throws {
        let name = #"Registry "A" \ B, C <x@y>"#
        #expect(
            try ReadMail(compose(sender: name).bytes).fields["from"]
                == #""Registry \"A\" \\ B, C <x@y>" <no-reply@example.com>"#)
        #expect(try ReadMail(compose(sender: nil).bytes).fields["from"] == "<no-reply@example.com>")
        let encoded = try #require(try ReadMail(compose(sender: "Universität Zürich").bytes).fields["from"])
        let words = encoded.split(separator: " ")
        #expect(words.last == "<no-reply@example.com>")
        #expect(try ReadMail.decodeWords(words.dropLast().joined(separator: " ")) == "Universität Zürich")
    }

    @Test(
        "Texts come back from their encoding, with their lines ended by CR LF",
        arguments: [
            "", "x", "Tu código es 123456.\r\nCaduca en diez minutos.\rAdiós\n", "رمز التحقق 123456\n", "a=b&c=%3D\n",
            "trailing space \nand tab\t\n \n.\n..\nFrom here", String(repeating: "one long line, ", count: 200),
            String(repeating: "é", count: 500),
            String(repeating: "x", count: 75) + "\n" + String(repeating: "x", count: 76),
            String(repeating: "x", count: 76) + " \n" + String(repeating: "x", count: 77), "a\u{2028}b",
        ])
    func texts(text: String) throws {
        let mail = try ReadMail(compose(text: text).bytes)
        var expected = text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
        if !expected.hasSuffix("\n") { expected += "\n" }
        #expect(
            try String(decoding: mail.decodedBody(), as: UTF8.self)
                == expected.replacingOccurrences(of: "\n", with: "\r\n"))
        for line in mail.body.split(separator: 0x0A) {
            #expect(line.count <= 77)
            #expect(line.dropLast().last != 0x20 && line.dropLast().last != 0x09)
        }
    }

    @Test("Random texts come back from both encodings")
    func randomTexts() throws {
        var generator = SeededGenerator(seed: 23)
        let alphabet = Array("ab =.\t\n\r\r\néß漢🙂")
        for _ in 0..<300 {
            let text = String(
                (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                })
            try texts(text: text)
        }
    }

    @Test("Text of letters that are escaped mostly goes as base64, other text as quoted-printable")
    func encodingChoice() throws {
        #expect(try ReadMail(compose(text: "رمز التحقق").bytes).fields["content-transfer-encoding"] == "base64")
        #expect(
            try ReadMail(compose(text: "Tu código es 123456.").bytes).fields["content-transfer-encoding"]
                == "quoted-printable")
    }

    @Test("Attachments stand in parts behind the text, with their names and types")
    func attachments() throws {
        let content = (0...255).map { UInt8($0) }
        let mail = try ReadMail(
            compose(
                text: "--=_\nSee the documents.",
                attachments: [
                    MessageAttachment(name: "credential \"1\".pdf", mediaType: "application/pdf", bytes: content),
                    MessageAttachment(name: "título.txt", mediaType: "text/plain", bytes: []),
                ]
            ).bytes)
        let type = try #require(mail.fields["content-type"])
        try #require(type.hasPrefix("multipart/mixed; boundary=\"=_"))
        let boundary = type.dropFirst("multipart/mixed; boundary=\"".count).dropLast()
        let text = String(decoding: mail.body, as: UTF8.self)
        let pieces = text.components(separatedBy: "--\(boundary)")
        #expect(pieces.count == 5)
        #expect(pieces.first == "" && pieces.last == "--\r\n")
        // The line end before a delimiter belongs to it.
        let parts = try pieces[1...3].map { try ReadMail(Array($0.dropFirst().utf8.dropLast(2))) }
        #expect(try String(decoding: parts[0].decodedBody(), as: UTF8.self) == "--=_\r\nSee the documents.\r\n")
        #expect(parts[1].fields["content-type"] == "application/pdf")
        #expect(parts[1].fields["content-disposition"] == #"attachment; filename="credential \"1\".pdf""#)
        #expect(try parts[1].decodedBody() == content)
        #expect(
            parts[2].fields["content-disposition"]
                == "attachment; filename*=UTF-8''t%C3%ADtulo.txt")
        #expect(try parts[2].decodedBody().isEmpty)
    }

    @Test("Dots at line begins are doubled, and a dot alone ends the content")
    func dotStuffing() throws {
        let mail = try compose(text: ".\n.a\na.\n\n..")
        let sent = String(decoding: mail.dotStuffed, as: UTF8.self)
        #expect(sent.hasSuffix("\r\n\r\n..\r\n..a\r\na.\r\n\r\n...\r\n.\r\n"))
    }

    @Test(
        "Dates are written in the calendar, leap days and times before 1970 too",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00Z"),
            (-1, "Wed, 31 Dec 1969 23:59:59 +0000", "1969-12-31T23:59:59Z"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000", "2000-02-29T00:00:00Z"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 +0000", "2024-02-29T23:59:59Z"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000", "2100-03-01T00:00:00Z"),
            (1_762_251_072, "Tue, 04 Nov 2025 10:11:12 +0000", "2025-11-04T10:11:12Z"),
        ])
    func dates(seconds: Int, mail: String, timestamp: String) {
        let date = InternetDate(secondsSince1970: seconds)
        #expect(date.mail == mail)
        #expect(date.timestamp == timestamp)
    }
}
