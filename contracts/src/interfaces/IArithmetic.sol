// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Arithmetic evidence: one tile of one tensor operation, recomputed on chain.
/// @notice Implemented by a contract per numeric profile; the court is deployed with its address, or with none.
interface IArithmetic {
    /// @notice Whether `evidence` proves that no execution of `manifest` can have this trace and raw output.
    /// @dev Pure in effect: must not depend on who asks. A revert counts as "no".
    function refutes(bytes32 manifest, bytes32 rawOutput, bytes32 trace, bytes calldata evidence)
        external
        view
        returns (bool);
}
