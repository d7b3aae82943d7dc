import RegistryRecords
import WireFormats

extension ImageData {
    /// The picture as a `data:` URI, RFC 2397.
    var dataURI: String {
        var base64 = Base64URL.encodeToBytes(bytes)
        for index in base64.indices {
            switch base64[index] {
            case UInt8(ascii: "-"): base64[index] = UInt8(ascii: "+")
            case UInt8(ascii: "_"): base64[index] = UInt8(ascii: "/")
            default: break
            }
        }
        while base64.count % 4 != 0 { base64.append(UInt8(ascii: "=")) }
        return "data:" + mediaType.rawValue + ";base64," + String(decoding: base64, as: UTF8.self)
    }

    /// The picture in `data:image/jpeg;base64,…` or `data:image/png;base64,…`.
    ///
    /// - Throws: `tooLarge`, or `format` if it is no such URI or its bytes are not what it says.
    init(dataURI: String) throws(ImageFault) {
        let characters = Array(dataURI.utf8)
        for type in [MediaType.jpeg, .png] {
            let prefix = Array("data:\(type.rawValue);base64,".utf8)
            guard characters.starts(with: prefix) else { continue }
            let image = try ImageData(reading: try Self.decode(base64: characters[prefix.count...]))
            guard image.mediaType == type else { throw .format }
            self = image
            return
        }
        throw .format
    }

    /// The picture in a file's bytes.
    init(reading file: [UInt8]) throws(ImageFault) {
        guard file.count <= Self.maximumBytes else { throw .tooLarge }
        guard let image = ImageData(file: file) else { throw .format }
        self = image
    }

    private static func decode(base64: ArraySlice<UInt8>) throws(ImageFault) -> [UInt8] {
        guard base64.count % 4 == 0 else { throw .format }
        guard base64.count <= (maximumBytes + 2) / 3 * 4 else { throw .tooLarge }
        var characters = base64
        while characters.count > base64.count - 2, characters.last == UInt8(ascii: "=") { characters.removeLast() }
        for index in characters.indices {
            switch characters[index] {
            case UInt8(ascii: "+"): characters[index] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): characters[index] = UInt8(ascii: "_")
            case UInt8(ascii: "-"), UInt8(ascii: "_"): throw .format
            default: break
            }
        }
        do { return try Base64URL.decode(characters) } catch { throw .format }
    }
}

/// Why bytes are not a picture that a record can hold.
package enum ImageFault: Error, Sendable, Equatable {
    case name
    case unreadable
    case tooLarge
    case format
}
