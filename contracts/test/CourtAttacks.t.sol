// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Court} from "../src/Court.sol";
import {ICourt} from "../src/interfaces/ICourt.sol";
import {ICourtTypes} from "../src/interfaces/ICourtTypes.sol";
import {Signature} from "../src/types/Statements.sol";
import {CourtTest} from "./support/CourtTest.sol";

/// @dev What people try who mean no good.
contract CourtAttacksTest is CourtTest {
    function setUp() public {
        deployCourt();
        fundAccount(provider);
    }

    function demandAs(address who, Job memory it, ICourtTypes.Demanded what, uint64 index) private returns (bytes32) {
        Signature memory signature = signed(it.receipt);
        vm.prank(who);
        return tribunal.demand(it.receipt, signature, it.order, what, index);
    }

    /// @dev All that provider, accuser and jurors have, in and out of the court.
    function wealth() private view returns (uint256 sum) {
        sum = koin.balanceOf(provider) + owedKoin(provider) + stakeLeft(provider);
        sum += koin.balanceOf(accuser) + owedKoin(accuser);
        for (uint256 i; i < JURORS; ++i) {
            sum += owedKoin(juror(i)) + stakeLeft(juror(i));
        }
    }

    function test_AccusingOneselfLosesThreeQuarters_EvenWithTheWholeJury() public {
        uint256 before = wealth();
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        vote(dispute, rightOutcome(it, 1));
        tribunal.openSeal(dispute, rightOutcome(it, 1), SALT);
        passAppeal();
        tribunal.resolve(dispute);
        tribunal.enforce(provider, dispute);
        settleAll(dispute, 0);
        vm.assertTrue(before - wealth() >= STAKE * 3 / 4, "three quarters burn");
    }

    /// @dev The bounty is a fixed sum, however large the stake that the key stands for.
    function test_AStolenKeyEarnsItsThiefTheCostOfUsingIt() public {
        koin.approve(address(nodes), 1_000_000e18);
        nodes.stake(provider, 1_000_000e18);
        (Job memory a, Job memory b) = (job("1", 3), job("2", 1));
        Signature memory aSignature = signed(a.receipt);
        Signature memory bSignature = signed(b.receipt);
        vm.prank(accuser);
        tribunal.accuseReceipts(a.receipt, aSignature, a.opening, b.receipt, bSignature, b.opening);
        tribunal.enforce(provider, digestOf(a.receipt));
        vm.assertEq(owedKoin(accuser), terms.evidenceBounty, "no more");
    }

    function test_NoMoreThanAQuarterIsPaidFromASmallStake() public {
        nodes.requestUnstake(provider, STAKE - 2e18);
        pass(nodes.UNSTAKE_DELAY());
        nodes.withdraw(provider, address(this));
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        vote(dispute, rightOutcome(it, 1));
        tribunal.openSeal(dispute, rightOutcome(it, 1), SALT);
        passAppeal();
        tribunal.resolve(dispute);
        uint256 supply = koin.totalSupply();
        tribunal.enforce(provider, dispute);
        vm.assertTrue(supply - koin.totalSupply() >= 1.5e18, "three quarters of two");
        settleAll(dispute, 0);
    }

    /// @dev A cheater parks its stake under liens of its own demands while the jury sits.
    function test_StakeCannotHideBehindDemandsOfOnesOwn() public {
        bytes32[] memory ids = new bytes32[](10);
        Job[] memory shams = new Job[](10);
        for (uint256 i; i < 10; ++i) {
            shams[i] = job(bytes32(i + 100), 3);
            ids[i] = demandAs(provider, shams[i], ICourtTypes.Demanded.Opening, 0);
        }
        vm.assertEq(lockedOf(provider), 10 * terms.lien, "parked");
        (Job memory a, Job memory b) = (job("1", 3), job("2", 1));
        Signature memory aSignature = signed(a.receipt);
        Signature memory bSignature = signed(b.receipt);
        tribunal.accuseReceipts(a.receipt, aSignature, a.opening, b.receipt, bSignature, b.opening);
        tribunal.enforce(provider, digestOf(a.receipt));
        vm.assertEq(stakeLeft(provider), 10 * terms.lien, "what is parked is left");
        for (uint256 i; i < 10; ++i) {
            tribunal.answer(ids[i], shams[i].receipt, abi.encode(shams[i].opening));
        }
        vm.assertEq(stakeLeft(provider), 0, "until it comes out");
        vm.assertEq(lockedOf(provider), 0, "nothing is held");
    }

    /// @dev A cheater has a step tried that is right, so that nobody can have the wrong one tried.
    function test_AnAcquittalOfOneStepShieldsNoOther() public {
        Job memory it = job("1", 2);
        bytes32 sham = accuseAs(provider, it, 1, keccak256("nonsense"));
        vote(sham, rightOutcome(it, 1));
        passAppeal();
        tribunal.resolve(sham);
        vm.assertTrue(tribunal.disputeOf(sham).outcome == ICourtTypes.Outcome.Acquitted, "acquitted");
        bytes32 dispute = accuse(it, 2);
        vote(dispute, rightOutcome(it, 2));
        passAppeal();
        tribunal.resolve(dispute);
        tribunal.enforce(provider, dispute);
        vm.assertEq(stakeLeft(provider), 0, "convicted all the same");
    }

    /// @dev A cheater convicts itself on a lesser ground, so that its friend the auditor goes free.
    function test_AConvictionOnAnotherGroundDoesNotStopTheJury() public {
        (Job memory wrong, Job memory right) = (job("1", 1), job("2", 3));
        Signature memory a = signed(wrong.receipt);
        Signature memory b = signed(right.receipt);
        tribunal.accuseReceipts(wrong.receipt, a, wrong.opening, right.receipt, b, right.opening);
        bytes32 dispute = accuse(wrong, 1);
        vote(dispute, rightOutcome(wrong, 1));
        passAppeal();
        tribunal.resolve(dispute);
        vm.assertTrue(tribunal.isRefuted(digestOf(wrong.receipt)), "refuted");
        tribunal.enforce(provider, digestOf(wrong.receipt));
        vm.assertEq(owedKoin(accuser), terms.accuseBond, "the bond comes back, though there was no stake left");
    }

    function test_DisputesOfHonestWorkPayTheNodeAndCostTheGriefer() public {
        uint256 griefer = koin.balanceOf(accuser);
        for (uint256 i; i < 3; ++i) {
            bytes32 dispute = accuseAs(accuser, job("1", 3), i, keccak256("nonsense"));
            vote(dispute, rightOutcome(job("1", 3), i));
            passAppeal();
            tribunal.resolve(dispute);
        }
        vm.assertEq(owedKoin(provider), 3 * uint256(terms.compensation), "compensated");
        vm.assertEq(griefer - koin.balanceOf(accuser) - owedKoin(accuser), 3 * uint256(terms.accuseBond), "three bonds");
        vm.assertEq(stakeLeft(provider), STAKE, "untouched");
        vm.assertEq(lockedOf(provider), 0, "free");
    }

    function test_StakeThatLeavesIsStillThere() public {
        Job memory it = job("1", 1);
        nodes.requestUnstake(provider, STAKE);
        bytes32 dispute = accuse(it, 1);
        vote(dispute, rightOutcome(it, 1));
        passAppeal();
        tribunal.resolve(dispute);
        tribunal.enforce(provider, dispute);
        vm.assertEq(stakeLeft(provider), 0, "slashed");
    }

    function test_AJurorOnItsWayOutPaysItsPenalty() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        voteSplit(dispute, rightOutcome(it, 1), claimedOutcome(it, 1), 3);
        nodes.requestUnstake(juror(0), STAKE);
        passAppeal();
        tribunal.resolve(dispute);
        settleAll(dispute, 0);
        (, uint256 seats) = tribunal.voteOf(dispute, 0, juror(0));
        vm.assertEq(STAKE - stakeLeft(juror(0)), seats * terms.jurorPenalty, "the penalty");
    }

    // ── Another court

    function test_NothingIsOpenedThatTheNextCourtWouldInterrupt() public {
        ICourt next = newCourt();
        vm.prank(governor);
        nodes.proposeCourt(address(next));
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        vote(dispute, rightOutcome(it, 1));
        passAppeal();
        tribunal.resolve(dispute);
        // With one window left, a dispute could outlast the court.
        pass(3 * CHALLENGE_WINDOW);
        Job memory late = job("2", 1);
        Signature memory signature = signed(late.receipt);
        vm.expectRevert(ICourtTypes.OutOfOffice.selector);
        tribunal.demand(late.receipt, signature, late.order, ICourtTypes.Demanded.Opening, 0);
        // What convicts at once still does.
        Job memory other = job("3", 3);
        Signature memory otherSignature = signed(other.receipt);
        tribunal.accuseReceipts(late.receipt, signature, late.opening, other.receipt, otherSignature, other.opening);
    }

    /// @dev The new court came without the old one noticing, as it would where nobody resolved for weeks.
    function test_AnOldCourtEndsWhatIsOpenAndPaysWhatItHolds() public {
        Job memory wrong = job("1", 1);
        bytes32 dispute = accuse(wrong, 1);
        Job memory asked = job("2", 3);
        bytes32 id = demandAs(accuser, asked, ICourtTypes.Demanded.Opening, 0);
        Job memory answered = job("3", 3);
        bytes32 other = demandAs(accuser, answered, ICourtTypes.Demanded.Opening, 0);
        vote(dispute, rightOutcome(wrong, 1));
        ICourt next = newCourt();
        court = address(next);
        vm.mockCall(address(nodes), abi.encodeWithSelector(nodes.court.selector), abi.encode(address(next)));
        tribunal.answer(other, answered.receipt, abi.encode(answered.opening));
        passAppeal();
        tribunal.resolve(dispute);
        tribunal.closeDemand(id, asked.receipt);
        settleAll(dispute, 0);
        vm.assertEq(owedKoin(accuser), uint256(terms.accuseBond) + terms.demandBond, "bonds come back");
        vm.assertEq(owedKoin(provider), terms.demandBond, "answers are paid");
        vm.assertEq(stakeLeft(provider), STAKE, "it can slash no more");
        vm.prank(accuser);
        tribunal.withdraw(koin);
        vm.prank(provider);
        tribunal.withdraw(koin);
        vm.assertEq(koin.balanceOf(address(tribunal)), 0, "nothing is stuck");
    }

    function test_TheOtherHalfDecidesNothingByItself() public {
        ICourt half = ICourt(address(Court(address(tribunal)).EVIDENCE()));
        (Job memory a, Job memory b) = (job("1", 3), job("2", 1));
        Signature memory aSignature = signed(a.receipt);
        Signature memory bSignature = signed(b.receipt);
        vm.expectRevert(ICourtTypes.OutOfOffice.selector);
        half.accuseReceipts(a.receipt, aSignature, a.opening, b.receipt, bSignature, b.opening);
        vm.expectRevert(ICourtTypes.OutOfOffice.selector);
        vm.prank(accuser);
        half.demand(a.receipt, aSignature, a.order, ICourtTypes.Demanded.Opening, 0);
    }

    function test_UnknownFunctionsAreRefused() public {
        (bool succeeded,) = address(tribunal).call(abi.encodeWithSignature("upgradeTo(address)", address(this)));
        vm.assertTrue(!succeeded, "an unknown function");
        (succeeded,) = address(tribunal).call{value: 0}("");
        vm.assertTrue(!succeeded, "no function");
    }
}
