// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICourtTypes} from "../src/interfaces/ICourtTypes.sol";
import {AuditReport, Signature, Step} from "../src/types/Statements.sol";
import {CourtTest} from "./support/CourtTest.sol";

contract CourtJuryTest is CourtTest {
    function setUp() public {
        deployCourt();
    }

    function convicted(Job memory it, uint256 index) private returns (bytes32 dispute) {
        dispute = accuse(it, index);
        vote(dispute, rightOutcome(it, index));
        tribunal.openSeal(dispute, rightOutcome(it, index), SALT);
        passAppeal();
        tribunal.resolve(dispute);
    }

    function assertOutcome(bytes32 dispute, ICourtTypes.Outcome outcome) private view {
        vm.assertTrue(tribunal.disputeOf(dispute).outcome == outcome, "the outcome");
    }

    // ── Endings

    function test_AFalseStepCostsItsSignerTheWholeStake() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        vm.assertEq(lockedOf(provider), terms.lien, "the lien");
        vote(dispute, rightOutcome(it, 1));
        tribunal.openSeal(dispute, rightOutcome(it, 1), SALT);
        passAppeal();
        tribunal.resolve(dispute);
        vm.assertTrue(tribunal.groundOf(digestOf(it.receipt)) == ICourtTypes.Ground.Jury, "the ground");
        vm.assertEq(lockedOf(provider), STAKE, "all of it is locked");
        uint256 supply = koin.totalSupply();
        tribunal.enforce(provider, dispute);
        vm.assertEq(stakeLeft(provider), 0, "nothing is left");
        uint256 seats = tribunal.juryOf(dispute, 0).revealedSeats;
        vm.assertEq(owedKoin(accuser), terms.accuseBond + terms.bounty, "bond and bounty");
        vm.assertEq(supply - koin.totalSupply(), STAKE - terms.bounty - seats * terms.jurorFee, "the rest burns");
        settleAll(dispute, 0);
        vm.assertEq(koin.balanceOf(address(tribunal)), terms.accuseBond + terms.bounty + seats * terms.jurorFee, "held");
    }

    function test_AnAccusationOfATrueStepCostsTheAccuserItsBond() public {
        Job memory it = job("1", 3);
        bytes32 dispute = accuseAs(accuser, it, 1, keccak256("nonsense"));
        vote(dispute, rightOutcome(it, 1));
        passAppeal();
        tribunal.resolve(dispute);
        assertOutcome(dispute, ICourtTypes.Outcome.Acquitted);
        settleAll(dispute, 0);
        vm.assertEq(stakeLeft(provider), STAKE, "the stake");
        vm.assertEq(lockedOf(provider), 0, "no lien");
        vm.assertEq(owedKoin(provider), terms.compensation, "compensation");
        vm.assertEq(owedKoin(accuser), 0, "the accuser");
    }

    function test_EveryStepCanBeDisputed(uint8 which) public {
        uint256 index = which % 3;
        bytes32 dispute = convicted(job("1", index), index);
        assertOutcome(dispute, ICourtTypes.Outcome.Convicted);
    }

    function test_WithoutItsOwnAnswerTheAccuserHasNoBounty() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        vote(dispute, rightOutcome(it, 1));
        passAppeal();
        tribunal.resolve(dispute);
        tribunal.enforce(provider, dispute);
        vm.assertEq(owedKoin(accuser), terms.accuseBond, "the bond alone");
    }

    function test_AWrongAnswerBringsNoBountyEither() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuseAs(accuser, it, 1, keccak256("guess"));
        vote(dispute, rightOutcome(it, 1));
        tribunal.openSeal(dispute, keccak256("guess"), SALT);
        passAppeal();
        tribunal.resolve(dispute);
        tribunal.enforce(provider, dispute);
        vm.assertEq(owedKoin(accuser), terms.accuseBond, "the bond alone");
    }

    function test_NobodyVotesNobodyLoses() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        for (uint256 round; round < 3; ++round) {
            pass(tribunal.COMMIT_WINDOW() + tribunal.REVEAL_WINDOW());
            tribunal.resolve(dispute);
        }
        assertOutcome(dispute, ICourtTypes.Outcome.Undecided);
        vm.assertEq(owedKoin(accuser), terms.accuseBond, "the bond comes back");
        vm.assertEq(lockedOf(provider), 0, "no lien");
    }

    function test_AnUndecidedJuryIsPaidFromTheBond() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        address first;
        for (uint256 i; first == address(0); ++i) {
            if (hasSeat(dispute, juror(i))) first = juror(i);
        }
        sealAs(first, dispute, rightOutcome(it, 1));
        pass(tribunal.COMMIT_WINDOW());
        openAs(first, dispute, rightOutcome(it, 1));
        (, uint256 seats) = tribunal.voteOf(dispute, 0, first);
        passVoting();
        tribunal.resolve(dispute);
        vm.assertEq(tribunal.disputeOf(dispute).round, 1, "too few seats decide nothing");
        for (uint256 round; round < 2; ++round) {
            pass(tribunal.COMMIT_WINDOW() + tribunal.REVEAL_WINDOW());
            tribunal.resolve(dispute);
        }
        tribunal.settleVote(dispute, 0, first);
        vm.assertEq(owedKoin(first), seats * terms.jurorFee, "the juror");
        vm.assertEq(owedKoin(accuser), terms.accuseBond - seats * terms.jurorFee, "the rest");
    }

    // ── Majorities and appeals

    function test_TheMinorityPaysForItsSeats() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        voteSplit(dispute, rightOutcome(it, 1), claimedOutcome(it, 1), 2);
        passAppeal();
        tribunal.resolve(dispute);
        assertOutcome(dispute, ICourtTypes.Outcome.Convicted);
        settleAll(dispute, 0);
        for (uint256 i; i < JURORS; ++i) {
            (, uint256 seats) = tribunal.voteOf(dispute, 0, juror(i));
            vm.assertEq(STAKE - stakeLeft(juror(i)), i < 2 ? seats * terms.jurorPenalty : 0, "the penalty");
            vm.assertEq(owedKoin(juror(i)), i < 2 ? 0 : seats * terms.jurorFee, "the reward");
        }
    }

    function test_AnAppealTurnsAWrongDecision() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        // The first jury lies.
        vote(dispute, claimedOutcome(it, 1));
        passVoting();
        uint256 bond = tribunal.appealBond(dispute);
        vm.assertEq(bond, 31 * terms.jurorFee, "what the next jury costs");
        vm.prank(accuser);
        tribunal.appeal(dispute);
        mine();
        mine();
        vm.assertEq(tribunal.juryOf(dispute, 1).seats, 31, "twice as many and one");
        vote(dispute, rightOutcome(it, 1));
        passAppeal();
        tribunal.resolve(dispute);
        assertOutcome(dispute, ICourtTypes.Outcome.Convicted);
        tribunal.enforce(provider, dispute);
        vm.assertEq(owedKoin(accuser), terms.accuseBond + bond, "both bonds");
        settleAll(dispute, 0);
        settleAll(dispute, 1);
        for (uint256 i; i < JURORS; ++i) {
            (, uint256 lying) = tribunal.voteOf(dispute, 0, juror(i));
            vm.assertEq(STAKE - stakeLeft(juror(i)), lying * terms.jurorPenalty, "who lied pays, by the end of it all");
        }
    }

    function test_AnAppealThatChangesNothingPaysTheJury() public {
        Job memory it = job("1", 3);
        bytes32 dispute = accuseAs(accuser, it, 1, keccak256("nonsense"));
        vote(dispute, rightOutcome(it, 1));
        passVoting();
        vm.prank(accuser);
        tribunal.appeal(dispute);
        mine();
        mine();
        vote(dispute, rightOutcome(it, 1));
        passAppeal();
        tribunal.resolve(dispute);
        assertOutcome(dispute, ICourtTypes.Outcome.Acquitted);
        vm.assertEq(owedKoin(accuser), 0, "both bonds are gone");
        uint256 held = koin.balanceOf(address(tribunal));
        settleAll(dispute, 0);
        settleAll(dispute, 1);
        tribunal.burn();
        uint256 owedInAll = owedKoin(provider);
        for (uint256 i; i < JURORS; ++i) {
            owedInAll += owedKoin(juror(i));
        }
        vm.assertTrue(owedInAll <= held, "no more is owed than there is");
        vm.assertEq(koin.balanceOf(address(tribunal)), owedInAll, "and all of it is owed or burnt");
    }

    /// @dev Otherwise whoever lost would appeal and hope that the larger jury fails to meet.
    function test_ADecisionStandsWhereTheNextJuriesFail() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        vote(dispute, rightOutcome(it, 1));
        passVoting();
        fundAccount(provider);
        vm.prank(provider);
        tribunal.appeal(dispute);
        for (uint256 round; round < 2; ++round) {
            pass(tribunal.COMMIT_WINDOW() + tribunal.REVEAL_WINDOW());
            tribunal.resolve(dispute);
        }
        assertOutcome(dispute, ICourtTypes.Outcome.Convicted);
        vm.assertEq(owedKoin(provider), 0, "the appeal is lost");
    }

    function test_TheLastJuryCannotBeAppealed() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        for (uint256 round; round < 2; ++round) {
            vote(dispute, rightOutcome(it, 1));
            passVoting();
            vm.prank(accuser);
            tribunal.appeal(dispute);
            mine();
            mine();
        }
        vote(dispute, rightOutcome(it, 1));
        passVoting();
        vm.prank(accuser);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.appeal(dispute);
        tribunal.resolve(dispute);
        assertOutcome(dispute, ICourtTypes.Outcome.Convicted);
    }

    function test_ATieDecidesNothing() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        // Every juror for itself: nobody has more than half.
        for (uint256 i; i < JURORS; ++i) {
            if (hasSeat(dispute, juror(i))) sealAs(juror(i), dispute, keccak256(abi.encode(i)));
        }
        pass(tribunal.COMMIT_WINDOW());
        for (uint256 i; i < JURORS; ++i) {
            if (hasSeat(dispute, juror(i))) openAs(juror(i), dispute, keccak256(abi.encode(i)));
        }
        passVoting();
        vm.prank(accuser);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.appeal(dispute);
        tribunal.resolve(dispute);
        vm.assertEq(tribunal.disputeOf(dispute).round, 1, "the next jury");
    }

    function test_TheLeadChangesAsVotesAreOpened() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        voteSplit(dispute, rightOutcome(it, 1), claimedOutcome(it, 1), 4);
        ICourtTypes.Jury memory jury = tribunal.juryOf(dispute, 0);
        uint256[2] memory sums;
        for (uint256 i; i < JURORS; ++i) {
            (, uint256 seats) = tribunal.voteOf(dispute, 0, juror(i));
            sums[i < 4 ? 0 : 1] += seats;
        }
        vm.assertEq(jury.revealedSeats, sums[0] + sums[1], "all seats");
        vm.assertEq(jury.leadingSeats, sums[0] >= sums[1] ? sums[0] : sums[1], "the leading ones");
        vm.assertEq(jury.leading, sums[0] >= sums[1] ? claimedOutcome(it, 1) : rightOutcome(it, 1));
    }

    // ── Votes

    function someJuror(bytes32 dispute) private view returns (address) {
        for (uint256 i;; ++i) {
            if (hasSeat(dispute, juror(i))) return juror(i);
        }
        return address(0);
    }

    function test_ACopiedVoteCannotBeOpened() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        address honest = someJuror(dispute);
        address copier = juror(9) == honest ? juror(8) : juror(9);
        bytes32 sealedVote = voteOf(dispute, 0, honest, rightOutcome(it, 1));
        vm.prank(honest);
        tribunal.sealVote(dispute, sealedVote);
        vm.prank(copier);
        tribunal.sealVote(dispute, sealedVote);
        pass(tribunal.COMMIT_WINDOW());
        openAs(honest, dispute, rightOutcome(it, 1));
        bytes32 outcome = rightOutcome(it, 1);
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.EvidenceMismatch.selector, "vote"));
        openAs(copier, dispute, outcome);
    }

    function test_NobodyVotesTwiceInARound() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        address who = someJuror(dispute);
        bytes32 outcome = rightOutcome(it, 1);
        sealAs(who, dispute, outcome);
        bytes32 another = voteOf(dispute, 0, who, claimedOutcome(it, 1));
        vm.prank(who);
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.AlreadyRaised.selector, dispute));
        tribunal.sealVote(dispute, another);
        pass(tribunal.COMMIT_WINDOW());
        openAs(who, dispute, outcome);
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.EvidenceMismatch.selector, "vote"));
        openAs(who, dispute, outcome);
    }

    function test_VotesAreSealedAndOpenedInTheirTime() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        address who = someJuror(dispute);
        bytes32 outcome = rightOutcome(it, 1);
        sealAs(who, dispute, outcome);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        openAs(who, dispute, outcome);
        bytes32 seal = sealOf(outcome);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.openSeal(dispute, outcome, SALT);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.resolve(dispute);
        pass(tribunal.COMMIT_WINDOW());
        address late = juror(9) == who ? juror(8) : juror(9);
        vm.prank(late);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.sealVote(dispute, seal);
        pass(tribunal.REVEAL_WINDOW());
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        openAs(who, dispute, outcome);
    }

    function test_AccusedAndAccuserHaveNoSeats() public {
        Job memory it = job("1", 1);
        fundAccount(juror(0));
        bytes32 dispute = accuseAs(juror(0), it, 1, rightOutcome(it, 1));
        vm.assertEq(tribunal.seatsOf(dispute, 0, provider), 0, "the accused");
        vm.assertEq(tribunal.seatsOf(dispute, 0, juror(0)), 0, "the accuser");
        uint256 sum = tribunal.seatsOf(dispute, 0, auditor);
        for (uint256 i = 1; i < JURORS; ++i) {
            sum += tribunal.seatsOf(dispute, 0, juror(i));
        }
        // Ten others of equal stake, 1.5 seats each.
        vm.assertTrue(sum >= 10 && sum <= 20, "the others have all of them");
        bytes32 sealedVote = voteOf(dispute, 0, provider, claimedOutcome(it, 1));
        vm.prank(provider);
        tribunal.sealVote(dispute, sealedVote);
        pass(tribunal.COMMIT_WINDOW());
        bytes32 outcome = claimedOutcome(it, 1);
        vm.expectPartialRevert(ICourtTypes.NotAuthorized.selector);
        openAs(provider, dispute, outcome);
    }

    function test_ASealedVoteNeverOpenedIsFined() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        uint256 seats;
        for (uint256 i; i < JURORS; ++i) {
            if (!hasSeat(dispute, juror(i))) continue;
            sealAs(juror(i), dispute, rightOutcome(it, 1));
            if (i == 9) seats = tribunal.seatsOf(dispute, 0, juror(9));
        }
        pass(tribunal.COMMIT_WINDOW());
        for (uint256 i; i < JURORS - 1; ++i) {
            if (hasSeat(dispute, juror(i))) openAs(juror(i), dispute, rightOutcome(it, 1));
        }
        passAppeal();
        tribunal.resolve(dispute);
        settleAll(dispute, 0);
        vm.assertEq(STAKE - stakeLeft(juror(9)), seats * terms.jurorPenalty, "the penalty");
        vm.assertEq(owedKoin(juror(9)), 0, "no reward");
    }

    function test_VotesAreSettledOnce() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        vote(dispute, rightOutcome(it, 1));
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.settleVote(dispute, 0, juror(0));
        passAppeal();
        tribunal.resolve(dispute);
        address who = someVoter(dispute);
        tribunal.settleVote(dispute, 0, who);
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.AlreadyRaised.selector, dispute));
        tribunal.settleVote(dispute, 0, who);
    }

    function someVoter(bytes32 dispute) private view returns (address) {
        for (uint256 i;; ++i) {
            (ICourtTypes.VoteState state,) = tribunal.voteOf(dispute, 0, juror(i));
            if (state != ICourtTypes.VoteState.None) return juror(i);
        }
        return address(0);
    }

    // ── The lot

    function test_ABeaconThatIsLostEndsUndecided() public {
        vm.mockCallRevert(address(beacon), abi.encodeWithSelector(beacon.valueOf.selector), "");
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        sealAs(juror(0), dispute, rightOutcome(it, 1));
        pass(tribunal.COMMIT_WINDOW());
        for (uint256 i; i < 3; ++i) {
            if (i != 0) pass(tribunal.COMMIT_WINDOW());
            pass(tribunal.REVEAL_WINDOW());
            tribunal.resolve(dispute);
        }
        assertOutcome(dispute, ICourtTypes.Outcome.Undecided);
        tribunal.settleVote(dispute, 0, juror(0));
        vm.assertEq(lockedOf(provider), 0, "no lien");
        vm.assertEq(stakeLeft(juror(0)), STAKE, "nobody is fined for what nobody can know");
    }

    function test_TheLotIsKeptBeforeItIsLost() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        vote(dispute, rightOutcome(it, 1));
        uint256 seats = tribunal.seatsOf(dispute, 0, juror(1));
        vm.roll(vm.getBlockNumber() + 10_000);
        vm.assertEq(tribunal.seatsOf(dispute, 0, juror(1)), seats, "the seats");
    }

    // ── What binds a step

    function accuseWith(Job memory it, Step memory step, bytes memory expected) private {
        Signature memory signature = signed(it.receipt);
        vm.expectRevert(expected);
        vm.prank(accuser);
        tribunal.accuse(it.receipt, signature, it.order, it.opening, step, keccak256("seal"));
    }

    function mismatch(string memory what) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICourtTypes.EvidenceMismatch.selector, what);
    }

    function test_AStepMustBeBoundToItsTrace() public {
        Job memory it = job("1", 3);
        Step memory step = stepOf(it, 1);
        step.root = keccak256("elsewhere");
        accuseWith(it, step, mismatch("step"));
        step = stepOf(it, 1);
        step.previousRoot = it.roots[2];
        accuseWith(it, step, mismatch("previous step"));
        step = stepOf(it, 0);
        step.previousRoot = it.roots[0];
        accuseWith(it, step, mismatch("previous step"));
        // Of two neighbours the wrong way round.
        step = stepOf(it, 1);
        (step.previousRoot, step.previousPath) = (it.roots[1], pathOf(it.roots, 1));
        accuseWith(it, step, mismatch("previous step"));
    }

    function test_TheLastStepCannotPassForAnother() public {
        Job memory it = job("1", 3);
        Step memory step = stepOf(it, 1);
        // As if the trace ended with step 1.
        (step.count, step.index) = (2, 1);
        accuseWith(it, step, abi.encodeWithSignature("BadPathLength(uint256)", 2));
    }

    function test_OnlyTheOrderOfTheReceiptIsHeard() public {
        Job memory it = job("1", 1);
        it.order.nonce = "another";
        accuseWith(it, stepOf(it, 1), mismatch("order"));
        it = job("1", 1);
        it.opening.fuel += 1;
        accuseWith(it, stepOf(it, 1), mismatch("opening"));
    }

    function test_OneDisputeAStepButEveryStepHasOne() public {
        Job memory it = job("1", 1);
        accuse(it, 1);
        Step memory step = stepOf(it, 1);
        bytes32 id = keccak256(abi.encode(digestOf(it.receipt), step.previousRoot, claimedOutcome(it, 1)));
        accuseWith(it, step, abi.encodeWithSelector(ICourtTypes.AlreadyRaised.selector, id));
        accuse(it, 2);
        vm.assertEq(lockedOf(provider), terms.lien, "one lien for both");
    }

    function test_ARefutedReceiptIsNotTriedAgain() public {
        Job memory it = job("1", 1);
        convicted(it, 1);
        accuseWith(it, stepOf(it, 2), abi.encodeWithSelector(ICourtTypes.AlreadyRaised.selector, digestOf(it.receipt)));
    }

    // ── What a verdict leads to

    function test_AnAuditorThatAgreedIsConvictedAfterIt() public {
        Job memory it = job("1", 1);
        AuditReport memory report = AuditReport(
            digestOf(it.receipt), auditor, it.receipt.execution, 1, "draw", 0, uint64(vm.getBlockTimestamp()) + 1 hours
        );
        Signature memory signature = sign(AUDITOR_KEY, digestOf(report));
        convicted(it, 1);
        tribunal.accuseReport(report, signature, it.receipt);
        vm.assertEq(stakeLeft(auditor), 0, "the auditor");
    }

    function test_APlantedFaultCostsItsCosts() public {
        Job memory it = job("1", 1);
        plants.plant(provider, it.receipt.order, uint48(vm.getBlockTimestamp()));
        pass(10);
        vm.prank(provider);
        nodes.anchor(1, keccak256("log"));
        tribunal.plead(it.receipt, 0);
        bytes32 dispute = convicted(it, 1);
        assertOutcome(dispute, ICourtTypes.Outcome.Convicted);
        tribunal.enforce(provider, dispute);
        uint256 costs = terms.bounty + tribunal.juryOf(dispute, 0).revealedSeats * terms.jurorFee;
        vm.assertEq(STAKE - stakeLeft(provider), costs, "bounty and fees");
        vm.assertEq(lockedOf(provider), 0, "no lien");
        vm.assertEq(owedKoin(accuser), terms.accuseBond + terms.bounty, "the accuser");
        vm.assertTrue(tribunal.isRefuted(digestOf(it.receipt)), "auditors that agreed can be accused");
    }

    function test_AFaultCannotBePlantedAfterwards() public {
        Job memory it = job("1", 1);
        vm.prank(provider);
        nodes.anchor(1, keccak256("log"));
        plants.plant(provider, it.receipt.order, uint48(vm.getBlockTimestamp()));
        vm.expectRevert(mismatch("anchor"));
        tribunal.plead(it.receipt, 0);
        // A later anchor is not the first that held it.
        pass(10);
        vm.prank(provider);
        nodes.anchor(2, keccak256("log 2"));
        vm.expectRevert(mismatch("anchor"));
        tribunal.plead(it.receipt, 1);
    }
}
