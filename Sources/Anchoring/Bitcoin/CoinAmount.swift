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

    /// An amount that a wallet tells as a loss, with a minus.
    init?(spent json: JSON?) {
        guard case .decimal(let literal) = json, literal.hasPrefix("-") else { return nil }
        self.init(.decimal(literal: String(literal.dropFirst())))
    }

    /// What a thousand virtual bytes must pay so that nodes take a transaction instead of one that has paid `fee`: a
    /// quarter more, and at least what nodes want for passing it on (BIP 125, rule 4).
    static func rate(above fee: CoinAmount, for size: UInt64) -> CoinAmount? {
        let (scaled, overflows) = fee.satoshis.multipliedReportingOverflow(by: 1000)
        guard !overflows, size > 0 else { return nil }
        let rate = scaled / size + 1
        return CoinAmount(satoshis: max(rate + rate / 4, rate + 2000))
    }

    /// As nodes read coins.
    var coins: JSON {
        let fraction = String(satoshis % 100_000_000)
        return .decimal(
            literal: "\(satoshis / 100_000_000)." + String(repeating: "0", count: 8 - fraction.utf8.count) + fraction)
    }
}
