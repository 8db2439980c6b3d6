// SPDX-License-Identifier: Apache-2.0
// Generated from packages/protocol/src/typedData.ts. Do not edit.
pragma solidity 0.8.37;

bytes32 constant OFFER_TYPEHASH = keccak256(
    "Offer(address provider,address token,uint128 baseAmount,uint128 gigafuelAmount,uint64 maxFuel,uint32 slots,string executors,uint64 expiresAt)"
);
bytes32 constant ORDER_TYPEHASH = keccak256(
    "Order(bytes32 manifest,address requester,address provider,bytes32 grant,bytes32 channel,address token,uint128 maxAmount,uint8 assurance,uint8 replicas,uint32 auditRatePpm,uint128 auditAmount,bytes32 comparator,address auditor,uint64 expiresAt,bytes32 nonce)"
);
bytes32 constant RECEIPT_TYPEHASH = keccak256(
    "Receipt(bytes32 manifest,bytes32 order,address provider,bytes32 execution,bytes32 output,bytes32 verdict,address token,uint128 amount,uint64 logIndex,uint64 anchorBy)"
);
bytes32 constant AUDIT_REPORT_TYPEHASH = keccak256(
    "AuditReport(bytes32 receipt,address auditor,bytes32 execution,uint8 verdict,bytes32 draw,uint64 logIndex,uint64 anchorBy)"
);
bytes32 constant LOG_KEY_TYPEHASH = keccak256("LogKey(address node,bytes32 publicKey,uint64 issuedAt)");
bytes32 constant PLANT_TYPEHASH = keccak256("Plant(bytes32 order)");
bytes32 constant LOG_HEAD_TYPEHASH = keccak256("LogHead(address node,uint64 size,bytes32 root,uint64 issuedAt)");
bytes32 constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 channel,uint128 cumulativeAmount,bytes32 receiptsRoot)");
bytes32 constant GRANT_REQUEST_TYPEHASH = keccak256(
    "GrantRequest(uint256 dataset,address requester,bytes32 terms,string purpose,address token,uint128 maxAmount,uint64 bits,uint64 microRho,uint32 uses,uint64 expiresAt,bytes32 nonce)"
);
bytes32 constant GRANT_TYPEHASH = keccak256(
    "Grant(uint256 dataset,uint64 epoch,address requester,bytes32 terms,bytes32 purpose,bytes32 policy,address token,uint128 amount,uint64 bits,uint64 microRho,uint32 uses,address auditor,uint64 validFrom,uint64 expiresAt,bytes32 nonce)"
);
