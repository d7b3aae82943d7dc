import CPostgreSQL
import SQLStatements

/// What a statement's result holds, out of its binary form.
struct RowDecoder {
    let result: OpaquePointer

    /// The rows without their last `dropped` columns.
    func rows(dropping dropped: Int) throws(DatabaseFailure) -> [SQLRow] {
        let count = PQntuples(result)
        guard count > 0 else { return [] }
        let columns = PQnfields(result) - Int32(dropped)
        var rows: [SQLRow] = []
        rows.reserveCapacity(Int(count))
        for row in 0..<count {
            var values: [SQLValue] = []
            values.reserveCapacity(Int(columns))
            for column in 0..<columns { values.append(try value(row, column)) }
            rows.append(SQLRow(columns: values))
        }
        return rows
    }

    /// The number in the last column of the first row.
    func lastNumber() throws(DatabaseFailure) -> Int64 {
        guard case .integer(let number) = try value(0, PQnfields(result) - 1) else { return 0 }
        return number
    }

    /// How many rows the statement changed, as the server counts them.
    var changed: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

    private func value(_ row: Int32, _ column: Int32) throws(DatabaseFailure) -> SQLValue {
        guard PQgetisnull(result, row, column) == 0 else { return .null }
        let start = UnsafeRawPointer(PQgetvalue(result, row, column)!)
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
        switch PQftype(result, column) {
        case 17: return .bytes(Array(bytes))
        case 25, 1043, 1042, 19, 705: return .text(String(decoding: bytes, as: UTF8.self))
        case 20: return .integer(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        case 23: return .integer(Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))))
        case 21: return .integer(Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self))))
        case 26: return .integer(Int64(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))))
        case 16: return .integer(Int64(bytes[0]))
        case 1700:
            if let number = Self.whole(bytes) { return .integer(number) }
            throw DatabaseFailure(.other, message: "column \(column) holds a number that is not whole or too large")
        case let type: throw DatabaseFailure(.other, message: "column \(column) has a type that is not read: \(type)")
        }
    }

    /// A `numeric`, which sums of bigint are: digits of base 10,000, the first of them with weight 10,000^weight.
    private static func whole(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        func field(_ index: Int) -> Int64 {
            Int64(Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)))
        }
        let (count, weight, sign) = (field(0), field(1), field(2))
        guard sign == 0 || sign == 0x4000, weight < 5, count <= weight + 1 else { return nil }
        var number: Int64 = 0
        for position in 0...max(0, weight) where weight >= 0 {
            let digit = position < count ? field(4 + Int(position)) : 0
            let (scaled, overflows) = number.multipliedReportingOverflow(by: 10_000)
            let (next, overflowsToo) = scaled.subtractingReportingOverflow(digit)
            guard !overflows, !overflowsToo else { return nil }
            number = next
        }
        // Summed up below zero, where there is one number more.
        if sign == 0x4000 { return number }
        return number == .min ? nil : -number
    }
}
