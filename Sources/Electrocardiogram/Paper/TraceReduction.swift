/// A stretch of a lead as points to be joined by lines, never more than a device can show.
enum TraceReduction {
    struct Point: Hashable {
        /// Sample index in the lead.
        let index: Int
        let sample: Int32
    }

    /// The unbroken runs of valid samples of `range`.
    ///
    /// Where more than two samples fall into a column of `samplesPerColumn`, the column keeps its first, lowest, highest
    /// and last: what is drawn then covers exactly what all samples would, and no R peak is lost (Jugel et al., "M4",
    /// 2014). Invalid samples end a run; nothing bridges them.
    static func runs(of lead: ECGLead, in range: Range<Int>, samplesPerColumn: Double) -> [[Point]] {
        var runs: [[Point]] = []
        var run: [Point] = []
        var column = Column()
        for index in range {
            guard let sample = lead.sample(at: index) else {
                column.flush(into: &run)
                if !run.isEmpty { runs.append(run) }
                run = []
                continue
            }
            let point = Point(index: index, sample: sample)
            if samplesPerColumn <= 2 {
                run.append(point)
            } else {
                column.add(point, column: Int(Double(index - range.lowerBound) / samplesPerColumn), into: &run)
            }
        }
        column.flush(into: &run)
        if !run.isEmpty { runs.append(run) }
        return runs
    }

    private struct Column {
        private var number = 0
        private var points: (first: Point, lowest: Point, highest: Point, last: Point)?

        mutating func add(_ point: Point, column: Int, into run: inout [Point]) {
            if column != number { flush(into: &run) }
            number = column
            guard let held = points else {
                points = (point, point, point, point)
                return
            }
            points = (
                held.first, point.sample < held.lowest.sample ? point : held.lowest,
                point.sample > held.highest.sample ? point : held.highest, point
            )
        }

        mutating func flush(into run: inout [Point]) {
            guard let held = points else { return }
            points = nil
            for point in [held.first, held.lowest, held.highest, held.last].sorted(by: { $0.index < $1.index })
            where run.last != point { run.append(point) }
        }
    }

    /// The median of the valid samples of `range`: where the trace would settle after the recorder's coupling.
    static func median(of lead: ECGLead, in range: Range<Int>) -> Double? {
        var samples = range.compactMap { lead.sample(at: $0) }
        guard !samples.isEmpty else { return nil }
        samples.sort()
        let middle = samples.count / 2
        return samples.count.isMultiple(of: 2)
            ? (Double(samples[middle - 1]) + Double(samples[middle])) / 2 : Double(samples[middle])
    }
}
