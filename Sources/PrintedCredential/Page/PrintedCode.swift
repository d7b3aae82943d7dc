/// A QR code (ISO/IEC 18004) as it is to be printed.
package struct PrintedCode: Sendable {
    /// From top to bottom, true for dark; without the light margin, which is added.
    package let rows: [[Bool]]
    /// What stands below it.
    package let caption: String
    /// Millimetres of a side with the margin, if there is room for it.
    package let side: Int

    /// - Throws: `notQRCode`.
    package init(rows: [[Bool]], caption: String = "", side: Int = 100) throws(PrintedPageFault) {
        guard (21...177).contains(rows.count), rows.count % 4 == 1, rows.allSatisfy({ $0.count == rows.count }) else {
            throw .notQRCode
        }
        (self.rows, self.caption, self.side) = (rows, caption, side)
    }

    /// Light modules that scanners need on each side, §5.3.8 of the standard.
    static let quietZone = 4

    /// Modules of a side with the margin.
    var modulesWithMargin: Int { rows.count + 2 * Self.quietZone }

    /// Dark modules beside each other, row by row.
    var runs: [Run] {
        var runs: [Run] = []
        for (row, modules) in rows.enumerated() {
            var column = 0
            while column < modules.count {
                let start = column
                while column < modules.count, modules[column] { column += 1 }
                if column > start { runs.append(Run(row: row, column: start, length: column - start)) }
                column += 1
            }
        }
        return runs
    }

    struct Run: Equatable {
        let row: Int
        let column: Int
        let length: Int
    }
}
