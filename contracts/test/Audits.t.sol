// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Audits} from "../src/Audits.sol";
import {IAudits} from "../src/interfaces/IAudits.sol";
import {IBeacon} from "../src/interfaces/IBeacon.sol";
import {Order, Signature} from "../src/types/Statements.sol";
import {AuditsTest} from "./support/AuditsTest.sol";

contract AuditsFunds is AuditsTest {
    function setUp() public {
        deployAudits();
        fund(100e18);
    }

    function test_AFundIsWhatWasPutInForItsRequester() public view {
        vm.assertEq(audits.fundOf(requester, address(token)), 100e18);
        vm.assertEq(audits.fundOf(address(this), address(token)), 0);
    }

    function test_NothingIsNoFund() public {
        vm.expectRevert(abi.encodeWithSelector(IAudits.ZeroAmount.selector));
        audits.fund(token, requester, 0);
    }

    function test_AFundGoesBackToItsRequesterAfterTheDelayAndNotBefore() public {
        vm.prank(requester);
        audits.requestRefund(token, 40e18);
        vm.assertEq(audits.fundOf(requester, address(token)), 60e18);
        uint256 from = vm.getBlockTimestamp() + audits.REFUND_DELAY();

        vm.warp(from - 1);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotNow.selector, from, type(uint256).max));
        audits.refund(token, requester);

        vm.warp(from);
        vm.prank(requester);
        vm.assertEq(audits.refund(token, address(0x77)), 40e18);
        vm.assertEq(token.balanceOf(address(0x77)), 40e18);
        vm.assertEq(token.balanceOf(address(audits)), 60e18);
    }

    function test_ASecondRequestStartsTheDelayAgainForBoth() public {
        vm.prank(requester);
        audits.requestRefund(token, 40e18);
        pass(audits.REFUND_DELAY() - 10);
        vm.prank(requester);
        audits.requestRefund(token, 1);
        (uint256 amount, uint48 refundableAt) = audits.leavingOf(requester, address(token));
        vm.assertEq(amount, 40e18 + 1);
        vm.assertEq(refundableAt, vm.getBlockTimestamp() + audits.REFUND_DELAY());
    }

    function test_NobodyAsksBackMoreThanIsThere() public {
        vm.prank(requester);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAudits.InsufficientFund.selector, requester, address(token), 100e18 + 1, uint256(100e18)
            )
        );
        audits.requestRefund(token, 100e18 + 1);
    }

    function test_WhoAskedNothingBackGetsNothingBack() public {
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IAudits.ZeroAmount.selector));
        audits.refund(token, requester);
    }

    function test_AFundThatWouldOverflowItsWordIsRefused() public {
        token.mint(address(this), type(uint104).max);
        token.approve(address(audits), type(uint256).max);
        vm.expectPartialRevert(IAudits.FundTooLarge.selector);
        audits.fund(token, requester, type(uint104).max);
    }

    function test_AnAuditsContractWithoutOddsOrDepositIsNotBuilt() public {
        vm.expectRevert(abi.encodeWithSelector(IAudits.ZeroAmount.selector));
        new Audits(nodes, koin, beacon, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IAudits.ZeroAmount.selector));
        new Audits(nodes, koin, beacon, 1, 0);
    }
}

contract AuditsTickets is AuditsTest {
    function setUp() public {
        deployAudits();
        fund(1000e18);
    }

    function test_AWinningOrderPaysItsAuditorTheDueTimesTheOdds() public {
        IAudits.Ticket memory ticket = winning();
        vm.assertEq(audits.redeem(ticket), ODDS * DUE);
        vm.assertEq(token.balanceOf(auditor), ODDS * DUE);
        vm.assertEq(audits.fundOf(requester, address(token)), 1000e18 - ODDS * DUE);
        vm.assertTrue(audits.paid(digestOf(ticket.order)), "not marked as paid");
    }

    function test_AnOrderThatDoesNotWinPaysNothing() public {
        IAudits.Ticket memory ticket = audited(newOrder());
        drawFor(ticket.order, false);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotWinning.selector, digestOf(ticket.order)));
        audits.redeem(ticket);
    }

    function test_OneValueInTheOddsMakesAnOrderWin() public {
        IAudits.Ticket memory ticket = deliver(newOrder());
        (uint256 drawing, uint256 heldFrom) = audits.drawingOf(ticket.order.expiresAt);
        vm.warp(heldFrom);
        // Too late to be paid: so it can be asked again and again, and a win shows as that fault.
        ticket = reportOn(ticket, AUDITOR_KEY, AGREES);
        uint64 round = audits.hold(drawing);
        mine();
        mine();
        uint256 wins;
        for (uint256 i = 1; i <= 400; ++i) {
            vm.setBlockhash(round, bytes32(i));
            try audits.redeem(ticket) {}
            catch (bytes memory fault) {
                if (bytes4(fault) == IAudits.EvidenceMismatch.selector) ++wins;
                else vm.assertTrue(bytes4(fault) == IAudits.NotWinning.selector, "another fault");
            }
        }
        // 50 on average, and four standard deviations of 6.6.
        vm.assertGe(wins, 24, "too few");
        vm.assertLe(wins, 76, "too many");
    }

    function test_NothingIsPaidBeforeTheDrawingIsHeld() public {
        IAudits.Ticket memory ticket = audited(newOrder());
        (uint256 drawing,) = audits.drawingOf(ticket.order.expiresAt);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotHeld.selector, drawing));
        audits.redeem(ticket);
    }

    function test_ADrawingIsHeldAtItsTimeAndOnce() public {
        (uint256 drawing, uint256 heldFrom) = audits.drawingOf(uint64(vm.getBlockTimestamp()));
        vm.warp(heldFrom - 1);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotNow.selector, heldFrom, type(uint256).max));
        audits.hold(drawing);
        vm.warp(heldFrom);
        uint64 round = audits.hold(drawing);
        vm.assertEq(round, vm.getBlockNumber() + 1);
        pass(1 days);
        vm.assertEq(audits.hold(drawing), round, "held again");
        vm.assertEq(audits.roundOf(drawing), round);
    }

    function testFuzz_ADrawingComesTwoToThreeReportWindowsAfterTheExpiry(uint64 expiresAt) public view {
        (, uint256 heldFrom) = audits.drawingOf(expiresAt);
        vm.assertGe(heldFrom, uint256(expiresAt) + 2 * audits.REPORT_WINDOW() + 1, "too early");
        vm.assertLe(heldFrom, uint256(expiresAt) + 3 * audits.REPORT_WINDOW(), "too late");
    }

    function test_AReportAnchoredOnceTheDrawingCouldBeHeldIsTooLate() public {
        IAudits.Ticket memory ticket = deliver(newOrder());
        (, uint256 heldFrom) = audits.drawingOf(ticket.order.expiresAt);
        vm.warp(heldFrom);
        ticket = reportOn(ticket, AUDITOR_KEY, AGREES);
        drawFor(ticket.order, true);
        vm.expectRevert(abi.encodeWithSelector(IAudits.EvidenceMismatch.selector, "report too late"));
        audits.redeem(ticket);
    }

    function test_AReportAnchoredAtTheLastMomentIsInTime() public {
        IAudits.Ticket memory ticket = deliver(newOrder());
        (, uint256 heldFrom) = audits.drawingOf(ticket.order.expiresAt);
        vm.warp(heldFrom - 1);
        ticket = reportOn(ticket, AUDITOR_KEY, AGREES);
        drawFor(ticket.order, true);
        vm.assertEq(audits.redeem(ticket), ODDS * DUE);
    }

    function test_AReceiptDeepInALogIsFoundByItsPath() public {
        for (uint256 i; i < 5; ++i) {
            append(provider, 3, bytes32(i));
            append(auditor, 3, bytes32(i));
        }
        anchorLog(provider);
        anchorLog(auditor);
        vm.assertEq(audits.redeem(winning()), ODDS * DUE);
    }

    function test_AReceiptWhoseEarlierAnchorIsGoneIsStillFound() public {
        append(provider, 3, "idle");
        anchorLog(provider);
        pass(10 days);
        IAudits.Ticket memory ticket = audited(newOrder());
        // The provider fills its ring until the anchor before the receipt's has been overwritten.
        for (uint256 i = 2; i < nodes.ANCHOR_RING() + 1; ++i) {
            vm.prank(provider);
            nodes.anchor(uint64(i + 1), bytes32(i));
        }
        vm.expectRevert();
        nodes.anchorAt(provider, 0);
        drawFor(ticket.order, true);
        vm.assertEq(audits.redeem(ticket), ODDS * DUE);
    }

    function test_AStrangerRedeemsForTheAuditorWhoIsPaid() public {
        IAudits.Ticket memory ticket = winning();
        vm.prank(address(0x57));
        audits.redeem(ticket);
        vm.assertEq(token.balanceOf(auditor), ODDS * DUE);
        vm.assertEq(token.balanceOf(address(0x57)), 0);
    }

    function test_AReportThatDiffersIsPaidOnceTheCourtFoundTheReceiptFalse() public {
        IAudits.Ticket memory ticket = reportOn(deliver(newOrder()), AUDITOR_KEY, 2);
        drawFor(ticket.order, true);
        vm.expectRevert(abi.encodeWithSelector(IAudits.EvidenceMismatch.selector, "verdict"));
        audits.redeem(ticket);

        ruleFalse(digestOf(ticket.receipt));
        vm.assertEq(audits.redeem(ticket), ODDS * DUE);
    }

    function test_AReportThatAgreesWithAFalseReceiptIsNotPaid() public {
        IAudits.Ticket memory ticket = winning();
        ruleFalse(digestOf(ticket.receipt));
        vm.expectRevert(abi.encodeWithSelector(IAudits.EvidenceMismatch.selector, "verdict"));
        audits.redeem(ticket);
    }

    function test_AReceiptThatTheCourtLetsStandPaysTheReportThatAgrees() public {
        installCourt();
        vm.etch(court, hex"00");
        vm.mockCall(court, abi.encodeWithSignature("groundOf(bytes32)"), abi.encode(0));
        vm.assertEq(audits.redeem(winning()), ODDS * DUE);
    }

    function test_RoundsThatNobodyRecordedInTimeAreLostAndRecordedOnesAreNot() public {
        IAudits.Ticket memory lost = winning();
        IAudits.Ticket memory kept = winning();
        beacon.record(beacon.roundAfter(0, nodes.anchorAt(provider, kept.receiptPlace.anchorIndex).blockNumber), "");
        (uint256 drawing,) = audits.drawingOf(kept.order.expiresAt);
        beacon.record(audits.roundOf(drawing), "");
        vm.roll(vm.getBlockNumber() + 10_000);
        vm.assertEq(audits.redeem(kept), ODDS * DUE);
        vm.expectPartialRevert(IBeacon.RoundUnknown.selector);
        audits.redeem(lost);
    }

    function ruleFalse(bytes32 receipt) private {
        if (nodes.court() == address(0)) {
            vm.prank(governor);
            nodes.proposeCourt(court);
            vm.warp(vm.getBlockTimestamp() + nodes.COURT_DELAY());
            nodes.acceptCourt();
        }
        vm.etch(court, hex"00");
        vm.mockCall(court, abi.encodeWithSignature("groundOf(bytes32)", receipt), abi.encode(uint8(6)));
    }
}

contract AuditsPlants is AuditsTest {
    Order[] private orders;
    bytes32[] private leaves;

    function setUp() public {
        deployAudits();
        koin.transfer(provider, 100_000e18);
        vm.prank(provider);
        koin.approve(address(audits), type(uint256).max);
        for (uint256 i; i < 3; ++i) {
            orders.push(newOrder());
            leaves.push(leafOf(orders[i], bytes32(i)));
        }
    }

    function leafOf(Order memory order, bytes32 salt) private view returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0), digestOf(order), salt));
    }

    function commit() private returns (bytes32) {
        bytes32 root = rootOf(leaves, 0, leaves.length);
        vm.prank(provider);
        return audits.commitPlants(root, uint32(leaves.length));
    }

    function reveal(bytes32 set, uint256 index) private {
        audits.revealPlant(
            set,
            orders[index],
            consent(REQUESTER_KEY, orders[index]),
            bytes32(index),
            index,
            pathOf(leaves, index, 0, leaves.length)
        );
    }

    function test_ASetThatIsRevealedWholeGivesItsDepositBackAtOnce() public {
        uint256 before = koin.balanceOf(provider);
        bytes32 set = commit();
        uint48 at = uint48(vm.getBlockTimestamp());
        vm.assertEq(koin.balanceOf(provider), before - 3 * PLANT_DEPOSIT);
        pass(100);
        for (uint256 i; i < 3; ++i) {
            vm.assertEq(audits.plantedAt(provider, digestOf(orders[i])), 0);
            reveal(set, i);
            vm.assertEq(audits.plantedAt(provider, digestOf(orders[i])), at);
        }
        audits.closePlants(set);
        vm.assertEq(koin.balanceOf(provider), before);
        vm.assertEq(koin.balanceOf(address(audits)), 0);
    }

    function test_ASetWithAHiddenMemberBurnsWholeAndShowsWhatWasRevealed() public {
        bytes32 set = commit();
        reveal(set, 0);
        reveal(set, 2);
        uint256 until = vm.getBlockTimestamp() + audits.REVEAL_WINDOW();
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotNow.selector, until, type(uint256).max));
        audits.closePlants(set);
        vm.warp(until);
        uint256 supply = koin.totalSupply();
        audits.closePlants(set);
        vm.assertEq(koin.totalSupply(), supply - 3 * PLANT_DEPOSIT);
        vm.assertTrue(audits.plantedAt(provider, digestOf(orders[2])) != 0, "no longer shown");
        vm.assertEq(audits.plantedAt(provider, digestOf(orders[1])), 0);
        IAudits.PlantSet memory it = audits.plantSet(set);
        vm.assertEq(it.deposit, 0);
        vm.assertEq(it.count - it.revealed, 1);
    }

    function test_ASetIsClosedOnce() public {
        bytes32 set = commit();
        pass(audits.REVEAL_WINDOW());
        audits.closePlants(set);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AlreadyRaised.selector, set));
        audits.closePlants(set);
    }

    function test_NothingIsRevealedOnceTheWindowIsOver() public {
        bytes32 set = commit();
        uint256 from = vm.getBlockTimestamp();
        pass(audits.REVEAL_WINDOW());
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotNow.selector, from, vm.getBlockTimestamp()));
        this.tryReveal(set, 0);
    }

    function test_APlantIsRevealedOnce() public {
        bytes32 set = commit();
        reveal(set, 1);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AlreadyRaised.selector, set));
        this.tryReveal(set, 1);
    }

    function test_ASetNobodyCommittedToIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IAudits.Unknown.selector, bytes32("set")));
        audits.closePlants("set");
        vm.expectRevert(abi.encodeWithSelector(IAudits.Unknown.selector, bytes32("set")));
        this.tryReveal("set", 0);
        vm.expectRevert(abi.encodeWithSelector(IAudits.Unknown.selector, bytes32("set")));
        audits.plantSet("set");
    }

    function test_OnlyANodeCommits() public {
        vm.expectRevert();
        audits.commitPlants("root", 1);
    }

    function test_AnEmptySetIsNone() public {
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IAudits.ZeroAmount.selector));
        audits.commitPlants("root", 0);
    }

    function test_ASetCostsAtLeastWhatItsProviderHasAtStake() public {
        vm.assertEq(audits.plantDepositOf(provider, 1), PLANT_DEPOSIT);
        koin.approve(address(nodes), 5000e18);
        nodes.stake(provider, 5000e18);
        vm.assertEq(audits.plantDepositOf(provider, 1), STAKE + 5000e18);
        vm.assertEq(audits.plantDepositOf(provider, 3), STAKE + 5000e18);
        vm.assertEq(audits.plantDepositOf(provider, 10), 10 * PLANT_DEPOSIT);
        // What is on its way out was relied on and can still be slashed.
        vm.prank(address(0x0A));
        nodes.requestUnstake(provider, 5000e18);
        vm.assertEq(audits.plantDepositOf(provider, 1), STAKE + 5000e18);
    }

    function test_TheEarliestCommitmentCountsInWhateverOrderTheyAreRevealed() public {
        bytes32 earlier = commit();
        uint256 at = vm.getBlockTimestamp();
        pass(50);
        bytes32 later = commit();
        reveal(later, 0);
        reveal(earlier, 0);
        vm.assertEq(audits.plantedAt(provider, digestOf(orders[0])), at);
        reveal(later, 1);
        reveal(earlier, 1);
        vm.assertEq(audits.plantedAt(provider, digestOf(orders[1])), at);
    }

    function tryReveal(bytes32 set, uint256 index) external {
        audits.revealPlant(
            set,
            orders[index],
            consent(REQUESTER_KEY, orders[index]),
            bytes32(index),
            index,
            pathOf(leaves, index, 0, leaves.length)
        );
    }

    function test_AnOrderIsNotRevealedWithoutItsRequestersConsent() public {
        bytes32 set = commit();
        bytes32[] memory path = pathOf(leaves, 0, 0, 3);
        // The provider's own word, and the requester's word on the order itself, are none.
        Signature[3] memory forged = [
            consent(PROVIDER_KEY, orders[0]),
            sign(REQUESTER_KEY, digestOf(orders[0])),
            consent(REQUESTER_KEY, orders[1])
        ];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert();
            audits.revealPlant(set, orders[0], forged[i], 0, 0, path);
        }
    }

    function test_AnOrderThatIsNotInTheSetIsNotRevealed() public {
        bytes32 set = commit();
        Order memory other = newOrder();
        bytes32[] memory path = pathOf(leaves, 0, 0, 3);
        Signature memory agreed = consent(REQUESTER_KEY, other);
        vm.expectRevert(abi.encodeWithSelector(IAudits.EvidenceMismatch.selector, "set"));
        audits.revealPlant(set, other, agreed, 0, 0, path);
    }

    function test_AnInnerNodeOfTheSetIsNoPlant() public {
        bytes32 set = commit();
        Signature memory agreed = consent(REQUESTER_KEY, orders[0]);
        bytes32[] memory path = pathOf(leaves, 0, 0, 3);
        path[0] = bytes32(0);
        vm.expectRevert(abi.encodeWithSelector(IAudits.EvidenceMismatch.selector, "set"));
        audits.revealPlant(set, orders[0], agreed, 0, 0, path);
    }

    function test_APlantOfAnotherProviderIsNotRevealed() public {
        bytes32 set = commit();
        Order memory other = orders[0];
        other.provider = auditor;
        Signature memory agreed = consent(REQUESTER_KEY, other);
        bytes32[] memory path = pathOf(leaves, 0, 0, 3);
        vm.expectRevert(abi.encodeWithSelector(IAudits.EvidenceMismatch.selector, "provider"));
        audits.revealPlant(set, other, agreed, 0, 0, path);
    }

    function test_AConsentReplayedInAnotherSetHidesNothing() public {
        bytes32 set = commit();
        for (uint256 i; i < 3; ++i) {
            reveal(set, i);
        }
        audits.closePlants(set);
        // The next set promises three and can only show the old one: its hidden members burn it.
        Order memory hidden = newOrder();
        (leaves[1], leaves[2]) = (leafOf(hidden, "hidden"), leafOf(hidden, "hidden too"));
        bytes32 next = commit();
        reveal(next, 0);
        vm.expectRevert(abi.encodeWithSelector(IAudits.EvidenceMismatch.selector, "set"));
        this.tryReveal(next, 1);
        pass(audits.REVEAL_WINDOW());
        uint256 supply = koin.totalSupply();
        audits.closePlants(next);
        vm.assertEq(koin.totalSupply(), supply - 3 * PLANT_DEPOSIT);
        vm.assertEq(audits.plantedAt(provider, digestOf(hidden)), 0);
    }

    function test_ASmallDepositDoesNotShieldAStakeThatWasAddedLater() public {
        bytes32 set = commit();
        uint256 most = 3 * PLANT_DEPOSIT + 3 * PLANT_DEPOSIT / 4;
        koin.approve(address(nodes), type(uint256).max);
        nodes.stake(provider, most - STAKE);
        reveal(set, 0);
        nodes.stake(provider, 1);
        vm.expectRevert(abi.encodeWithSelector(IAudits.StakeTooLarge.selector, provider, most + 1, most));
        this.tryReveal(set, 1);
        // Asking for it back does not help: it stays within reach for longer than the reveal window.
        vm.prank(address(0x0A));
        nodes.requestUnstake(provider, 1);
        vm.expectRevert(abi.encodeWithSelector(IAudits.StakeTooLarge.selector, provider, most + 1, most));
        this.tryReveal(set, 1);
        vm.assertGe(nodes.UNSTAKE_DELAY(), audits.REVEAL_WINDOW(), "stake leaves sooner than plants are revealed");
    }
}
