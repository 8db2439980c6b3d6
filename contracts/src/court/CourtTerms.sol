// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Nodes} from "../Nodes.sol";
import {IArithmetic} from "../interfaces/IArithmetic.sol";
import {IAudits} from "../interfaces/IAudits.sol";
import {IBeacon} from "../interfaces/IBeacon.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";
import {CourtBase} from "./CourtBase.sol";

/// @dev What the court was created with, for everybody to read.
abstract contract CourtTerms is CourtBase {
    function terms() external view returns (Terms memory) {
        return Terms({
            jurySeats: _jurySeats,
            jurorFee: uint96(_jurorFee),
            jurorPenalty: uint96(_jurorPenalty),
            accuseBond: uint96(_accuseBond),
            demandBond: uint96(_demandBond),
            absencePenalty: uint96(_absencePenalty),
            lien: uint96(_lien),
            bounty: uint96(_bounty),
            evidenceBounty: uint96(_evidenceBounty),
            compensation: uint96(_compensation)
        });
    }

    function nodes() external view returns (Nodes) {
        return _nodes;
    }

    function escrow() external view returns (IEscrow) {
        return _escrow;
    }

    function audits() external view returns (IAudits) {
        return _audits;
    }

    function BEACON() external view returns (IBeacon) {
        return _beacon;
    }

    function ARITHMETIC() external view returns (IArithmetic) {
        return _arithmetic;
    }

    function EVIDENCE_WINDOW() external view returns (uint48) {
        return _evidenceWindow;
    }

    function DEMAND_WINDOW() external view returns (uint48) {
        return _demandWindow();
    }

    function REPORT_WINDOW() external view returns (uint48) {
        return _reportWindow();
    }

    function COMMIT_WINDOW() external view returns (uint48) {
        return _commitWindow();
    }

    function REVEAL_WINDOW() external view returns (uint48) {
        return _revealWindow();
    }

    function APPEAL_WINDOW() external view returns (uint48) {
        return _appealWindow();
    }

    function JURY_SEATS() external view returns (uint32) {
        return _jurySeats;
    }

    function MAX_ROUNDS() external pure returns (uint8) {
        return _maxRounds;
    }

    function JUROR_FEE() external view returns (uint256) {
        return _jurorFee;
    }

    function JUROR_PENALTY() external view returns (uint256) {
        return _jurorPenalty;
    }

    function ACCUSE_BOND() external view returns (uint256) {
        return _accuseBond;
    }

    function DEMAND_BOND() external view returns (uint256) {
        return _demandBond;
    }

    function ABSENCE_PENALTY() external view returns (uint256) {
        return _absencePenalty;
    }

    function LIEN() external view returns (uint256) {
        return _lien;
    }

    function BOUNTY() external view returns (uint256) {
        return _bounty;
    }

    function EVIDENCE_BOUNTY() external view returns (uint256) {
        return _evidenceBounty;
    }

    function COMPENSATION() external view returns (uint256) {
        return _compensation;
    }

    function ANSWER_MAX() external pure returns (uint256) {
        return _answerMax;
    }
}
