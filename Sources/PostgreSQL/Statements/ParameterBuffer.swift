import SQLStatements

/// The parameters of a statement as libpq takes them, all in binary. Used again for every statement.
struct ParameterBuffer {
    private var bytes: [UInt8] = []
    private var places: [(start: Int, count: Int)?] = []
    private var values: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// Calls `send` with the values, their lengths and their formats, which hold for the call.
    mutating func withParameters(
        _ parameters: [SQLValue],
        send: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> Int32
    ) -> Int32 {
        write(parameters)
        return bytes.withUnsafeBytes { bytes in
            values.removeAll(keepingCapacity: true)
            for place in places {
                values.append(place.map { (bytes.baseAddress! + $0.start).assumingMemoryBound(to: CChar.self) })
            }
            return send(values, lengths, formats)
        }
    }

    private mutating func write(_ parameters: [SQLValue]) {
        bytes.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        for parameter in parameters {
            let start = bytes.count
            switch parameter {
            case .null:
                places.append(nil)
                continue
            case .integer(let value): withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
            case .text(let text): bytes += text.utf8
            case .bytes(let value): bytes += value
            }
            places.append((start, bytes.count - start))
        }
        // So that there is an address even where every parameter is empty: none would be a null.
        bytes.append(0)
        lengths = places.map { Int32($0?.count ?? 0) }
        formats = places.map { _ in 1 }
    }
}

extension SQLScript {
    /// Refuses what no statement can carry, before anything is sent.
    func checkParameters() throws(DatabaseFailure) {
        for statement in statements {
            guard statement.parameters.count <= ParameterTypes.limit else {
                throw DatabaseFailure(.invalidValue, message: "a statement has more than 64 parameters")
            }
            for case .text(let text) in statement.parameters where text.utf8.contains(0) {
                throw DatabaseFailure(.invalidValue, message: "a text with a NUL cannot be stored")
            }
        }
    }
}
