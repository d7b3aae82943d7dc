extension Duration {
    /// The duration written as a whole number and a unit: `90s`, `10m`, `24h` or `365d`.
    init?(written text: String) {
        guard let unit = text.last, let unitSeconds = Self.units.first(where: { $0.name == unit })?.seconds,
            text.dropLast().utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(text.dropLast()), number <= 1_000_000_000
        else { return nil }
        self = .seconds(number * unitSeconds)
    }

    /// The shortest way to write whole seconds for `init(written:)`.
    var written: String {
        let seconds = Int(components.seconds)
        let unit = Self.units.last { seconds % $0.seconds == 0 && seconds >= $0.seconds }
        return unit.map { "\(seconds / $0.seconds)\($0.name)" } ?? "\(seconds)s"
    }

    private static let units: [(name: Character, seconds: Int)] = [
        ("s", 1), ("m", 60), ("h", 3600), ("d", 86400),
    ]
}
