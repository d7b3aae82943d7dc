/// A moment in the Gregorian calendar and UTC.
struct InternetDate {
    private let year: Int
    private let month: Int
    private let day: Int
    private let weekday: Int
    private let secondOfDay: Int

    /// - Parameter seconds: since 1970-01-01T00:00:00Z.
    init(secondsSince1970 seconds: Int) {
        let days = Self.floorDivide(seconds, 86_400)
        secondOfDay = seconds - days * 86_400
        weekday = ((days + 4) % 7 + 7) % 7
        // Years are counted from March here, so that the leap day is the last of its year. 719,468 days lie between
        // 1 March of the year 0 and 1970, 146,097 in 400 years.
        let shifted = days + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    private static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// As RFC 5322 §3.3 writes it.
    var mail: String {
        "\(Self.weekdays[weekday]), \(Self.padded(day)) \(Self.months[month - 1]) \(Self.padded(year, 4)) \(time) +0000"
    }

    /// As RFC 3339 §5.6 writes it.
    var timestamp: String { "\(Self.padded(year, 4))-\(Self.padded(month))-\(Self.padded(day))T\(time)Z" }

    private var time: String {
        [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60].map { Self.padded($0) }.joined(separator: ":")
    }

    private static func padded(_ value: Int, _ width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
