// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A node's owner and the state of its log, in one word, so that anchoring reads and writes one slot for all
/// three.
///   255              96 95           32 31            0
///   ┌──────────────────┬───────────────┬───────────────┐
///   │ owner (160)      │ size (64)     │ count (32)    │
///   └──────────────────┴───────────────┴───────────────┘
///
/// `owner` is never zero for a registered node. `size` is the number of leaves at the newest anchor, `count` the number
/// of anchors ever made; both only grow.
type LogState is uint256;

using {owner, size, count, advanced} for LogState global;

function newLogState(address nodeOwner) pure returns (LogState) {
    return LogState.wrap(uint256(uint160(nodeOwner)) << 96);
}

function owner(LogState self) pure returns (address) {
    return address(uint160(LogState.unwrap(self) >> 96));
}

function size(LogState self) pure returns (uint64) {
    return uint64(LogState.unwrap(self) >> 32);
}

function count(LogState self) pure returns (uint32) {
    return uint32(LogState.unwrap(self));
}

/// @dev The state after one more anchor. 2^32 anchors, one a second, last 136 years; the addition reverts after that.
function advanced(LogState self, uint64 newSize) pure returns (LogState) {
    uint32 newCount = count(self) + 1;
    uint256 ownerBits = (LogState.unwrap(self) >> 96) << 96;
    return LogState.wrap(ownerBits | (uint256(newSize) << 32) | newCount);
}
