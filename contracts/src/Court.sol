// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CourtBase} from "./court/CourtBase.sol";
import {CourtMoney} from "./court/CourtMoney.sol";
import {Juries} from "./court/Juries.sol";
import {CourtEvidence} from "./CourtEvidence.sol";

/// @title Court
/// @notice Documented in ICourt, all of whose functions it answers: juries and money itself, the others with the code
/// of `EVIDENCE`, run on this contract's storage. Neither can be exchanged.
contract Court is Juries, CourtMoney {
    CourtEvidence public immutable EVIDENCE;

    /// @param evidence Created with the terms that hold for both.
    constructor(CourtEvidence evidence)
        CourtBase(
            evidence.nodes(),
            evidence.escrow(),
            evidence.audits(),
            evidence.BEACON(),
            evidence.ARITHMETIC(),
            evidence.terms()
        )
    {
        EVIDENCE = evidence;
    }

    // solhint-disable-next-line no-complex-fallback
    fallback() external {
        address code = address(EVIDENCE);
        assembly {
            calldatacopy(0, 0, calldatasize())
            let succeeded := delegatecall(gas(), code, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch succeeded
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }

    // ── Views
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function groundOf(bytes32 statement) external view returns (Ground) {
        return _findings[statement].ground;
    }

    function isPlanted(bytes32 receipt) external view returns (bool) {
        return _findings[receipt].isPlanted;
    }

    function isRefuted(bytes32 receipt) external view returns (bool) {
        return _findings[receipt].isRefuted;
    }

    function caseOf(bytes32 receipt) external view returns (uint256, uint256, uint256, uint48) {
        Case storage it = _cases[receipt];
        return (it.lien, it.frozen, it.open, it.at);
    }

    function sentenceOf(address accused, bytes32 id) external view returns (uint256 amount, address bountyTo) {
        Sentence storage it = _sentences[_sentenceKey(accused, id)];
        return (it.amount, it.bountyTo);
    }

    function demandOf(bytes32 id) external view returns (address, address, uint48, Demanded, Outcome) {
        DemandState storage it = _demands[id];
        return (it.node, it.demander, it.until, it.what, it.outcome);
    }
}
