import RegistryRecords

/// The image files that an import's rows name, each read once: portraits are often shared.
final class ImageFiles {
    private let read: RegistryImport.ImageFile
    private var known: [String: Result<ImageData, ImageFault>] = [:]

    init(_ read: @escaping RegistryImport.ImageFile) {
        self.read = read
    }

    func image(named name: String) throws(ImageFault) -> ImageData {
        guard Self.checkName(name) else { throw .name }
        if let result = known[name] { return try result.get() }
        let result = load(name)
        known[name] = result
        return try result.get()
    }

    private func load(_ name: String) -> Result<ImageData, ImageFault> {
        guard let bytes = try? read(name) else { return .failure(.unreadable) }
        do { return .success(try ImageData(reading: bytes)) } catch { return .failure(error) }
    }

    /// A row must not reach a file outside the image folder, nor a hidden one.
    private static func checkName(_ name: String) -> Bool {
        guard (1...255).contains(name.utf8.count) else { return false }
        let components = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return components.allSatisfy { component in
            guard let first = component.first, first != UInt8(ascii: ".") else { return false }
            return component.allSatisfy(isNameCharacter)
        }
    }

    private static func isNameCharacter(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
