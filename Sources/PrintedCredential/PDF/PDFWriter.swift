/// Puts indirect objects into a file, ISO 32000-1 §7.5, and keeps where each begins.
struct PDFWriter {
    /// Version 1.7; the second line is there to tell programs that the file is not text (§7.5.2).
    private var bytes = Array("%PDF-1.7\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 0x0A]
    /// Of object 1 and the following ones.
    private var offsets: [Int] = []

    /// The number of an object that is to be set later.
    mutating func reserve() -> Int {
        offsets.append(0)
        return offsets.count
    }

    mutating func set(_ number: Int, _ object: String) {
        offsets[number - 1] = bytes.count
        bytes += Array("\(number) 0 obj\n\(object)\nendobj\n".utf8)
    }

    /// Returns the object's number.
    mutating func add(_ object: String) -> Int {
        let number = reserve()
        set(number, object)
        return number
    }

    /// Returns the object's number.
    mutating func addStream(_ content: [UInt8]) -> Int {
        let number = reserve()
        offsets[number - 1] = bytes.count
        bytes += Array("\(number) 0 obj\n<< /Length \(content.count) >>\nstream\n".utf8)
        bytes += content + Array("\nendstream\nendobj\n".utf8)
        return number
    }

    /// The file, with the table of offsets (§7.5.4) in entries of exactly 20 bytes, and the trailer.
    func finish(root: Int, information: Int) -> [UInt8] {
        var table = "xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n"
        for offset in offsets {
            let digits = String(offset)
            table += String(repeating: "0", count: 10 - digits.utf8.count) + digits + " 00000 n \n"
        }
        table += "trailer\n<< /Size \(offsets.count + 1) /Root \(root) 0 R /Info \(information) 0 R >>\n"
        table += "startxref\n\(bytes.count)\n%%EOF\n"
        return bytes + Array(table.utf8)
    }

    /// Text in any script, §7.9.2.2: UTF-16 with its byte order mark, in hexadecimal.
    static func textString(_ text: String) -> String {
        hexadecimal([0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
    }

    /// A string object, §7.3.4.3.
    static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let characters = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "<" + String(decoding: characters, as: UTF8.self) + ">"
    }
}
