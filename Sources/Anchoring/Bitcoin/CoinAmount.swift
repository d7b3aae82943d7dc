import WireFormats

/// An amount of money in the smallest unit, of which a coin has a hundred million.
struct CoinAmount: Sendable, Equatable {
    let satoshis: UInt64

    init(satoshis: UInt64) { self.satoshis = satoshis }

    /// As nodes write coins: a decimal number with at most eight digits behind the point, none of them lost.
    init?(_ json: JSON?) {
        let text: String
        switch json {
        case .integer(let coins): text = String(coins)
        case .decimal(let literal): text = literal
        default: return nil
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let coins = UInt64(parts[0]), coins <= 21_000_000_000 else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.utf8.count <= 8, fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let padded = fraction + String(repeating: "0", count: 8 - fraction.utf8.count)
        guard let rest = UInt64(padded) else { return nil }
        satoshis = coins * 100_000_000 + rest
    }
}
