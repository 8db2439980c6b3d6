// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INodes} from "../interfaces/INodes.sol";
import {Digests} from "../libraries/Digests.sol";
import {Receipt} from "../types/Statements.sol";
import {CourtBase} from "./CourtBase.sol";

/// @dev Faults planted on purpose: committed to before the log held them, so before anybody was drawn to find them.
abstract contract Pleas is CourtBase {
    using Digests for Receipt;

    function plead(Receipt calldata receipt, uint256 anchorIndex) external {
        bytes32 digest = receipt.hash(_domain());
        Finding storage it = _findings[digest];
        if (it.ground != Ground.None) revert AlreadyRaised(digest);
        uint256 plantedAt = address(_audits) == address(0) ? 0 : _audits.plantedAt(receipt.provider, receipt.order);
        _must(plantedAt != 0, "plant");
        (INodes.Anchor memory anchor, bool isFirst) = _firstAnchor(receipt.provider, anchorIndex, receipt.logIndex);
        _must(isFirst && anchor.anchoredAt > plantedAt, "anchor");
        it.isPlanted = true;
        emit Pleaded(digest);
    }

    /// @dev Anchor `anchorIndex` of a node, and whether it was the first to cover the leaf at `logIndex`.
    function _firstAnchor(address node, uint256 anchorIndex, uint64 logIndex)
        internal
        view
        returns (INodes.Anchor memory anchor, bool isFirst)
    {
        anchor = _nodes.anchorAt(node, anchorIndex);
        isFirst = anchor.sizeBefore <= logIndex && logIndex < anchor.size;
    }
}
