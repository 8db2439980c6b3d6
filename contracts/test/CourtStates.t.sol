// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICourtTypes} from "../src/interfaces/ICourtTypes.sol";
import {Signature} from "../src/types/Statements.sol";
import {CourtTest} from "./support/CourtTest.sol";

/// @dev Walks every path through a dispute: after any prefix of what people may do nobody does anything any more, time
/// passes, and whoever comes by moves it on. Each path must end with nothing locked, nothing open, and every KOIN owed,
/// paid or burnt.
contract CourtStatesTest is CourtTest {
    uint256 private constant NOBODY = 0;
    uint256 private constant SEAL_ONLY = 1;
    uint256 private constant RIGHT = 2;
    uint256 private constant WRONG = 3;
    uint256 private constant SPLIT = 4;
    uint256 private constant HALF = 5;
    uint256 private constant WAYS = 6;

    Job private it;
    uint256 public ends;
    uint256[4] public endings;

    function setUp() public {
        deployCourt();
        // Two jurors with nearly all seats, so that a path is a few transactions.
        koin.approve(address(nodes), type(uint256).max);
        nodes.stake(juror(0), 1_000_000e18);
        nodes.stake(juror(1), 999_000e18);
        mine();
    }

    function test_EveryPathOfADisputeEnds_WhereTheStepIsFalse() public {
        it = job("1", 1);
        walk(accuse(it, 1));
        vm.assertTrue(ends > 150, "paths were missed");
        vm.assertTrue(endings[1] != 0 && endings[2] != 0 && endings[3] != 0, "an ending was missed");
    }

    /// @dev How many of both jurors do what in this round, then whether somebody appeals.
    function walk(bytes32 dispute) private {
        for (uint256 way; way < WAYS; ++way) {
            uint256 before = vm.snapshotState();
            (uint256 sum, uint256[4] memory found) = (ends, endings);
            play(dispute, way);
            pass(tribunal.REVEAL_WINDOW());
            uint256 voted = vm.snapshotState();
            if (canAppeal(dispute)) {
                vm.prank(accuser);
                tribunal.appeal(dispute);
                mine();
                mine();
                walk(dispute);
                (sum, found) = (ends, endings);
                vm.revertToState(voted);
                (ends, endings) = (sum, found);
                pass(tribunal.APPEAL_WINDOW());
            }
            tribunal.resolve(dispute);
            if (tribunal.disputeOf(dispute).outcome == ICourtTypes.Outcome.Open) {
                mine();
                mine();
                walk(dispute);
            } else {
                finish(dispute);
            }
            (sum, found) = (ends, endings);
            vm.revertToState(before);
            (ends, endings) = (sum, found);
        }
    }

    function canAppeal(bytes32 dispute) private view returns (bool) {
        uint8 round = tribunal.disputeOf(dispute).round;
        ICourtTypes.Jury memory jury = tribunal.juryOf(dispute, round);
        return round < 2 && jury.revealedSeats * 2 >= jury.seats && jury.leadingSeats * 2 > jury.revealedSeats;
    }

    function play(bytes32 dispute, uint256 way) private {
        bytes32[2] memory votes = [rightOutcome(it, 1), rightOutcome(it, 1)];
        if (way == WRONG || way == SPLIT) votes[0] = claimedOutcome(it, 1);
        if (way == WRONG) votes[1] = claimedOutcome(it, 1);
        for (uint256 i; i < 2 && way != NOBODY; ++i) {
            sealAs(juror(i), dispute, votes[i]);
        }
        pass(tribunal.COMMIT_WINDOW());
        if (way == NOBODY || way == SEAL_ONLY) return;
        openAs(juror(0), dispute, votes[0]);
        if (way != HALF) openAs(juror(1), dispute, votes[1]);
    }

    /// @dev Anybody may do all of this.
    function finish(bytes32 dispute) private {
        ++ends;
        ICourtTypes.Outcome outcome = tribunal.disputeOf(dispute).outcome;
        ++endings[uint256(outcome)];
        (uint256 sentenced,) = tribunal.sentenceOf(provider, dispute);
        if (sentenced != 0) tribunal.enforce(provider, dispute);
        for (uint8 round; round < 3; ++round) {
            for (uint256 i; i < 2; ++i) {
                (ICourtTypes.VoteState state,) = tribunal.voteOf(dispute, round, juror(i));
                if (state != ICourtTypes.VoteState.None) tribunal.settleVote(dispute, round, juror(i));
            }
        }
        vm.assertEq(lockedOf(provider) + lockedOf(juror(0)) + lockedOf(juror(1)), 0, "something is locked");
        (uint256 lien, uint256 frozen, uint256 open,) = tribunal.caseOf(digestOf(it.receipt));
        vm.assertEq(lien + frozen + open, 0, "something is open");
        vm.assertEq(stakeLeft(provider), outcome == ICourtTypes.Outcome.Convicted ? 0 : STAKE, "the stake");
        burnIfAny();
        uint256 owedInAll =
            owedKoin(accuser) + owedKoin(provider) + owedKoin(juror(0)) + owedKoin(juror(1)) + owedKoin(auditor);
        uint256 held = koin.balanceOf(address(tribunal));
        // Rewards are rounded down to the seat.
        vm.assertTrue(owedInAll <= held && held - owedInAll < 100, "something is left or missing");
    }

    function burnIfAny() private {
        (bool succeeded,) = address(tribunal).call(abi.encodeCall(tribunal.burn, ()));
        succeeded;
    }

    function test_EveryPathOfADemandEnds() public {
        for (uint256 way; way < 3; ++way) {
            uint256 before = vm.snapshotState();
            it = job("1", 3);
            Signature memory signature = signed(it.receipt);
            vm.prank(accuser);
            bytes32 id = tribunal.demand(it.receipt, signature, it.order, ICourtTypes.Demanded.Opening, 0);
            if (way == 1) tribunal.answer(id, it.receipt, abi.encode(it.opening));
            // Convicted on another ground meanwhile.
            if (way == 2) {
                Job memory other = job("2", 1);
                Signature memory otherSignature = signed(other.receipt);
                tribunal.accuseReceipts(it.receipt, signature, it.opening, other.receipt, otherSignature, other.opening);
            }
            pass(tribunal.DEMAND_WINDOW());
            if (way != 1) tribunal.closeDemand(id, it.receipt);
            if (way == 2) tribunal.enforce(provider, digestOf(it.receipt));
            vm.assertEq(lockedOf(provider), 0, "something is locked");
            (uint256 lien,, uint256 open,) = tribunal.caseOf(digestOf(it.receipt));
            vm.assertEq(lien + open, 0, "something is open");
            burnIfAny();
            uint256 owedInAll = owedKoin(accuser) + owedKoin(provider) + owedKoin(address(this));
            vm.assertEq(koin.balanceOf(address(tribunal)), owedInAll, "all of it is owed");
            vm.revertToState(before);
        }
    }
}
