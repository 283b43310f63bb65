/// Measures of the sheet in millimetres: A4 landscape, printed without scaling.
enum SheetGeometry {
    static let width = 297.0
    static let height = 210.0
    /// The ruled part; whole large boxes, and 10 s at 25 mm/s beside the calibration pulse.
    static let left = 16.0
    static let top = 22.0
    static let gridWidth = 265.0
    static let gridHeight = 165.0
    static let smallBox = 1.0
    static let largeBox = 5.0
    /// What the trace of one row takes.
    static let traceWidth = 250.0
    /// Twelve rows of 13 mm still tell leads apart; more would not.
    static let rowLimit = 12

    static var bottom: Double { top + gridHeight }
    static var right: Double { left + gridWidth }

    /// Where traces begin: after 0.2 s of calibration pulse with flat paper around it.
    static func traceLeft(_ speed: PaperSpeed) -> Double {
        left + 5 + 0.2 * speed.millimetresPerSecond
    }

    /// Seconds that fit a row.
    static func rowDuration(_ speed: PaperSpeed) -> Double { traceWidth / speed.millimetresPerSecond }

    /// The height of each of `count` rows.
    static func rowHeight(count: Int) -> Double { min(55, gridHeight / Double(max(1, count))) }

    /// The baseline of row `row` of `count`, on a line of the grid.
    static func baseline(row: Int, of count: Int) -> Double {
        let height = rowHeight(count: count)
        let used = height * Double(count)
        // Low in a narrow row, so that the first row's calibration pulse stays on the paper.
        let centre = (gridHeight - used) / 2 + height * (Double(row) + (height < 20 ? 0.75 : 0.55))
        return top + centre.rounded()
    }
}
