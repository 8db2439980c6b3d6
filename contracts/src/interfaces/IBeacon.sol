// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title IBeacon: numbers that nobody could know before, and everybody agrees on afterwards.
/// @notice A beacon has rounds. What must not depend on anybody's choice (who audits a leaf, who sits on a jury) is
/// fixed first, together with the first round that nobody can know yet; that round's value then decides by lot.
///
/// Block hashes are for local chains and tests alone. Whoever proposes a block sees its hash before it is published and
/// can drop it; a group of proposers, or the one sequencer of a rollup, draws again as often as its audits are worth
/// more than its blocks. A threshold signature (drand) is one value that nobody can choose, whoever proposes blocks: a
/// minority of its signers cannot foresee it, and all of them together can only refuse it.
///
/// A value never changes once it is known. The beacon is nobody's: no owner, no upgrade, and anyone may record.
interface IBeacon {
    /// @notice The value of a round stands here for ever from now on.
    event Recorded(uint64 indexed round, bytes32 value);

    /// @notice The value is not known here: the round lies ahead, has not been recorded, or can no longer be.
    error RoundUnknown(uint64 round);
    /// @notice What was handed in is not the proof of this round's value.
    error RoundRefused(uint64 round, string reason);

    /// @notice The first round whose value nobody could know when block `blockNumber` with time `timestamp` (unix
    /// seconds) was made. Rounds only grow with either.
    /// @dev Whoever fixes something by this must do so in that very block: an older pair names a round that is known.
    function roundAfter(uint256 timestamp, uint256 blockNumber) external view returns (uint64);

    /// @notice Makes the value of `round` stay, and returns it. Anyone may; recording twice changes nothing.
    /// @param proof What this kind of beacon asks for; see there.
    /// Reverts: RoundUnknown, RoundRefused.
    function record(uint64 round, bytes calldata proof) external returns (bytes32 value);

    /// @notice The value of `round`, as uniform as 32 bytes of sha-256. Never zero. Reverts: RoundUnknown.
    function valueOf(uint64 round) external view returns (bytes32);

    /// @notice "block" or "drand-quicknet", padded with zeros on the right: where a client gets a value and its proof.
    function kind() external pure returns (bytes32);
}
