/// What an import is willing to read.
package struct ImportLimits: Sendable {
    package var bytes: Int
    package var columns: Int
    package var rows: Int
    /// Unicode scalars of a text, and of each text of a list.
    package var characters: Int
    package var listElements: Int

    package init(
        bytes: Int = 64 << 20, columns: Int = 256, rows: Int = 1_000_000, characters: Int = 4096,
        listElements: Int = 256
    ) {
        self.bytes = bytes
        self.columns = columns
        self.rows = rows
        self.characters = characters
        self.listElements = listElements
    }
}
