extension Scalar {
    /// self + other mod n.
    ///
    /// - Throws: ``Secp256k1Error/scalarOutOfRange`` where the sum is 0, as of a number and its negative.
    public func adding(_ other: Scalar) throws(Secp256k1Error) -> Scalar {
        try ScratchScalar.with(self) { scratch throws(Secp256k1Error) in
            try scratch.add(other)
            return scratch.scalar()
        }
    }

    /// self · other mod n.
    public func multiplied(by other: Scalar) -> Scalar {
        ScratchScalar.with(self) { scratch in
            scratch.multiply(by: other)
            return scratch.scalar()
        }
    }

    /// self · other mod n, where only self is secret.
    public func multiplied(by other: PublicScalar) -> Scalar {
        ScratchScalar.with(self) { scratch in
            scratch.multiply(by: other)
            return scratch.scalar()
        }
    }

    /// n - self.
    public func negated() -> Scalar {
        ScratchScalar.with(self) { scratch in
            scratch.negate()
            return scratch.scalar()
        }
    }

    /// self⁻¹ mod n, in constant time (about 15 µs).
    public func inverted() -> Scalar {
        ScratchScalar.with(self) { scratch in
            scratch.invert()
            return scratch.scalar()
        }
    }

    /// self + challenge · secret mod n, public from here on: the response of a Schnorr proof whose nonce is `self`.
    /// Allocates nothing.
    ///
    /// - Throws: ``Secp256k1Error/scalarOutOfRange`` where the response is 0 (one case in 2²⁵⁶).
    package func response(
        to challenge: PublicScalar, provingKnowledgeOf secret: Scalar
    ) throws(Secp256k1Error) -> PublicScalar {
        try ScratchScalar.with(secret) { scratch throws(Secp256k1Error) in
            scratch.multiply(by: challenge)
            try scratch.add(self)
            return scratch.revealed()
        }
    }
}
