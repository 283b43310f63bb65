import Testing

@testable import Electrocardiogram

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct SynthesizerTests {
    /// FNV-1a over the samples: pins them to the bit, on every platform.
    private static func digest(_ recording: ECGRecording) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for lead in recording.leads {
            for sample in lead.samples {
                for shift in [0, 8, 16, 24] as [Int32] {
                    hash = (hash ^ UInt64(UInt8(truncatingIfNeeded: sample >> shift))) &* 0x100_0000_01b3
                }
            }
        }
        return hash
    }

    private static var lively: SynthesisOptions {
        var options = SynthesisOptions()
        options.ventricularShare = 0.1
        options.atrialShare = 0.1
        options.seed = 42
        return options
    }

    @Test func aSeedGivesTheSameSamplesEverywhere() throws {
        let quiet = Self.digest(try .synthesized(frameCount: 5000))
        #expect(quiet == 11_453_281_881_342_703_993)
        let lively = Self.digest(try .synthesized(frameCount: 5000, Self.lively))
        #expect(lively == 16_071_525_194_904_674_337)
    }

    @Test func anotherSeedGivesOtherSamples() throws {
        var options = SynthesisOptions()
        options.seed = 2
        #expect(
            Self.digest(try .synthesized(frameCount: 500)) != Self.digest(try .synthesized(frameCount: 500, options)))
    }

    @Test func chunksDoNotChangeTheStream() throws {
        let whole = try ECGRecording.synthesized(frameCount: 3000, Self.lively)
        var synthesizer = try ECGSynthesizer(Self.lively)
        var samples = [[Int32]](repeating: [], count: 12)
        var annotations: [ECGAnnotation] = []
        var left = 3000
        for chunk in [0, 1, 7, 500, 1, 999, 10_000] {
            let (part, marks) = synthesizer.next(min(chunk, left))
            left -= min(chunk, left)
            for index in samples.indices { samples[index] += part[index] }
            annotations += marks
        }
        #expect(samples == whole.leads.map(\.samples))
        #expect(annotations == whole.annotations[0].annotations)
    }

    @Test func choosingLeadsDoesNotChangeThem() throws {
        var options = Self.lively
        options.leads = [.v5, .leadIII]
        let few = try ECGRecording.synthesized(frameCount: 1000, options)
        let all = try ECGRecording.synthesized(frameCount: 1000, Self.lively)
        #expect(few.leads[0].samples == all.lead(.v5)?.samples)
        #expect(few.leads[1].samples == all.lead(.leadIII)?.samples)
    }

    @Test func limbLeadsObeyEinthovenAndGoldberger() throws {
        let deviations = try ECGRecording.synthesized(frameCount: 5000, Self.lively).limbLeadDeviations()
        #expect(deviations.count == 4)
        #expect(deviations[0].largestSteps < 1e-6)
        #expect(deviations.allSatisfy { $0.largestSteps <= 0.5 + 1e-6 })
    }

    @Test func beatsLieWhereTheAnnotationsSay() throws {
        var options = SynthesisOptions()
        options.muscleNoise = 0
        options.mainsNoise = 0
        options.baselineWander = 0
        options.ventricularShare = 0.15
        options.seed = 9
        let recording = try ECGRecording.synthesized(frameCount: 30_000, options)
        let lead = try #require(recording.lead(.leadII))
        let beats = recording.annotations[0].annotations.filter(\.code.isBeat)
        #expect(beats.count { $0.code == .ventricularPrematureBeat } >= 3)
        for beat in beats where beat.time > 100 && beat.time < 29_900 {
            let window = (beat.time - 60)..<(beat.time + 60)
            let peak = try #require(window.max { lead.samples[$0] < lead.samples[$1] })
            #expect(abs(peak - beat.time) <= 6, "beat at \(beat.time), peak at \(peak)")
        }
    }

    @Test func aPrematureVentricularBeatIsFollowedByACompensatoryPause() throws {
        var options = Self.lively
        options.variability = 0
        options.atrialShare = 0
        let beats = try ECGRecording.synthesized(frameCount: 60_000, options).annotations[0].annotations
            .filter(\.code.isBeat)
        let normal = 60 / options.heartRate * options.samplingRate
        var checked = 0
        for (before, (early, after)) in zip(beats, zip(beats.dropFirst(), beats.dropFirst(2)))
        where early.code == .ventricularPrematureBeat && before.code == .normalBeat && after.code == .normalBeat {
            #expect(Double(early.time - before.time) < 0.7 * normal)
            #expect(abs(Double(after.time - before.time) - 2 * normal) <= 2)
            checked += 1
        }
        #expect(checked >= 3)
    }

    @Test func theHeartRateIsTheOneAskedFor() throws {
        var options = SynthesisOptions()
        options.leads = [.leadII]
        options.heartRate = 90
        let recording = try ECGRecording.synthesized(frameCount: 60_000, options)
        let beats = recording.annotations[0].annotations.count { $0.code.isBeat }
        #expect(abs(beats - 180) <= 4)
    }

    @Test func samplesOfANarrowFormatStayInItsRange() throws {
        var options = SynthesisOptions()
        options.format = .format212
        options.gain = 2000
        let recording = try ECGRecording.synthesized(frameCount: 2000, options)
        for lead in recording.leads { #expect(lead.samples.allSatisfy { $0 > -2048 && $0 <= 2047 }) }
        #expect(try WFDBWriter.files(of: recording).count == 3)
    }

    @Test func impossibleOptionsAreRefused() {
        func refusal(_ change: (inout SynthesisOptions) -> Void) -> SynthesisError? {
            var options = SynthesisOptions()
            change(&options)
            do throws(SynthesisError) {
                _ = try ECGSynthesizer(options)
                return nil
            } catch { return error }
        }
        #expect(refusal { $0.leads = [] } == .outOfRange("leads"))
        #expect(refusal { $0.leads = [.v1, .v1] } == .outOfRange("leads"))
        #expect(refusal { $0.samplingRate = .nan } == .outOfRange("samplingRate"))
        #expect(refusal { $0.gain = .infinity } == .outOfRange("gain"))
        #expect(refusal { $0.heartRate = 0 } == .outOfRange("heartRate"))
        #expect(refusal { $0.muscleNoise = -1 } == .outOfRange("muscleNoise"))
    }

    @Test func portableFunctionsAgreeWithTheSystemLibrary() {
        for step in 0..<4000 {
            let x = Double(step) * 0.0173
            #expect(abs(PortableMath.exponential(ofMinus: x) - exp(-x)) <= 4e-16 * max(exp(-x), 1e-30))
            let turns = Double(step) * 0.2517 - 400
            #expect(abs(PortableMath.sine(turns: turns) - sin(2 * Double.pi * (turns - turns.rounded()))) < 1e-15)
        }
        #expect(PortableMath.exponential(ofMinus: 1e9) == 0)
    }

    @Test func theGeneratorIsThePublishedOne() {
        // xoshiro256** from the state 1, 2, 3, 4 begins 11520, 0, 1509978240 in the authors' code; here seeded by SplitMix64.
        var generator = SeededGenerator(seed: 0)
        #expect(generator.next() == 0x99ec_5f36_cb75_f2b4)
    }

    @Test func noiseHasMeanZeroAndVarianceOne() {
        var generator = SeededGenerator(seed: 3)
        let values = (0..<50_000).map { _ in generator.gaussian() }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)
        #expect(abs(mean) < 0.02)
        #expect(abs(variance - 1) < 0.02)
    }
}
