/**
 * Every signed type of the network, in one place. `contracts/src/generated/TypeHashes.sol` is generated from
 * it (`scripts/typeHashes.ts`) and `vectors/typedData.json` holds both sides together. Times are unix seconds,
 * amounts base units of `token`, digests sha-256 unless the name says otherwise.
 */
export const typedData = {
  /** A provider's price list: `baseAmount` per job plus `gigafuelAmount` per started 10^9 fuel. */
  Offer: [
    { name: 'provider', type: 'address' },
    { name: 'token', type: 'address' },
    { name: 'baseAmount', type: 'uint128' },
    { name: 'gigafuelAmount', type: 'uint128' },
    { name: 'maxFuel', type: 'uint64' },
    { name: 'slots', type: 'uint32' },
    { name: 'executors', type: 'string' },
    { name: 'expiresAt', type: 'uint64' },
  ],
  /**
   * A requester's order: run this manifest, for at most `maxAmount`, by `expiresAt`, under this assurance. `replicas`: how
   * many providers got the same manifest (1 unless redundant); `auditRatePpm`: chance in a million that the lot has the
   * receipt replayed; `auditAmount`: what a drawn auditor is paid, from the fee pool; `comparator`: digest of how outputs of
   * replicas are compared, zero for bytes.
   */
  Order: [
    { name: 'manifest', type: 'bytes32' },
    { name: 'requester', type: 'address' },
    { name: 'provider', type: 'address' },
    { name: 'grant', type: 'bytes32' },
    { name: 'channel', type: 'bytes32' },
    { name: 'token', type: 'address' },
    { name: 'maxAmount', type: 'uint128' },
    { name: 'assurance', type: 'uint8' },
    { name: 'replicas', type: 'uint8' },
    { name: 'auditRatePpm', type: 'uint32' },
    { name: 'auditAmount', type: 'uint128' },
    { name: 'comparator', type: 'bytes32' },
    { name: 'auditor', type: 'address' },
    { name: 'expiresAt', type: 'uint64' },
    { name: 'nonce', type: 'bytes32' },
  ],
  /** A provider's statement of work done; see `execution.ts` for what `execution` commits to. */
  Receipt: [
    { name: 'manifest', type: 'bytes32' },
    { name: 'order', type: 'bytes32' },
    { name: 'provider', type: 'address' },
    { name: 'execution', type: 'bytes32' },
    { name: 'output', type: 'bytes32' },
    { name: 'verdict', type: 'bytes32' },
    { name: 'token', type: 'address' },
    { name: 'amount', type: 'uint128' },
    { name: 'logIndex', type: 'uint64' },
    { name: 'anchorBy', type: 'uint64' },
  ],
  /** An auditor's statement: what its own replay of the receipt's manifest came to. */
  AuditReport: [
    { name: 'receipt', type: 'bytes32' },
    { name: 'auditor', type: 'address' },
    { name: 'execution', type: 'bytes32' },
    { name: 'verdict', type: 'uint8' },
    { name: 'draw', type: 'bytes32' },
    { name: 'logIndex', type: 'uint64' },
    { name: 'anchorBy', type: 'uint64' },
  ],
  /** An Ed25519 key that signs the log's C2SP checkpoints for this node. */
  LogKey: [
    { name: 'node', type: 'address' },
    { name: 'publicKey', type: 'bytes32' },
    { name: 'issuedAt', type: 'uint64' },
  ],
  /** A requester's consent that its order be answered falsely, to see whether auditors look: a planted fault. */
  Plant: [{ name: 'order', type: 'bytes32' }],
  /** A node's log as it stands: RFC 6962 tree size and root. */
  LogHead: [
    { name: 'node', type: 'address' },
    { name: 'size', type: 'uint64' },
    { name: 'root', type: 'bytes32' },
    { name: 'issuedAt', type: 'uint64' },
  ],
  /** A payer's running total for one channel, with the root over the receipts it pays for. */
  Voucher: [
    { name: 'channel', type: 'bytes32' },
    { name: 'cumulativeAmount', type: 'uint128' },
    { name: 'receiptsRoot', type: 'bytes32' },
  ],
  /**
   * A requester's question to a data owner: may jobs with these `terms` (`termsDigest` of their manifest), each of which can
   * tell at most `bits`, run on that dataset, for this purpose?
   */
  GrantRequest: [
    { name: 'dataset', type: 'uint256' },
    { name: 'requester', type: 'address' },
    { name: 'terms', type: 'bytes32' },
    { name: 'purpose', type: 'string' },
    { name: 'token', type: 'address' },
    { name: 'maxAmount', type: 'uint128' },
    { name: 'bits', type: 'uint64' },
    { name: 'microRho', type: 'uint64' },
    { name: 'uses', type: 'uint32' },
    { name: 'expiresAt', type: 'uint64' },
    { name: 'nonce', type: 'bytes32' },
  ],
  /**
   * A data owner's permission: `terms` is the digest of the manifest's draft and so says all a job may do, `bits` is what one
   * use is charged; `epoch` ties it to the present owner, `auditor` names who may replay.
   */
  Grant: [
    { name: 'dataset', type: 'uint256' },
    { name: 'epoch', type: 'uint64' },
    { name: 'requester', type: 'address' },
    { name: 'terms', type: 'bytes32' },
    { name: 'purpose', type: 'bytes32' },
    { name: 'policy', type: 'bytes32' },
    { name: 'token', type: 'address' },
    { name: 'amount', type: 'uint128' },
    { name: 'bits', type: 'uint64' },
    { name: 'microRho', type: 'uint64' },
    { name: 'uses', type: 'uint32' },
    { name: 'auditor', type: 'address' },
    { name: 'validFrom', type: 'uint64' },
    { name: 'expiresAt', type: 'uint64' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const;

export type StatementType = keyof typeof typedData;

/** The contract whose address stands in the EIP-712 domain of each type (design, section 4). */
export const verifyingContractOf = {
  Offer: 'nodes',
  Order: 'nodes',
  Receipt: 'nodes',
  AuditReport: 'nodes',
  LogHead: 'nodes',
  LogKey: 'nodes',
  Plant: 'nodes',
  Voucher: 'escrow',
  GrantRequest: 'datasets',
  Grant: 'datasets',
} as const satisfies Record<StatementType, 'nodes' | 'escrow' | 'datasets'>;
