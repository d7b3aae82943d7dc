import WireFormats

/// Why a text is not the data URI of a picture.
package enum DataURIFault: Error, Equatable {
    case tooLarge
    /// Not base64 of a JPEG or PNG, or not of the one that it says.
    case notAnImage
}

extension ImageData {
    /// The picture as a `data:` URI, RFC 2397.
    package var dataURI: String {
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
    package init(dataURI: String) throws(DataURIFault) {
        let characters = Array(dataURI.utf8)
        for type in [MediaType.jpeg, .png] {
            let prefix = Array("data:\(type.rawValue);base64,".utf8)
            guard characters.starts(with: prefix) else { continue }
            let bytes = try Self.decode(base64: characters[prefix.count...])
            guard bytes.count <= Self.maximumBytes else { throw .tooLarge }
            guard let image = ImageData(file: bytes), image.mediaType == type else { throw .notAnImage }
            self = image
            return
        }
        throw .notAnImage
    }

    private static func decode(base64: ArraySlice<UInt8>) throws(DataURIFault) -> [UInt8] {
        guard base64.count <= (maximumBytes + 2) / 3 * 4 else { throw .tooLarge }
        guard base64.count % 4 == 0 else { throw .notAnImage }
        var characters = base64
        while characters.count > base64.count - 2, characters.last == UInt8(ascii: "=") { characters.removeLast() }
        for index in characters.indices {
            switch characters[index] {
            case UInt8(ascii: "+"): characters[index] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): characters[index] = UInt8(ascii: "_")
            case UInt8(ascii: "-"), UInt8(ascii: "_"): throw .notAnImage
            default: break
            }
        }
        do { return try Base64URL.decode(characters) } catch { throw .notAnImage }
    }
}
