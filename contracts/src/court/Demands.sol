// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INodes} from "../interfaces/INodes.sol";
import {Answers} from "../libraries/Answers.sol";
import {Digests} from "../libraries/Digests.sol";
import {Lot} from "../libraries/Lot.sol";
import {Rfc6962} from "../libraries/Rfc6962.sol";
import {AuditReport, LogHead, Opening, Order, Place, Receipt, Signature} from "../types/Statements.sol";
import {Equivocation} from "./Equivocation.sol";
import {Pleas} from "./Pleas.sol";

/// @dev Things a node must be able to show when it is asked in public.
abstract contract Demands is Equivocation, Pleas {
    using Answers for bytes;
    using Digests for *;

    /// @dev Of roles in Nodes.
    uint16 private constant AUDIT_ROLE = 4;

    // ── Demanding
    // ───────────────────────────────────────────────────────────────────────────────────────────────────

    function demand(
        Receipt calldata receipt,
        Signature calldata signature,
        Order calldata order,
        Demanded what,
        uint64 index
    ) external returns (bytes32 id) {
        bytes32 digest = _signed(receipt, signature);
        _requireHeard(digest, receipt.anchorBy);
        _requireOrder(order, receipt);
        // What private work commits to is salted, and would be public here.
        _must(order.grant == 0 || what == Demanded.Inclusion, "private order");
        if (what == Demanded.Inclusion) {
            if (block.timestamp <= receipt.anchorBy) revert NotNow(uint256(receipt.anchorBy) + 1, type(uint256).max);
            index = 0;
        } else if (what == Demanded.Opening) {
            index = 0;
        } else if (what == Demanded.Preimage) {
            // Zero stands for nothing, such as the verdict of work without a gate.
            _must(_preimageOf(receipt, index) != 0, "nothing to show");
        } else if (what != Demanded.Trace) {
            _must(false, "kind");
        }
        id = _raise(receipt.provider, digest, what, index);
        _enterCase(digest, receipt.provider);
    }

    function demandConsistency(LogHead calldata head, Signature calldata signature, uint256 anchorIndex)
        external
        returns (bytes32 id)
    {
        bytes32 digest = _signedHead(head, signature);
        _requireHeard(digest, head.issuedAt);
        INodes.Anchor memory anchor = _nodes.anchorAt(head.node, anchorIndex);
        // Of one size, they agree or convict at once.
        _must(anchor.size != head.size, "size");
        id = _raise(head.node, digest, Demanded.Consistency, uint64(anchorIndex));
        (_demands[id].anchorSize, _demands[id].anchorRoot) = (anchor.size, anchor.root);
        _enterCase(digest, head.node);
    }

    function demandReport(
        Receipt calldata receipt,
        Signature calldata signature,
        Order calldata order,
        Place calldata place,
        address auditor
    ) external returns (bytes32 id) {
        bytes32 digest = _signed(receipt, signature);
        _requireOrder(order, receipt);
        // Private work is audited by whom its owner named.
        _must(order.grant == 0 && order.auditor == address(0), "private order");
        (bytes32 leaf, INodes.Anchor memory anchor) =
            _requirePlaced(receipt.provider, RECEIPT_ENTRY, digest, receipt.logIndex, place);
        (, bool isFirst) = _firstAnchor(receipt.provider, place.anchorIndex, receipt.logIndex);
        _must(isFirst, "anchor");
        _requireRecent(anchor.anchoredAt > receipt.anchorBy ? anchor.anchoredAt : receipt.anchorBy);
        uint256 from = uint256(anchor.anchoredAt) + _reportWindow();
        if (block.timestamp < from) revert NotNow(from, type(uint256).max);
        _requireDrawn(receipt.provider, order, leaf, anchor, auditor);

        id = _raise(auditor, digest, Demanded.Report, 0);
        _demands[id].held = _lockUpTo(auditor, _absencePenalty);
    }

    function _requireHeard(bytes32 statement, uint256 since) private view {
        if (_findings[statement].ground != Ground.None) revert AlreadyRaised(statement);
        _requireRecent(since);
    }

    /// @dev Nobody must keep for longer what it can be asked for.
    function _requireRecent(uint256 since) private view {
        if (block.timestamp >= since + _evidenceWindow) revert TooOld(since + _evidenceWindow);
    }

    function _raise(address node, bytes32 statement, Demanded what, uint64 index) private returns (bytes32 id) {
        _requireOfficeToTheEnd();
        id = keccak256(abi.encode(node, statement, what, index));
        DemandState storage it = _demands[id];
        if (it.until != 0) revert AlreadyRaised(id);
        uint48 until = uint48(block.timestamp) + _demandWindow();
        (it.node, it.until, it.what) = (node, until, what);
        (it.demander, it.statement, it.index) = (msg.sender, statement, index);
        _takeBond(_demandBond);
        emit DemandMade(id, node, statement, what, index, msg.sender, until);
    }

    /// @dev That the lot gave the leaf to this auditor at the first draw, and that it was one who could be drawn.
    function _requireDrawn(
        address provider,
        Order calldata order,
        bytes32 leaf,
        INodes.Anchor memory anchor,
        address auditor
    ) private view {
        bytes32 seed = Lot.seed(_beacon.valueOf(_beacon.roundAfter(anchor.anchoredAt, anchor.blockNumber)), leaf);
        uint256 stakeBlock = anchor.blockNumber - 1;
        uint256 stake = _nodes.stakeAt(auditor, stakeBlock);
        if (
            !Lot.isAudited(seed, order.auditRatePpm)
                || !Lot.isDrawn(seed, 0, auditor, stake, _nodes.totalStakeAt(stakeBlock))
        ) revert NoContradiction();
        INodes.Node memory node = _nodes.node(auditor);
        if (
            node.roles & AUDIT_ROLE == 0 || auditor == provider || node.owner == _ownerOf(provider)
                || auditor == order.requester || node.owner == _ownerOf(order.requester)
        ) revert NoContradiction();
    }

    /// @dev Whoever is no node owns itself.
    function _ownerOf(address account) private view returns (address) {
        try _nodes.node(account) returns (INodes.Node memory it) {
            return it.owner;
        } catch {
            return account;
        }
    }

    // ── Answering
    // ───────────────────────────────────────────────────────────────────────────────────────────────────

    function answer(bytes32 id, Receipt calldata receipt, bytes calldata answer_) external {
        DemandState storage it = _answerable(id);
        bytes32 digest = receipt.hash(_domain());
        _must(digest == it.statement, "receipt");
        Demanded what = it.what;
        _must(what != Demanded.Consistency, "kind");
        if (what == Demanded.Preimage) {
            _must(sha256(answer_) == _preimageOf(receipt, it.index), "bytes");
        } else if (what == Demanded.Inclusion) {
            (bytes32 leafSalt, uint256 anchorIndex, bytes32[] calldata path) = answer_.place();
            _requireLeaf(
                receipt.provider,
                Rfc6962.entryHash(RECEIPT_ENTRY, digest, leafSalt),
                receipt.logIndex,
                anchorIndex,
                path
            );
        } else if (what == Demanded.Opening) {
            if (answer_.length != 160) revert Answers.BadAnswer(answer_.length);
            _requireOpens(answer_.opening(), receipt.execution);
        } else if (what == Demanded.Trace) {
            _checkTrace(digest, receipt.execution, it.index, answer_);
        } else {
            (AuditReport calldata report, Signature calldata signature) = answer_.report();
            _must(report.receipt == digest && report.auditor == it.node, "report");
            report.hash(_domain()).requireSigned(signature, it.node);
        }
        _meet(id, it, answer_);
    }

    function answerConsistency(bytes32 id, LogHead calldata head, bytes32[] calldata path) external {
        DemandState storage it = _answerable(id);
        _must(it.what == Demanded.Consistency, "kind");
        _must(head.hash(_domain()) == it.statement, "head");
        (uint256 size, bytes32 root) = (it.anchorSize, it.anchorRoot);
        bool isOneLog = head.size < size
            ? Rfc6962.verifyConsistency(head.size, size, head.root, root, path)
            : Rfc6962.verifyConsistency(size, head.size, root, head.root, path);
        _must(isOneLog, "path");
        _meet(id, it, abi.encode(path));
    }

    function _answerable(bytes32 id) private view returns (DemandState storage it) {
        it = _demands[id];
        if (it.until == 0) revert Unknown(id);
        if (it.outcome != Outcome.Open) revert AlreadyRaised(id);
        if (block.timestamp >= it.until) revert NotNow(0, it.until);
    }

    /// @dev The state root after step `index`, or the last one where there are not so many. The count is the node's
    /// word, and the same in each of its answers.
    function _checkTrace(bytes32 receipt, bytes32 execution, uint64 index, bytes calldata answer_) private {
        Opening calldata opening = answer_.opening();
        _requireOpens(opening, execution);
        (uint64 count, bytes32 root, bytes32[] calldata path) = answer_.leaf();
        _must(count != 0, "count");
        uint64 known = _findings[receipt].stepCount;
        if (known == 0) _findings[receipt].stepCount = count;
        else _must(known == count, "count");
        _must(_traceRoot(root, index < count ? index : count - 1, count, path) == opening.trace, "path");
    }

    function _meet(bytes32 id, DemandState storage it, bytes memory answer_) private {
        it.outcome = Outcome.Acquitted;
        address node = it.node;
        _koinOwed[node] += _demandBond;
        emit DemandMet(id, answer_);
        if (it.what == Demanded.Report) _lift(node, it.held, it.until - _demandWindow());
        else _leaveCase(it.statement, node);
    }

    function _preimageOf(Receipt calldata receipt, uint64 index) private pure returns (bytes32 preimage) {
        if (index == 0) return receipt.manifest;
        if (index == 1) return receipt.output;
        if (index == 2) return receipt.verdict;
        _must(false, "index");
    }

    // ── Closing
    // ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function closeDemand(bytes32 id, Receipt calldata receipt) external {
        DemandState storage it = _demands[id];
        uint48 until = it.until;
        if (until == 0) revert Unknown(id);
        if (it.outcome != Outcome.Open) revert AlreadyRaised(id);
        if (block.timestamp < until) revert NotNow(until, type(uint256).max);
        it.outcome = Outcome.Convicted;
        (address node, address demander, bytes32 statement) = (it.node, it.demander, it.statement);
        _koinOwed[demander] += _demandBond;
        if (it.what == Demanded.Report) {
            // Absence says nothing about the receipt, and no statement of the auditor is false.
            uint96 held = _isInOffice() ? it.held : 0;
            _sentence(node, id, held, demander);
            emit Convicted(node, statement, id, Ground.Unavailability, demander, held);
        } else {
            if (it.what != Demanded.Consistency) {
                _must(receipt.hash(_domain()) == statement, "receipt");
                _freeze(statement, receipt);
            }
            _convict(node, statement, id, Ground.Unavailability, demander, demander);
            _leaveCase(statement, node);
        }
        _enforce(node, id);
    }
}
