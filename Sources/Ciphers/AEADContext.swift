private import CLibcrypto
package import Octets

/// 12 bytes that one key may use once.
package typealias AEADNonce = InlineArray<12, UInt8>

/// One key of one authenticated cipher, ready to seal and open any number of texts.
///
/// The key schedule is computed once. A call allocates nothing and copies nothing but the text itself, so that a long
/// record can be sealed segment by segment at the speed of the cipher. Giving one nonce to two seals under one key is the
/// caller's fault and fatal to secrecy.
///
/// The key schedule is wiped when the context goes (`EVP_CIPHER_CTX_free`).
@safe package struct AEADContext: ~Copyable, Sendable {
    /// The cipher.
    package let algorithm: AEADAlgorithm

    // Owned by this value alone (it cannot be copied), so moving it to another task moves the only reference.
    private nonisolated(unsafe) let context: OpaquePointer

    /// Schedules `key` for `algorithm`.
    ///
    /// - Throws: ``CiphersError/wrongKeyLength(expected:actual:)`` unless the key has 32 bytes.
    package init(_ algorithm: AEADAlgorithm, key: SecretOctets) throws(CiphersError) {
        guard key.count == AEADAlgorithm.keyByteCount else {
            throw .wrongKeyLength(expected: AEADAlgorithm.keyByteCount, actual: key.count)
        }
        let cipher = unsafe try algorithm.fetched()
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .library(operation: .newContext) }
        let accepted = unsafe key.withUnsafeBytes { bytes in
            unsafe EVP_CipherInit_ex2(
                context, cipher, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, nil, 1, nil)
        }
        guard accepted == 1 else {
            unsafe EVP_CIPHER_CTX_free(context)
            throw .library(operation: .setKey)
        }
        self.algorithm = algorithm
        unsafe self.context = context
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    // MARK: Into another buffer

    /// Appends `ciphertext ‖ tag`, 16 bytes more than `plaintext`, to `output`.
    ///
    /// - Throws: ``CiphersError/outputTooSmall(needed:available:)`` before anything is written.
    package mutating func seal(
        _ plaintext: Span<UInt8>, nonce: AEADNonce, authenticating associated: Span<UInt8>,
        into output: inout OutputSpan<UInt8>
    ) throws(CiphersError) {
        let count = plaintext.count
        let needed = try sealedCount(count)
        guard output.freeCapacity >= needed else {
            throw .outputTooSmall(needed: needed, available: output.freeCapacity)
        }
        try begin(nonce, sealing: true, authenticating: associated)
        try unsafe output.withUnsafeMutableBufferPointer { (whole, written) throws(CiphersError) in
            let target = unsafe UnsafeMutableBufferPointer<UInt8>(rebasing: whole[written..<written + needed])
            try unsafe plaintext.withUnsafeBufferPointer { (source) throws(CiphersError) in
                try unsafe transform(source, into: target)
            }
            try unsafe finishSealing(tagAt: UnsafeMutableBufferPointer<UInt8>(rebasing: target[count...]))
            written += needed
        }
    }

    /// Appends the plaintext, 16 bytes less than `sealed`, to `output`.
    ///
    /// - Throws: ``CiphersError/authenticationFailed``, after which `output` is unchanged and the memory behind it wiped.
    package mutating func open(
        _ sealed: Span<UInt8>, nonce: AEADNonce, authenticating associated: Span<UInt8>,
        into output: inout OutputSpan<UInt8>
    ) throws(CiphersError) {
        let count = try plaintextCount(sealed.count)
        guard output.freeCapacity >= count else {
            throw .outputTooSmall(needed: count, available: output.freeCapacity)
        }
        try begin(nonce, sealing: false, authenticating: associated)
        try unsafe output.withUnsafeMutableBufferPointer { (whole, written) throws(CiphersError) in
            let target = unsafe UnsafeMutableBufferPointer<UInt8>(rebasing: whole[written..<written + count])
            try unsafe sealed.withUnsafeBufferPointer { (source) throws(CiphersError) in
                do throws(CiphersError) {
                    try unsafe transform(UnsafeBufferPointer<UInt8>(rebasing: source[..<count]), into: target)
                    try unsafe finishOpening(tag: UnsafeBufferPointer<UInt8>(rebasing: source[count...]))
                } catch {
                    unsafe wipe(UnsafeMutableRawBufferPointer(target))
                    throw error
                }
            }
            written += count
        }
    }

    // MARK: In place

    /// Seals where the plaintext lies: `buffer` is the plaintext and 16 bytes more, which receive the tag.
    package mutating func sealInPlace(
        _ buffer: inout MutableSpan<UInt8>, nonce: AEADNonce, authenticating associated: Span<UInt8>
    ) throws(CiphersError) {
        let count = try plaintextCount(buffer.count)
        try begin(nonce, sealing: true, authenticating: associated)
        try unsafe buffer.withUnsafeMutableBufferPointer { (whole) throws(CiphersError) in
            let text = unsafe UnsafeMutableBufferPointer<UInt8>(rebasing: whole[..<count])
            try unsafe transform(UnsafeBufferPointer<UInt8>(text), into: text)
            try unsafe finishSealing(tagAt: UnsafeMutableBufferPointer<UInt8>(rebasing: whole[count...]))
        }
    }

    /// Opens where the ciphertext lies: afterwards the first `buffer.count - 16` bytes are the plaintext.
    ///
    /// - Throws: ``CiphersError/authenticationFailed``, after which the text part of `buffer` is wiped.
    package mutating func openInPlace(
        _ buffer: inout MutableSpan<UInt8>, nonce: AEADNonce, authenticating associated: Span<UInt8>
    ) throws(CiphersError) {
        let count = try plaintextCount(buffer.count)
        try begin(nonce, sealing: false, authenticating: associated)
        try unsafe buffer.withUnsafeMutableBufferPointer { (whole) throws(CiphersError) in
            let text = unsafe UnsafeMutableBufferPointer<UInt8>(rebasing: whole[..<count])
            do throws(CiphersError) {
                try unsafe transform(UnsafeBufferPointer<UInt8>(text), into: text)
                try unsafe finishOpening(
                    tag: UnsafeBufferPointer<UInt8>(UnsafeMutableBufferPointer<UInt8>(rebasing: whole[count...])))
            } catch {
                unsafe wipe(UnsafeMutableRawBufferPointer(text))
                throw error
            }
        }
    }

    // MARK: Arrays

    /// `ciphertext ‖ tag` as a new array.
    package mutating func seal(
        _ plaintext: [UInt8], nonce: AEADNonce, authenticating associated: [UInt8] = []
    ) throws(CiphersError) -> [UInt8] {
        let needed = try sealedCount(plaintext.count)
        return try [UInt8](capacity: needed) { (output) throws(CiphersError) in
            try seal(plaintext.span, nonce: nonce, authenticating: associated.span, into: &output)
        }
    }

    /// The plaintext as a new array.
    package mutating func open(
        _ sealed: [UInt8], nonce: AEADNonce, authenticating associated: [UInt8] = []
    ) throws(CiphersError) -> [UInt8] {
        let count = try plaintextCount(sealed.count)
        return try [UInt8](capacity: count) { (output) throws(CiphersError) in
            try open(sealed.span, nonce: nonce, authenticating: associated.span, into: &output)
        }
    }

    // MARK: libcrypto

    private func sealedCount(_ count: Int) throws(CiphersError) -> Int {
        guard count <= algorithm.longestText else { throw .tooLong(count: count, bound: algorithm.longestText) }
        return count + AEADAlgorithm.tagByteCount
    }

    private func plaintextCount(_ sealed: Int) throws(CiphersError) -> Int {
        let count = sealed - AEADAlgorithm.tagByteCount
        guard count >= 0 else { throw .noRoomForTag(count: sealed, tag: AEADAlgorithm.tagByteCount) }
        guard count <= algorithm.longestText else { throw .tooLong(count: count, bound: algorithm.longestText) }
        return count
    }

    private mutating func begin(
        _ nonce: AEADNonce, sealing: Bool, authenticating associated: Span<UInt8>
    ) throws(CiphersError) {
        // Without a cipher and a key the context keeps both and only starts a new text.
        let accepted = unsafe nonce.span.withUnsafeBufferPointer { nonce in
            unsafe EVP_CipherInit_ex2(context, nil, nil, nonce.baseAddress, sealing ? 1 : 0, nil)
        }
        guard accepted == 1 else { throw .library(operation: .setNonce) }
        guard associated.count > 0 else { return }
        try unsafe associated.withUnsafeBufferPointer { (source) throws(CiphersError) in try unsafe update(nil, source)
        }
    }

    private mutating func transform(
        _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
    ) throws(CiphersError) {
        guard source.count > 0 else { return }
        try unsafe update(target.baseAddress, source)
    }

    /// Feeds `source`; a nil `target` marks it as associated data. libcrypto counts in 32 bits, hence the steps.
    private mutating func update(
        _ target: UnsafeMutablePointer<UInt8>?, _ source: UnsafeBufferPointer<UInt8>
    ) throws(CiphersError) {
        let step = 1 << 30
        var offset = 0
        while offset < source.count {
            let count = min(step, source.count - offset)
            var written: Int32 = 0
            let output = unsafe target.map { unsafe $0 + offset }
            let input = unsafe source.baseAddress.map { unsafe $0 + offset }
            guard unsafe EVP_CipherUpdate(context, output, &written, input, Int32(count)) == 1, written == count else {
                throw .library(operation: .update)
            }
            offset += count
        }
    }

    private mutating func finishSealing(tagAt tag: UnsafeMutableBufferPointer<UInt8>) throws(CiphersError) {
        var none: UInt8 = 0
        var written: Int32 = 0
        guard unsafe EVP_CipherFinal_ex(context, &none, &written) == 1, written == 0 else {
            throw .library(operation: .finish)
        }
        guard
            unsafe EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, Int32(AEADAlgorithm.tagByteCount), tag.baseAddress) == 1
        else { throw .library(operation: .tag) }
    }

    private mutating func finishOpening(tag: UnsafeBufferPointer<UInt8>) throws(CiphersError) {
        // The call takes a mutable pointer for every kind of control; for this one it only reads.
        let expected = unsafe UnsafeMutableRawPointer(mutating: tag.baseAddress)
        guard
            unsafe EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_SET_TAG, Int32(AEADAlgorithm.tagByteCount), expected) == 1
        else { throw .library(operation: .tag) }
        var none: UInt8 = 0
        var written: Int32 = 0
        guard unsafe EVP_CipherFinal_ex(context, &none, &written) == 1, written == 0 else {
            throw .authenticationFailed
        }
    }
}
