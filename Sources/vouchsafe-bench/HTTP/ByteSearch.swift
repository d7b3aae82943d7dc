import Foundation

extension [UInt8] {
    /// Where `needle` ends, if it stands there at `start` or later.
    func end(of needle: StaticString, from start: Int = 0) -> Int? { self[start...].end(of: needle) }
}

extension ArraySlice<UInt8> {
    /// Where `needle` ends, where it stands first.
    func end(of needle: StaticString) -> Int? {
        let length = needle.utf8CodeUnitCount
        return withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var offset = 0
            // The library's own search for a byte is quick, and the rest is seldom compared.
            while bytes.count - offset >= length,
                let found = memchr(base + offset, Int32(needle.utf8Start[0]), bytes.count - offset - length + 1)
            {
                offset = UnsafeRawPointer(found) - base
                if memcmp(base + offset, needle.utf8Start, length) == 0 { return startIndex + offset + length }
                offset += 1
            }
            return nil
        }
    }
}
