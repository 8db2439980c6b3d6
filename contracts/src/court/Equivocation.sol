// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INodes} from "../interfaces/INodes.sol";
import {Digests} from "../libraries/Digests.sol";
import {Rfc6962} from "../libraries/Rfc6962.sol";
import {AuditReport, LogHead, Opening, Place, Receipt, Signature} from "../types/Statements.sol";
import {CourtBase} from "./CourtBase.sol";

/// @dev Evidence that needs nobody's opinion: what a node signed contradicts itself, its log, or a verdict.
abstract contract Equivocation is CourtBase {
    using Digests for *;

    uint8 internal constant RECEIPT_ENTRY = 1;
    uint8 private constant AGREES = 1;

    function accuseReceipts(
        Receipt calldata a,
        Signature calldata aSignature,
        Opening calldata aOpening,
        Receipt calldata b,
        Signature calldata bSignature,
        Opening calldata bOpening
    ) external {
        _requireOffice();
        _must(a.provider == b.provider, "provider");
        _must(a.manifest == b.manifest, "manifest");
        _requireOpens(aOpening, a.execution);
        _requireOpens(bOpening, b.execution);
        // What follows from a manifest, so an honest node signs one value of each whenever it runs it; salts may
        // differ.
        if (
            aOpening.exitCode == bOpening.exitCode && aOpening.fuel == bOpening.fuel
                && aOpening.rawOutput == bOpening.rawOutput && aOpening.trace == bOpening.trace
        ) revert NoContradiction();
        bytes32 first = _signed(a, aSignature);
        bytes32 second = _signed(b, bSignature);
        Finding memory ofFirst = _findings[first];
        Finding memory ofSecond = _findings[second];
        // Planted faults differ from what is right by their very purpose.
        if (ofFirst.isPlanted || ofSecond.isPlanted) revert NoContradiction();
        (bool isFirstDecided, bool isSecondDecided) = (ofFirst.ground != Ground.None, ofSecond.ground != Ground.None);
        if (isFirstDecided && isSecondDecided) revert AlreadyRaised(first);
        if (!isFirstDecided) _convict(a.provider, first, 0, Ground.Receipts, msg.sender, msg.sender);
        if (!isSecondDecided) {
            // The stake went with the first, unless that one had been decided before.
            if (isFirstDecided) {
                _convict(a.provider, second, 0, Ground.Receipts, msg.sender, msg.sender);
            } else {
                _find(second, Ground.Receipts);
                emit Convicted(a.provider, second, 0, Ground.Receipts, msg.sender, 0);
            }
        }
    }

    function accuseOmittedReceipt(Receipt calldata receipt, Signature calldata signature) external {
        bytes32 digest = _signed(receipt, signature);
        _requireOmitted(receipt.provider, receipt.logIndex, receipt.anchorBy);
        _decide(receipt.provider, digest, Ground.Omission);
    }

    function accuseOmittedReport(AuditReport calldata report, Signature calldata signature) external {
        bytes32 digest = report.hash(_domain());
        digest.requireSigned(signature, report.auditor);
        _requireOmitted(report.auditor, report.logIndex, report.anchorBy);
        _decide(report.auditor, digest, Ground.Omission);
    }

    function accuseMisplacedReceipt(
        Receipt calldata receipt,
        Signature calldata signature,
        uint8 entryType,
        bytes32 digest,
        Place calldata place
    ) external {
        bytes32 statement = _signed(receipt, signature);
        if (entryType == RECEIPT_ENTRY && digest == statement) revert NoContradiction();
        _requirePlaced(receipt.provider, entryType, digest, receipt.logIndex, place);
        _decide(receipt.provider, statement, Ground.Misplaced);
    }

    function accuseHeads(
        LogHead calldata a,
        Signature calldata aSignature,
        LogHead calldata b,
        Signature calldata bSignature
    ) external {
        _must(a.node == b.node, "node");
        _must(a.size == b.size, "size");
        if (a.root == b.root) revert NoContradiction();
        bytes32 digest = _signedHead(a, aSignature);
        _signedHead(b, bSignature);
        _decide(a.node, digest, Ground.Fork);
    }

    function accuseHead(LogHead calldata head, Signature calldata signature, uint256 anchorIndex) external {
        bytes32 digest = _signedHead(head, signature);
        INodes.Anchor memory anchor = _nodes.anchorAt(head.node, anchorIndex);
        _must(anchor.size == head.size, "size");
        if (anchor.root == head.root) revert NoContradiction();
        _decide(head.node, digest, Ground.Fork);
    }

    function accuseReport(AuditReport calldata report, Signature calldata signature, Receipt calldata receipt)
        external
    {
        bytes32 digest = report.hash(_domain());
        digest.requireSigned(signature, report.auditor);
        bytes32 receiptDigest = receipt.hash(_domain());
        _must(report.receipt == receiptDigest, "receipt");
        // Only what a replay shows: a receipt can be true in itself and yet contradict another one, or be omitted.
        if (report.verdict != AGREES || !_findings[receiptDigest].isRefuted) revert NoContradiction();
        _decide(report.auditor, digest, Ground.Report);
    }

    function accuseByArithmetic(
        Receipt calldata receipt,
        Signature calldata signature,
        Opening calldata opening,
        bytes calldata evidence
    ) external {
        bytes32 digest = _signed(receipt, signature);
        _requireOpens(opening, receipt.execution);
        if (address(_arithmetic) == address(0)) revert NoContradiction();
        if (!_arithmetic.refutes(receipt.manifest, opening.rawOutput, opening.trace, evidence)) {
            revert NoContradiction();
        }
        _requireOffice();
        Finding storage it = _findings[digest];
        if (it.isRefuted) revert AlreadyRaised(digest);
        if (it.isPlanted) {
            // Planted to be found: it convicts auditors that agreed, and its finder has a bounty.
            _find(digest, Ground.Arithmetic);
            uint96 amount = _lockUpTo(receipt.provider, _evidenceBounty);
            _sentence(receipt.provider, digest, amount, msg.sender);
            emit Convicted(receipt.provider, digest, 0, Ground.Arithmetic, msg.sender, amount);
        } else {
            _convict(receipt.provider, digest, 0, Ground.Arithmetic, msg.sender, msg.sender);
        }
        _enforce(receipt.provider, digest);
    }

    /// @dev Convicts and takes the stake at once.
    function _decide(address accused, bytes32 statement, Ground ground) internal {
        _requireOffice();
        if (_findings[statement].ground != Ground.None) revert AlreadyRaised(statement);
        _convict(accused, statement, 0, ground, msg.sender, msg.sender);
        _enforce(accused, statement);
    }

    function _signedHead(LogHead calldata head, Signature calldata signature) internal view returns (bytes32 digest) {
        digest = head.hash(_domain());
        digest.requireSigned(signature, head.node);
    }

    /// @dev That the entry stands at `index` in the log of `node` as it was anchored.
    function _requirePlaced(address node, uint8 entryType, bytes32 digest, uint256 index, Place calldata place)
        internal
        view
        returns (bytes32 leaf, INodes.Anchor memory anchor)
    {
        leaf = Rfc6962.entryHash(entryType, digest, place.leafSalt);
        anchor = _requireLeaf(node, leaf, index, place.anchorIndex, place.path);
    }

    function _requireLeaf(address node, bytes32 leaf, uint256 index, uint256 anchorIndex, bytes32[] calldata path)
        internal
        view
        returns (INodes.Anchor memory anchor)
    {
        anchor = _nodes.anchorAt(node, anchorIndex);
        _must(Rfc6962.rootFromInclusion(leaf, index, anchor.size, path) == anchor.root, "place");
    }

    function _requireOmitted(address node, uint64 logIndex, uint64 anchorBy) private view {
        if (block.timestamp <= anchorBy) revert NotNow(uint256(anchorBy) + 1, type(uint256).max);
        if (_nodes.head(node).size > logIndex) revert NoContradiction();
    }
}
