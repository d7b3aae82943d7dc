package import TestSupport

extension [UInt8] {
    /// These bytes with one to four small changes; `dictionary` has pieces that mean something to the parser.
    package func mutated(by generator: inout SeededGenerator, dictionary: [[UInt8]]) -> [UInt8] {
        var bytes = self
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard let place = bytes.indices.randomElement(using: &generator) else {
                bytes = dictionary.randomElement(using: &generator) ?? [0]
                continue
            }
            let end = Swift.min(bytes.count, place + Int.random(in: 1...40, using: &generator))
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            case 2: bytes.remove(at: place)
            case 3: bytes.removeSubrange(place..<end)
            case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 5: bytes.removeSubrange(place...)
            case 6: bytes.insert(contentsOf: dictionary.randomElement(using: &generator) ?? [], at: place)
            default: bytes.replaceSubrange(place..<end, with: dictionary.randomElement(using: &generator) ?? [])
            }
        }
        return bytes
    }
}
