// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {
    AUDIT_REPORT_TYPEHASH,
    LOG_HEAD_TYPEHASH,
    ORDER_TYPEHASH,
    PLANT_TYPEHASH,
    RECEIPT_TYPEHASH
} from "../generated/TypeHashes.sol";
import {AuditReport, LogHead, Opening, Order, Receipt, Signature} from "../types/Statements.sol";

/// @title Digests: the names of signed statements, and who signed them.
/// @notice A statement's name is its EIP-712 digest under the domain of `Nodes`. Every struct of Statements.sol has
/// static fields only, in the order of its type, so its memory is its encoding.
library Digests {
    /// @notice The digest was not signed by `signer`, or the signature is not canonical.
    error BadSignature(bytes32 digest, address signer);

    function hash(Order calldata order, bytes32 domain) internal pure returns (bytes32) {
        bytes32 at;
        assembly ("memory-safe") {
            at := order
        }
        return _typed(domain, _struct(ORDER_TYPEHASH, at, 15));
    }

    function hash(Receipt calldata receipt, bytes32 domain) internal pure returns (bytes32) {
        bytes32 at;
        assembly ("memory-safe") {
            at := receipt
        }
        return _typed(domain, _struct(RECEIPT_TYPEHASH, at, 10));
    }

    function hash(AuditReport calldata report, bytes32 domain) internal pure returns (bytes32) {
        bytes32 at;
        assembly ("memory-safe") {
            at := report
        }
        return _typed(domain, _struct(AUDIT_REPORT_TYPEHASH, at, 7));
    }

    function hash(LogHead calldata head, bytes32 domain) internal pure returns (bytes32) {
        bytes32 at;
        assembly ("memory-safe") {
            at := head
        }
        return _typed(domain, _struct(LOG_HEAD_TYPEHASH, at, 4));
    }

    /// @notice Digest of Plant(order digest).
    function hashPlant(bytes32 orderDigest, bytes32 domain) internal pure returns (bytes32) {
        return _typed(domain, keccak256(abi.encode(PLANT_TYPEHASH, orderDigest)));
    }

    /// @notice What `execution` of a receipt or a report is when it opens to this.
    function execution(Opening calldata opening) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(opening.salt, opening.exitCode, opening.fuel, opening.rawOutput, opening.trace));
    }

    /// @notice Reverts with BadSignature unless the plain key of `signer` signed. High s is refused.
    function requireSigned(bytes32 digest, Signature calldata signature, address signer) internal pure {
        (address recovered, ECDSA.RecoverError fault,) = ECDSA.tryRecover(digest, signature.r, signature.vs);
        if (fault != ECDSA.RecoverError.NoError || recovered != signer || signer == address(0)) {
            revert BadSignature(digest, signer);
        }
    }

    /// @dev keccak256(abi.encode(typeHash, statement)) of `words` fields that lie in calldata. A field with dirty upper
    /// bits gives a digest that nobody signed.
    function _struct(bytes32 typeHash, bytes32 at, uint256 words) private pure returns (bytes32 structHash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            calldatacopy(add(free, 32), at, mul(words, 32))
            structHash := keccak256(free, mul(add(words, 1), 32))
        }
    }

    /// @dev keccak256("\x19\x01" ‖ domain ‖ structHash).
    function _typed(bytes32 domain, bytes32 structHash) private pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, hex"1901")
            mstore(add(free, 2), domain)
            mstore(add(free, 34), structHash)
            digest := keccak256(free, 66)
        }
    }
}
