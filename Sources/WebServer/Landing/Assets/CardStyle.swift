import CredentialIssuer
import Foundation

/// The colours of credential cards as a style sheet: the content security policy allows no `style` attributes.
enum CardStyle {
    static func sheet(for cards: [CredentialCard]) -> String {
        cards.flatMap { card in
            card.configuration.display.enumerated().compactMap { index, display in
                rule(for: display).map { ".\(card.styleClass(ofDisplay: index)) { \($0) }\n" }
            }
        }.joined()
    }

    private static func rule(for display: CredentialDisplay) -> String? {
        guard let background = HexColor(display.backgroundColor) else { return nil }
        let text = HexColor(display.textColor) ?? background.mostLegible
        // The gradient goes away from the colour of the text, so that it only ever adds contrast.
        let shade = text.luminance > background.luminance ? "#000" : "#fff"
        return "--card: \(background.text); --card-text: \(text.text); --card-shade: \(shade);"
    }
}

/// A colour written as `#RGB` or `#RRGGBB`.
struct HexColor: Sendable {
    let text: String
    /// Relative luminance, WCAG 2.2, from 0 (black) to 1 (white).
    let luminance: Double

    /// Nil for anything else: what is configured must not end the rule that it stands in.
    init?(_ text: String?) {
        guard let text, text.first == "#" else { return nil }
        let digits = text.unicodeScalars.dropFirst().compactMap { Character($0).hexDigitValue }
        guard digits.count == text.unicodeScalars.count - 1, text.utf8.count == text.unicodeScalars.count else {
            return nil
        }
        let channels: [Int]
        switch digits.count {
        case 3: channels = digits.map { $0 * 17 }
        case 6: channels = [0, 2, 4].map { digits[$0] * 16 + digits[$0 + 1] }
        default: return nil
        }
        self.text = text
        let linear = channels.map { Self.linear(Double($0) / 255) }
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    private init(text: String, luminance: Double) {
        (self.text, self.luminance) = (text, luminance)
    }

    /// Black or white, whichever has more contrast on this colour; they are equal where (L + 0.05)² = 1.05 × 0.05.
    var mostLegible: HexColor {
        luminance > 0.179 ? HexColor(text: "#000", luminance: 0) : HexColor(text: "#fff", luminance: 1)
    }

    private static func linear(_ channel: Double) -> Double {
        channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4)
    }
}
