// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Lot: who audits a leaf and who sits on a jury, from a beacon's value and the stake before it was known.
/// @notice Each node is asked by itself, so a claim to have been drawn is checked without the others, and a node's
/// chance follows from its stake alone: nothing is gained by another order, another address or more nodes. Amounts are
/// base units of KOIN below 2^128 (stakes have 104 bits), and `stake <= total`. Fractions are compared by
/// multiplication, never divided, so the chances are exact to 2^-128.
library Lot {
    /// @notice Ppm of leaves that are certain to be audited.
    uint256 internal constant ONE = 1e6;
    /// @notice The last k for which auditors are drawn: by then every stake is certain to be.
    uint256 internal constant LAST_K = 127;

    /// @notice What the lots of one leaf are drawn from: sha256(beaconValue ‖ leafHash).
    function seed(bytes32 beaconValue, bytes32 leafHash) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(beaconValue, leafHash));
    }

    /// @notice Whether the leaf is audited at all: with a chance of `ratePpm` in a million, always from ONE on.
    function isAudited(bytes32 leafSeed, uint32 ratePpm) internal pure returns (bool) {
        uint256 ticket = uint64(bytes8(sha256(abi.encodePacked(leafSeed, uint8(0)))));
        return ticket * ONE < uint256(ratePpm) << 64;
    }

    /// @notice Whether `node` is drawn at `k`: with a chance of 2^k times its share of the stake, at most 1. Auditors
    /// are the eligible nodes drawn at the first k, from 0, at which there is one; nobody is drawn beyond LAST_K.
    function isDrawn(bytes32 leafSeed, uint8 k, address node, uint256 stake, uint256 total)
        internal
        pure
        returns (bool)
    {
        if (stake == 0 || k > LAST_K) return false;
        uint256 weight = stake << k;
        // A share of 1 or more is certain; below, everything stays under 2^256.
        if (weight >= total) return true;
        return _ticket(abi.encodePacked(leafSeed, uint8(1), k, node)) * total < weight << 128;
    }

    /// @notice What the seats of one jury are drawn from: sha256(beaconValue ‖ disputeId ‖ round(1)).
    function jurySeed(bytes32 beaconValue, bytes32 disputeId, uint8 round) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(beaconValue, disputeId, round));
    }

    /// @notice Seats of `node` on a jury of `expected` seats: its share of them, rounded down or up by lot so that the
    /// expectation is exact. Over all nodes the sum is `expected` on average, and differs by less than the number of
    /// nodes. Zero where there is no stake.
    /// @param expected Below 2^128.
    function seats(bytes32 seedOfJury, address node, uint256 stake, uint256 total, uint256 expected)
        internal
        pure
        returns (uint256 count)
    {
        if (stake == 0) return 0;
        uint256 weight = expected * stake;
        count = weight / total;
        uint256 rest = weight % total;
        if (rest != 0 && _ticket(abi.encodePacked(seedOfJury, uint8(2), node)) * total < rest << 128) ++count;
    }

    /// @dev First 128 bits of the sha-256.
    function _ticket(bytes memory data) private pure returns (uint256) {
        return uint128(bytes16(sha256(data)));
    }
}
