// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBeacon} from "../interfaces/IBeacon.sol";

/// @title BlockBeacon: the hash of a block is the value of the round of that number. For local chains, see IBeacon.
/// @notice A hash can be read from the next block on, for 256 blocks everywhere and for 8191 where the chain keeps its
/// history (EIP-2935). After that it is gone for good unless somebody recorded it: `valueOf` then reverts for ever, so
/// whoever will need a round must record it, with an empty proof, while it can still be read.
contract BlockBeacon is IBeacon {
    using SafeCast for uint256;

    /// @dev Answers 32 bytes of block number with that block's hash, or reverts (EIP-2935).
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;

    mapping(uint64 round => bytes32) private _values;

    function roundAfter(uint256, uint256 blockNumber) external pure returns (uint64) {
        return (blockNumber + 1).toUint64();
    }

    function record(uint64 round, bytes calldata proof) external returns (bytes32 value) {
        if (proof.length != 0) revert RoundRefused(round, "a block proves itself");
        value = valueOf(round);
        if (_values[round] != 0) return value;
        _values[round] = value;
        emit Recorded(round, value);
    }

    function valueOf(uint64 round) public view returns (bytes32 value) {
        value = _values[round];
        if (value == 0) value = blockhash(round);
        if (value == 0) value = _historical(round);
        if (value == 0) revert RoundUnknown(round);
    }

    function kind() external pure returns (bytes32) {
        return "block";
    }

    /// @dev Zero where there is no history, or none of this block: an account without code answers with nothing.
    function _historical(uint64 round) private view returns (bytes32 value) {
        (bool ok, bytes memory answer) = HISTORY.staticcall(abi.encode(round));
        if (ok && answer.length == 32) value = bytes32(answer);
    }
}
