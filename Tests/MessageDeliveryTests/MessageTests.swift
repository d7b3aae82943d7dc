import MessageDelivery
import Testing

@Suite("Parts of a message")
struct MessageTests {
    private func fault(_ make: () throws(MessageFault) -> some Any) -> MessageFault? {
        do throws(MessageFault) {
            _ = try make()
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "Addresses are read as they are",
        arguments: [
            "ana@example.org", "a.b+c@x.y-z.example", "root@localhost", "o'neill!#$%&*/=?^_`{|}~-@e.example",
            "añá@bücher.example", "用户@例子.广告",
        ])
    func addresses(text: String) throws {
        #expect(try EmailAddress(text).text == text)
    }

    @Test(
        "What is no address, or could end a command, is refused",
        arguments: [
            "", "ana", "@example.org", "ana@", "a@b@c", "a b@example.org", "ana@example.org\r\nBCC: x@y",
            "ana@exam\nple.org",
            "ana@example.org\0", ".a@example.org", "a.@example.org", "a..b@example.org", "<ana@example.org>",
            "\"a b\"@example.org", "ana@[127.0.0.1]", "ana@-a.example", "ana@a-.example", "ana@a..example",
            "ana@.example",
            "ana@example.org.", "ana@exa_mple.org", "a\u{202E}b@example.org", "a\u{200B}@example.org",
            "a\u{2028}@example.org", "a\u{85}@example.org", "a@exam\u{00AD}ple.org", "a,b@example.org",
            "a(x)@example.org",
        ])
    func notAddresses(text: String) {
        #expect(fault { () throws(MessageFault) in try EmailAddress(text) } == .malformed(.emailAddress))
    }

    @Test("Addresses have bounds")
    func addressLengths() {
        let local = String(repeating: "a", count: 64)
        let label = String(repeating: "b", count: 63)
        #expect(fault { () throws(MessageFault) in try EmailAddress(local + "@" + label + ".example") } == nil)
        for text in [
            local + "a@example.org", "a@" + label + "b.example",
            "a@" + [label, label, label, label].joined(separator: "."),
        ] {
            #expect(fault { () throws(MessageFault) in try EmailAddress(text) } == .malformed(.emailAddress))
        }
    }

    @Test(
        "Phone numbers are international",
        arguments: [
            ("+34600000000", true), ("+1234567", true), ("+123456789012345", true), ("34600000000", false),
            ("+0123456789", false), ("+123456", false), ("+1234567890123456", false), ("+34 600 000 000", false),
            ("+٣٤٦٠٠٠٠٠٠٠٠", false), ("", false), ("+", false), ("++34600000000", false),
        ])
    func phoneNumbers(text: String, isValid: Bool) {
        let expected: MessageFault? = isValid ? nil : .malformed(.phoneNumber)
        #expect(fault { () throws(MessageFault) in try PhoneNumber(text) } == expected)
    }

    @Test(
        "No control character gets into a header",
        arguments: [
            "\r\nBcc: x@example.org", "a\nb", "a\rb", "a\0b", "a\u{1B}b", "a\u{7F}b", "a\u{85}b", "a\u{2028}b",
            "a\u{2029}b",
            "a\tb",
        ])
    func controlCharacters(text: String) throws {
        let address = try EmailAddress("a@example.org")
        let recipient = MessageRecipient.emailAddress(address)
        #expect(
            fault { () throws(MessageFault) in
                try OutgoingMessage(to: recipient, subject: text, text: "", date: Samples.date)
            } == .controlCharacter(.subject))
        #expect(
            fault { () throws(MessageFault) in
                try MailSender(address: address, displayName: text)
            } == .controlCharacter(.displayName))
        #expect(
            fault { () throws(MessageFault) in
                try MessageAttachment(name: text, mediaType: "text/plain", bytes: [])
            } == .controlCharacter(.attachmentName))
        #expect(
            fault { () throws(MessageFault) in
                try MessageAttachment(name: "a", mediaType: "text/plain" + text, bytes: [])
            } == .malformed(.mediaType))
    }

    @Test("A text has lines and tabs, and no other control characters")
    func text() {
        func fault(_ text: String) -> MessageFault? {
            self.fault { () throws(MessageFault) in
                try OutgoingMessage(
                    to: .phoneNumber(try PhoneNumber("+1234567")), subject: "", text: text, date: Samples.date)
            }
        }
        #expect(fault("a\tb\r\nc\nd\re\u{2028}f") == nil)
        for text in ["a\0b", "a\u{1B}[2Jb", "a\u{8}b", "a\u{9B}b"] { #expect(fault(text) == .controlCharacter(.text)) }
        #expect(fault(String(repeating: "a", count: 1 << 20)) == nil)
        #expect(fault(String(repeating: "a", count: 1 << 20 + 1)) == .tooLong(.text))
    }

    @Test("Names, subjects and attachments have bounds")
    func bounds() throws {
        let address = try EmailAddress("a@example.org")
        func message(_ subject: String, _ attachments: [MessageAttachment]) -> MessageFault? {
            fault { () throws(MessageFault) in
                try OutgoingMessage(
                    to: .emailAddress(address), subject: subject, text: "", attachments: attachments,
                    date: Samples.date)
            }
        }
        #expect(message(String(repeating: "a", count: 512), []) == nil)
        #expect(message(String(repeating: "a", count: 513), []) == .tooLong(.subject))
        let small = try MessageAttachment(name: "a", mediaType: "a/b", bytes: [1])
        #expect(message("", Array(repeating: small, count: 16)) == nil)
        #expect(message("", Array(repeating: small, count: 17)) == .tooLong(.attachments))
        let large = try MessageAttachment(
            name: "a", mediaType: "a/b", bytes: Array(repeating: 0, count: 16 << 20))
        #expect(message("", [large]) == nil)
        #expect(message("", [large, small]) == .tooLong(.attachments))
        let name = String(repeating: "a", count: 257)
        #expect(
            fault { () throws(MessageFault) in try MailSender(address: address, displayName: name) }
                == .tooLong(.displayName))
        #expect(
            fault { () throws(MessageFault) in try MailSender(address: address, displayName: "") }
                == .empty(.displayName))
    }

    @Test("An attachment's name is no path, its type a type")
    func attachments() {
        func fault(_ name: String, _ type: String) -> MessageFault? {
            self.fault { () throws(MessageFault) in try MessageAttachment(name: name, mediaType: type, bytes: []) }
        }
        #expect(fault("ähnlich \"x\".pdf", "application/pdf") == nil)
        #expect(fault("a", "application/vc+sd-jwt") == nil)
        #expect(fault("", "a/b") == .empty(.attachmentName))
        for name in ["../x", "a/b", "a\\b", ".profile"] { #expect(fault(name, "a/b") == .malformed(.attachmentName)) }
        #expect(fault(String(repeating: "a", count: 151), "a/b") == .tooLong(.attachmentName))
        for type in ["", "text", "text/", "/plain", "text/plain/x", "text/plain; charset=x", "text /plain", "té/x"] {
            #expect(fault("a", type) == .malformed(.mediaType))
        }
    }
}
