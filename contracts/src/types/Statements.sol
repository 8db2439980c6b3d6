// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The signed statements a court reads, field by field as in packages/protocol/src/typedData.ts, whose type hashes
/// stand in generated/TypeHashes.sol. All are signed under the EIP-712 domain of `Nodes` by a plain key.

/// @notice What was asked for. A receipt names its order, so an order needs no signature of its own here.
struct Order {
    bytes32 manifest;
    address requester;
    address provider;
    bytes32 grant;
    bytes32 channel;
    address token;
    uint128 maxAmount;
    uint8 assurance;
    uint8 replicas;
    uint32 auditRatePpm;
    uint128 auditAmount;
    bytes32 comparator;
    address auditor;
    uint64 expiresAt;
    bytes32 nonce;
}

/// @notice A provider's word: I ran this manifest, this is what came out.
struct Receipt {
    bytes32 manifest;
    bytes32 order;
    address provider;
    bytes32 execution;
    bytes32 output;
    bytes32 verdict;
    address token;
    uint128 amount;
    uint64 logIndex;
    uint64 anchorBy;
}

/// @notice An auditor's word about a receipt. Verdict 1: agrees, 2: differs, 3: was not served.
struct AuditReport {
    bytes32 receipt;
    address auditor;
    bytes32 execution;
    uint8 verdict;
    bytes32 draw;
    uint64 logIndex;
    uint64 anchorBy;
}

/// @notice A node's log as it says it stands.
struct LogHead {
    address node;
    uint64 size;
    bytes32 root;
    uint64 issuedAt;
}

/// @notice What `execution` of a receipt or report commits to: sha256(salt ‖ be32 exitCode ‖ be64 fuel ‖
/// rawOutput ‖
/// trace).
struct Opening {
    bytes32 salt;
    uint32 exitCode;
    uint64 fuel;
    bytes32 rawOutput;
    bytes32 trace;
}

/// @notice ERC-2098: s in the lower half, with the parity of y in the highest bit of `vs`.
struct Signature {
    bytes32 r;
    bytes32 vs;
}

/// @notice Where an entry stands in its signer's log. `path` leads from the leaf of (type, digest, salt) at the
/// statement's `logIndex` to the root of anchor `anchorIndex`.
struct Place {
    bytes32 leafSalt;
    uint256 anchorIndex;
    bytes32[] path;
}

/// @notice One step of a trace, as the trace root binds it.
/// @param index Step number; 0 is `_start`, every other one a call of `step`.
/// @param count Steps of the whole trace.
/// @param previousRoot State root after step index - 1, zero for step 0.
/// @param previousPath RFC 6962 path of leaf index - 1 to the trace root; empty for step 0.
/// @param root State root after this step, as the provider committed to it.
/// @param path RFC 6962 path of leaf `index`.
struct Step {
    uint64 index;
    uint64 count;
    bytes32 previousRoot;
    bytes32[] previousPath;
    bytes32 root;
    bytes32[] path;
}
