// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AuditReport, Opening, Signature} from "../types/Statements.sol";

/// @title Answers: what nodes show the court, read where it lies in calldata.
/// @notice Each answer is what `abi.encode` gives and nothing beside it: what was asked for is then in the event for
/// everybody to decode, and cannot be kept in some other part of the transaction.
library Answers {
    error BadAnswer(uint256 length);

    /// @notice Of abi.encode(Opening), or of an encoding that begins with one.
    function opening(bytes calldata answer) internal pure returns (Opening calldata it) {
        if (answer.length < 160) revert BadAnswer(answer.length);
        assembly ("memory-safe") {
            it := answer.offset
        }
    }

    /// @notice Of abi.encode(Place), field by field.
    function place(bytes calldata answer)
        internal
        pure
        returns (bytes32 leafSalt, uint256 anchorIndex, bytes32[] calldata path)
    {
        if (answer.length < 160 || _word(answer, 0) != 32) revert BadAnswer(answer.length);
        (leafSalt, anchorIndex) = (bytes32(_word(answer, 32)), _word(answer, 64));
        path = _tail(answer, 96, 96);
    }

    /// @notice Of abi.encode(Opening, uint64 count, bytes32 root, bytes32[] path), without the opening.
    function leaf(bytes calldata answer) internal pure returns (uint64 count, bytes32 root, bytes32[] calldata path) {
        if (answer.length < 288 || _word(answer, 160) > type(uint64).max) revert BadAnswer(answer.length);
        (count, root) = (uint64(_word(answer, 160)), bytes32(_word(answer, 192)));
        path = _tail(answer, 224, 256);
    }

    /// @notice Of abi.encode(AuditReport, Signature).
    function report(bytes calldata answer)
        internal
        pure
        returns (AuditReport calldata it, Signature calldata signature)
    {
        if (answer.length != 288) {
            revert BadAnswer(answer.length);
        }
        assembly ("memory-safe") {
            it := answer.offset
            signature := add(answer.offset, 224)
        }
    }

    function _word(bytes calldata answer, uint256 at) private pure returns (uint256) {
        return uint256(bytes32(answer[at:at + 32]));
    }

    /// @dev The array that takes up the rest: its offset stands at `head`, its length follows at once.
    function _tail(bytes calldata answer, uint256 head, uint256 offset) private pure returns (bytes32[] calldata path) {
        uint256 start = head + 32;
        uint256 count = (answer.length - start - 32) / 32;
        if (_word(answer, head) != offset || _word(answer, start) != count || answer.length != start + 32 + count * 32)
        {
            revert BadAnswer(answer.length);
        }
        assembly ("memory-safe") {
            path.offset := add(add(answer.offset, start), 32)
            path.length := count
        }
    }
}
