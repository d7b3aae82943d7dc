import RegistryRecords

/// Why bytes are not a picture that a record can hold.
package enum ImageFault: Error, Sendable, Equatable {
    case name
    case unreadable
    case tooLarge
    case format

    init(_ fault: DataURIFault) {
        switch fault {
        case .tooLarge: self = .tooLarge
        case .notAnImage: self = .format
        }
    }
}

extension ImageData {
    /// The picture in a file's bytes.
    init(reading file: [UInt8]) throws(ImageFault) {
        guard file.count <= Self.maximumBytes else { throw .tooLarge }
        guard let image = ImageData(file: file) else { throw .format }
        self = image
    }
}
