/// Everything on the sheet that is not a trace.
extension ECGSheet {
    func head() -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="210mm" viewBox="0 0 297 210">
        <title>\(xmlEscaped(options.title))</title>
        <style>
        @page { size: A4 landscape; margin: 0 }
        .fine, .bold, .trace, .mark { fill: none }
        .fine { stroke: #f7c6c6; stroke-width: 0.1 }
        .bold { stroke: #eda3a3; stroke-width: 0.2 }
        .trace { stroke: #000; stroke-width: 26; stroke-linejoin: round; stroke-linecap: round }
        .mark { stroke: #000; stroke-width: 0.26; stroke-linejoin: miter }
        text { font-family: "Liberation Sans", Arial, Helvetica, sans-serif; font-size: 3px; fill: #000 }
        .label { font-size: 3.6px; font-weight: bold; stroke: #fff; stroke-width: 0.9; paint-order: stroke;
          stroke-linejoin: round }
        .title { font-size: 4.4px; font-weight: bold }
        .small { font-size: 2.6px }
        .end { text-anchor: end } .middle { text-anchor: middle }
        </style>
        <defs><clipPath id="paper"><rect x="\(fixed(SheetGeometry.left, 2))" y="\(fixed(SheetGeometry.top, 2))" \
        width="\(fixed(SheetGeometry.gridWidth, 2))" height="\(fixed(SheetGeometry.gridHeight, 2))"/></clipPath></defs>
        <rect width="297" height="210" fill="#fff"/>

        """
    }

    /// Lines rather than a pattern, which some printers rasterise.
    func grid() -> String {
        func lines(_ step: Double, _ name: String, skip: Double?) -> String {
            var path = ""
            func add(_ extent: Double, _ draw: (Double) -> String) {
                for place in stride(from: 0, through: extent, by: step) {
                    if let skip, place.truncatingRemainder(dividingBy: skip) == 0 { continue }
                    path += draw(place)
                }
            }
            add(SheetGeometry.gridWidth) {
                "M\(shortest(SheetGeometry.left + $0)) \(shortest(SheetGeometry.top))v\(shortest(SheetGeometry.gridHeight))"
            }
            add(SheetGeometry.gridHeight) {
                "M\(shortest(SheetGeometry.left)) \(shortest(SheetGeometry.top + $0))h\(shortest(SheetGeometry.gridWidth))"
            }
            return "<path class=\"\(name)\" d=\"\(path)\"/>\n"
        }
        return lines(SheetGeometry.smallBox, "fine", skip: SheetGeometry.largeBox)
            + lines(SheetGeometry.largeBox, "bold", skip: nil)
    }

    /// 1 mV for 0.2 s at the left of each row.
    func calibrationPulses() -> String {
        let width = 0.2 * options.speed.millimetresPerSecond
        let height = options.gain.millimetresPerMillivolt
        var path = ""
        for row in 0..<plan.rowCount {
            let y = SheetGeometry.baseline(row: row, of: plan.rowCount)
            path += "M\(fixed(SheetGeometry.left + 0.5, 2)) \(fixed(y, 2))h1.5v\(fixed(-height, 2))h\(fixed(width, 2))"
            path += "v\(fixed(height, 2))h1.5"
        }
        return "<path class=\"mark\" clip-path=\"url(#paper)\" d=\"\(path)\"/>\n"
    }

    /// Lead names, and the marks where one lead gives way to the next.
    func labels() -> String {
        var text = ""
        var marks = ""
        let height = SheetGeometry.rowHeight(count: plan.rowCount)
        for panel in plan.panels {
            let x = SheetGeometry.traceLeft(options.speed) + panel.offset
            let baseline = SheetGeometry.baseline(row: panel.row, of: plan.rowCount)
            let rise = min(14, height * 0.55 - 3.2)
            text += Self.text(panel.label, x + 1, baseline - rise, "label")
            if panel.offset > 0 {
                marks += "M\(fixed(x, 2)) \(fixed(baseline - 5, 2))v3.5M\(fixed(x, 2)) \(fixed(baseline + 1.5, 2))v3.5"
            }
        }
        return (marks.isEmpty ? "" : "<path class=\"mark\" d=\"\(marks)\"/>\n") + text
    }

    /// The symbols of one annotator's beats and rhythm changes, under the lowest row.
    func beatMarks() -> String {
        guard let name = options.annotator, let set = recording.annotations.first(where: { $0.annotator == name }),
            let panel = plan.panels.last
        else { return "" }
        var text = ""
        for annotation in set.annotations {
            let seconds = set.seconds(of: annotation, samplingRate: recording.samplingRate)
            guard seconds >= panel.start, seconds < panel.end else { continue }
            let symbol = annotation.code == .rhythmChange ? annotation.text : set.symbol(of: annotation.code)
            text += Self.text(symbol, x(seconds, in: panel), SheetGeometry.bottom - 1.2, "small middle label")
        }
        return text
    }

    /// Title, scale, time and what the reader must know, outside the ruled part.
    func margins() -> String {
        let duration = SheetGeometry.rowDuration(options.speed)
        let end = min(options.start + duration, recording.duration)
        let rates = Set(plan.panels.map { recording.samplingRate(of: recording.leads[$0.lead]) }).sorted()
        let scale =
            "\(shortest(options.speed.millimetresPerSecond)) mm/s    \(shortest(options.gain.millimetresPerMillivolt)) mm/mV"
        let stretch = "\(fixed(options.start, 1)) s to \(fixed(end, 1)) s of \(fixed(recording.duration, 1)) s"
        let sampled = rates.map { shortest($0) }.joined(separator: ", ")
        var text = Self.text(options.title, SheetGeometry.left, 11.5, "title")
        text += Self.text(stretch, SheetGeometry.left, 17.5)
        text += Self.text(scale, SheetGeometry.right, 11.5, "title end")
        text += Self.text("Filter: \(options.filter)    sampled at \(sampled) Hz", SheetGeometry.right, 17.5, "end")
        text += timeMarks(duration)
        for (line, note) in notes().prefix(2).enumerated() {
            text += Self.text(note, SheetGeometry.left, 199 + 4.2 * Double(line), "small")
        }
        return text + ruler()
    }

    private func timeMarks(_ duration: Double) -> String {
        guard let panel = plan.panels.last else { return "" }
        var marks = ""
        var text = ""
        for step in 0...Int(duration) {
            let second = options.start.rounded(.up) + Double(step)
            guard second <= options.start + duration + 1e-9 else { break }
            let place = x(second, in: panel)
            marks += "M\(fixed(place, 2)) \(fixed(SheetGeometry.bottom, 2))v1.5"
            text += Self.text("\(shortest(second)) s", place, SheetGeometry.bottom + 4.4, "small middle")
        }
        return "<path class=\"mark\" d=\"\(marks)\"/>\n" + text
    }

    /// What limits the reading of this sheet.
    func notes() -> [String] {
        var facts: [String] = []
        let drawn = Set(plan.panels.map(\.lead))
        let uncalibrated = drawn.sorted().filter { !recording.leads[$0].isCalibrated }
        if !uncalibrated.isEmpty {
            let names = uncalibrated.map { recording.leads[$0].name }.joined(separator: ", ")
            facts.append("UNCALIBRATED (200 steps/mV assumed, amplitudes have no meaning): \(names)")
        }
        let damaged = recording.notices.contains { notice in
            if case .checksumMismatch(let lead, _, _) = notice { drawn.contains(lead) } else { false }
        }
        if damaged { facts.append("DAMAGED: samples do not match the record's checksum") }
        if !saturatedLabels.isEmpty {
            facts.append("converter saturated: " + saturatedLabels.joined(separator: ", "))
        }
        if !cutLabels.isEmpty { facts.append("leaves the paper: " + cutLabels.joined(separator: ", ")) }
        if plan.omittedVoltageLeads > 0 {
            facts.append("leads not shown for want of room: \(plan.omittedVoltageLeads)")
        }
        if plan.otherSignals > 0 {
            facts.append("signals that are no voltages, not shown: \(plan.otherSignals)")
        }
        let position = "Each lead is placed at its median. Small box 0.04 s"
        let speed = options.speed.millimetresPerSecond
        let box = options.speed == .mm25 && options.gain == .mm10
        let boxes =
            box
            ? "\(position), 0.1 mV."
            : "Each lead is placed at its median. 1 mm = \(fixed(1 / speed, 2)) s, "
                + "\(shortest(1 / options.gain.millimetresPerMillivolt)) mV."
        return [boxes] + (facts.isEmpty ? [] : [facts.joined(separator: "; ") + "."])
    }

    /// A length to hold a ruler against, since a printer may scale.
    private func ruler() -> String {
        let right = SheetGeometry.right
        return "<path class=\"mark\" d=\"M\(fixed(right - 50, 2)) 198v2h50v-2\"/>\n"
            + Self.text("to scale if this is 50 mm", right, 203.4, "small end")
    }

    static func text(_ text: String, _ x: Double, _ y: Double, _ style: String = "") -> String {
        let attribute = style.isEmpty ? "" : " class=\"\(style)\""
        return
            "<text\(attribute) x=\"\(fixed(x, 2))\" y=\"\(fixed(y, 2))\" xml:space=\"preserve\">\(xmlEscaped(text))</text>\n"
    }
}
