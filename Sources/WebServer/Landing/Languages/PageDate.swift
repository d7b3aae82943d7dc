import Foundation

/// An instant as a page shows it: in UTC, until the script puts it into the visitor's time zone.
struct PageDate: Sendable {
    /// For the `datetime` attribute, RFC 3339.
    let machine: String
    let text: String

    init(_ instant: Date, in texts: PageTexts) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: instant)
        let year = String(parts.year ?? 0)
        let (month, day) = (Self.twoDigits(parts.month), Self.twoDigits(parts.day))
        let (hour, minute) = (Self.twoDigits(parts.hour), Self.twoDigits(parts.minute))
        machine = "\(year)-\(month)-\(day)T\(hour):\(minute)Z"
        text = texts.text(
            "date_time",
            [
                "day": String(parts.day ?? 0), "month": texts["month_" + month], "year": year,
                "time": hour + ":" + minute,
            ])
    }

    private static func twoDigits(_ number: Int?) -> String {
        let digits = String(number ?? 0)
        return digits.count < 2 ? "0" + digits : digits
    }
}
