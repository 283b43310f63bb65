/// One stretch of one lead at its place on the sheet.
struct SheetPanel {
    /// Index of the lead in the recording.
    let lead: Int
    /// Printed beside the trace.
    let label: String
    let isInverted: Bool
    let row: Int
    /// Millimetres from the start of the row's trace.
    let offset: Double
    /// Seconds of the recording, from when and up to when.
    let start: Double
    let end: Double
}

/// The panels of a sheet.
struct SheetPlan {
    let panels: [SheetPanel]
    let rowCount: Int
    /// Voltage leads that found no room.
    let omittedVoltageLeads: Int
    /// Signals that are no voltages.
    let otherSignals: Int

    init(_ recording: ECGRecording, _ options: SheetOptions) throws(SheetError) {
        guard options.start.isFinite, options.start >= 0, options.start < recording.duration else {
            throw .startOutsideRecording
        }
        let voltages = recording.leads.indices.filter { recording.leads[$0].millivoltsPerUnit != nil }
        guard !voltages.isEmpty else { throw .noVoltageLead }
        otherSignals = recording.leads.count - voltages.count
        var standard: [StandardLead: Int] = [:]
        for index in voltages.reversed() {
            if let lead = recording.leads[index].standard { standard[lead] = index }
        }
        let usesColumns =
            switch options.layout {
            case .automatic: standard.count == 12
            case .threeByFour: true
            case .rows: false
            }
        if usesColumns {
            panels = try Self.columns(standard, options)
            rowCount = 4
            omittedVoltageLeads = voltages.count - 12
        } else {
            let shown = voltages.prefix(SheetGeometry.rowLimit)
            rowCount = shown.count
            omittedVoltageLeads = voltages.count - shown.count
            panels = shown.enumerated().map { row, index in
                let name = recording.leads[index].name
                return SheetPanel(
                    lead: index, label: name.isEmpty ? "signal \(index + 1)" : name, isInverted: false, row: row,
                    offset: 0, start: options.start,
                    end: options.start + SheetGeometry.rowDuration(options.speed))
            }
        }
    }

    private static func columns(
        _ leads: [StandardLead: Int], _ options: SheetOptions
    ) throws(SheetError) -> [SheetPanel] {
        let limbs: [StandardLead] =
            switch options.limbOrder {
            case .standard: [.leadI, .leadII, .leadIII, .aVR, .aVL, .aVF]
            case .cabrera: [.aVL, .leadI, .aVR, .leadII, .aVF, .leadIII]
            }
        let order = limbs + [.v1, .v2, .v3, .v4, .v5, .v6]
        let duration = SheetGeometry.rowDuration(options.speed)
        var panels: [SheetPanel] = []
        for (place, lead) in order.enumerated() {
            guard let index = leads[lead] else { throw .leadMissing(lead) }
            let column = Double(place / 3)
            let isInverted = options.limbOrder == .cabrera && lead == .aVR
            panels.append(
                SheetPanel(
                    lead: index, label: (isInverted ? "\u{2212}" : "") + lead.name, isInverted: isInverted,
                    row: place % 3, offset: column * SheetGeometry.traceWidth / 4,
                    start: options.start + column * duration / 4, end: options.start + (column + 1) * duration / 4))
        }
        guard let rhythm = leads[options.rhythmLead] else { throw .leadMissing(options.rhythmLead) }
        panels.append(
            SheetPanel(
                lead: rhythm, label: options.rhythmLead.name, isInverted: false, row: 3, offset: 0,
                start: options.start, end: options.start + duration))
        return panels
    }
}
