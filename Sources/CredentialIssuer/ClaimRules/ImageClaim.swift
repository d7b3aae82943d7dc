import RegistryRecords
import WireFormats

extension ImageData {
    /// The picture as a `data:` URI, RFC 2397, the form of an image claim.
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

    /// Why `text` is not the data URI of a picture that a claim may hold, nil if it is.
    static func fault(ofDataURI text: String) -> ClaimRefusal.Fault? {
        for type in [MediaType.jpeg, .png] {
            let prefix = "data:\(type.rawValue);base64,"
            guard text.hasPrefix(prefix) else { continue }
            let characters = text.utf8.dropFirst(prefix.utf8.count)
            guard characters.count <= (maximumBytes + 2) / 3 * 4 else { return .imageTooLarge }
            guard let bytes = decode(base64: Array(characters)) else { return .notAnImage }
            guard bytes.count <= maximumBytes else { return .imageTooLarge }
            return ImageData(file: bytes)?.mediaType == type ? nil : .notAnImage
        }
        return .notAnImage
    }

    private static func decode(base64: [UInt8]) -> [UInt8]? {
        guard base64.count % 4 == 0 else { return nil }
        var characters = base64[...]
        while characters.count > base64.count - 2, characters.last == UInt8(ascii: "=") { characters.removeLast() }
        for index in characters.indices {
            switch characters[index] {
            case UInt8(ascii: "+"): characters[index] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): characters[index] = UInt8(ascii: "_")
            case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
            default: break
            }
        }
        return try? Base64URL.decode(characters)
    }
}
