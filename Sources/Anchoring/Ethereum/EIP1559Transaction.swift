/// A transaction of type 2 (EIP-1559): value zero, no access list. Fees are in wei for each unit of gas.
package struct EIP1559Transaction: Sendable, Equatable {
    package var chainID: UInt64
    package var nonce: UInt64
    package var maxPriorityFee: UInt64
    package var maxFee: UInt64
    package var gasLimit: UInt64
    /// Nil makes a contract.
    package var to: EthereumAddress?
    package var data: [UInt8]

    package init(
        chainID: UInt64, nonce: UInt64, maxPriorityFee: UInt64, maxFee: UInt64, gasLimit: UInt64,
        to: EthereumAddress?, data: [UInt8]
    ) {
        (self.chainID, self.nonce, self.maxPriorityFee, self.maxFee) = (chainID, nonce, maxPriorityFee, maxFee)
        (self.gasLimit, self.to, self.data) = (gasLimit, to, data)
    }

    static let type: UInt8 = 2

    private var fields: [RLP] {
        [
            .integer(chainID), .integer(nonce), .integer(maxPriorityFee), .integer(maxFee), .integer(gasLimit),
            .bytes(to?.bytes ?? []), .integer(0), .bytes(data), .list([]),
        ]
    }

    /// What is signed.
    package var signingHash: [UInt8] { Keccak256.hash([Self.type] + RLP.list(fields).encoded) }

    package func signed(with signature: RecoverableSignature) -> SignedEIP1559Transaction {
        let elements =
            fields + [
                .integer(UInt64(signature.recoveryID)), .integer(bigEndian: signature.r),
                .integer(bigEndian: signature.s),
            ]
        return SignedEIP1559Transaction(transaction: self, raw: [Self.type] + RLP.list(elements).encoded)
    }
}

/// A transaction as it is sent.
package struct SignedEIP1559Transaction: Sendable, Equatable {
    package let transaction: EIP1559Transaction
    package let raw: [UInt8]

    /// What the chain knows it by.
    package var hash: [UInt8] { Keccak256.hash(raw) }

    init(transaction: EIP1559Transaction, raw: [UInt8]) { (self.transaction, self.raw) = (transaction, raw) }

    /// What was stored. Nil for anything that ``EIP1559Transaction/signed(with:)`` does not make; the signature is not
    /// looked at.
    package init?(decoding raw: [UInt8]) {
        guard raw.first == EIP1559Transaction.type, let list = try? RLP(decoding: Array(raw.dropFirst())).list,
            list.count == 12, let chainID = list[0].integer, let nonce = list[1].integer,
            let maxPriorityFee = list[2].integer, let maxFee = list[3].integer, let gasLimit = list[4].integer,
            let to = list[5].bytes, to.isEmpty || to.count == EthereumAddress.byteCount, list[6].integer == 0,
            let data = list[7].bytes, list[8] == .list([])
        else { return nil }
        transaction = EIP1559Transaction(
            chainID: chainID, nonce: nonce, maxPriorityFee: maxPriorityFee, maxFee: maxFee, gasLimit: gasLimit,
            to: EthereumAddress(to), data: data)
        self.raw = raw
    }
}

/// An ECDSA signature on secp256k1 that tells the public key: low s (EIP-2), the y of the point by its parity.
package struct RecoverableSignature: Sendable, Equatable {
    /// 32 bytes each.
    package let r: [UInt8]
    package let s: [UInt8]
    /// 0 or 1.
    package let recoveryID: UInt8

    package init?(r: [UInt8], s: [UInt8], recoveryID: UInt8) {
        guard r.count == 32, s.count == 32, recoveryID <= 1 else { return nil }
        (self.r, self.s, self.recoveryID) = (r, s, recoveryID)
    }
}

/// A key that signs for an account.
package protocol EthereumSigner: Sendable {
    var address: EthereumAddress { get }
    /// - Parameter hash: 32 bytes, signed as they are.
    func sign(hash: [UInt8]) throws -> RecoverableSignature
}
